using System.Security.Cryptography;
using Messenger.Grains.State;
using Messenger.Host.Starting;
using Messenger.Ports;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Messenger.Host.Tests;

/// <summary>Another key of credentials than the store's is noticed.</summary>
public sealed class CredentialCanaryTests
{
    private readonly Kept _controls = new();

    [Fact]
    public async Task The_first_key_is_kept_and_another_one_is_told_until_it_is_accepted()
    {
        var (key, other) = (RandomNumberGenerator.GetBytes(CredentialSeal.KeyBytes), RandomNumberGenerator.GetBytes(CredentialSeal.KeyBytes));
        Assert.True(await With(key).Check());
        Assert.True(await With(key).Check());
        Assert.False(await With(other).Check());
        Assert.False(await With(null).Check());
        Assert.True(await With(key).Check());
        await With(other).Accept("alice");
        Assert.True(await With(other).Check());
        Assert.False(await With(key).Check());
    }

    [Fact]
    public async Task A_store_that_was_used_without_a_key_takes_the_first_one()
    {
        var key = RandomNumberGenerator.GetBytes(CredentialSeal.KeyBytes);
        Assert.True(await With(null).Check());
        Assert.True(await With(key).Check());
        Assert.False(await With(null).Check());
    }

    private CredentialCanary With(byte[]? key) => new(_controls, new CredentialSeal(key is null ? [] : [key]), TimeProvider.System, NullLogger<CredentialCanary>.Instance);

    private sealed class Kept : IServerControls
    {
        private readonly Dictionary<string, ServerControl> _all = [];

        public Task<IReadOnlyList<ServerControl>> List() => Task.FromResult<IReadOnlyList<ServerControl>>([.. _all.Values]);

        public Task Set(string name, string? value, string by, long now)
        {
            _all[name] = new ServerControl(name, value!, by, now);
            return Task.CompletedTask;
        }
    }
}
