using Messenger.Testing.Servers;
using Xunit;

namespace Messenger.Providers.Tests;

/// <summary>The servers other tests rely on do what their names say.</summary>
[Trait("Needs", "Servers")]
public sealed class ServerTests
{
    [Fact]
    public async Task Redis_starts_dies_and_comes_back_on_its_port()
    {
        await using var redis = await RedisServer.Start();
        var (port, first) = (redis.Port, redis.ProcessId);

        await redis.Kill();
        await redis.Restart();

        Assert.Equal(port, redis.Port);
        Assert.NotEqual(first, redis.ProcessId);
        redis.Pause();
        redis.Resume();
        await redis.Restart();
    }
}
