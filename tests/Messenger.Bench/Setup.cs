using Messenger.Bench.Targets;
using Messenger.Testing.Servers;

namespace Messenger.Bench;

/// <summary>The servers that a target needs besides itself; they go when it goes.</summary>
internal sealed class Setup : IAsyncDisposable
{
    private readonly Stack<IAsyncDisposable> _owned = new();

    public async Task<ITarget> Start(string name, CancellationToken cancellation)
    {
        ITarget target = name switch
        {
            "raw" => await RawTarget.Start(name, null, cancellation),
            "raw+pg" => await RawTarget.Start(name, Own(await PostgresServer.Start()), cancellation),
            "ejabberd" or "prosody" => await PeerTarget.Start(name, Own(await PostgresServer.Start()), cancellation),
            "embedded" => await Embedded(name, cancellation),
            "all-in-one" => await Cluster(name, ["all"], cancellation),
            "one+one" => await Cluster(name, ["gateway", "worker"], cancellation),
            "two+two" => await Cluster(name, ["gateway", "gateway", "worker", "worker"], cancellation),
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such target"),
        };
        _owned.Push(target);
        return target;
    }

    public async ValueTask DisposeAsync()
    {
        while (_owned.TryPop(out var one))
        {
            await one.DisposeAsync();
        }
    }

    private async Task<ITarget> Embedded(string name, CancellationToken cancellation)
    {
        var data = Directory.CreateTempSubdirectory("messenger-bench-");
        Own(new Folder(data));
        var host = await HostProcess.Start("all", new() { ["Data__Directory"] = data.FullName }, cancellation);
        return new MessengerTarget(name, [host.Port], [host.Process], []) { Ports = [host.Port] };
    }

    private async Task<ITarget> Cluster(string name, string[] roles, CancellationToken cancellation)
    {
        var postgres = Own(await PostgresServer.Start());
        var redis = Own(await RedisServer.Start());
        var files = Directory.CreateTempSubdirectory("messenger-bench-files-");
        Own(new Folder(files));
        var settings = new Dictionary<string, string>
        {
            ["ConnectionStrings__Postgres"] = postgres.ConnectionString(),
            ["ConnectionStrings__Redis"] = redis.ConnectionString,
            ["Data__MigrateOnStart"] = "true",
            ["Files__Directory"] = files.FullName,
        };
        var hosts = new List<(string Role, int Port, ServerProcess Process)>();
        foreach (var role in roles.OrderDescending())
        {
            var host = await HostProcess.Start(role, settings, cancellation);
            hosts.Add((role, host.Port, host.Process));
        }

        return new MessengerTarget(
            name, [.. hosts.Where(host => host.Role != "worker").Select(host => host.Port)], [.. hosts.Select(host => host.Process)],
            [postgres.ProcessId, redis.ProcessId])
        {
            Store = postgres,
            Ports = [.. hosts.Select(host => host.Port)],
        };
    }

    private T Own<T>(T one)
        where T : IAsyncDisposable
    {
        _owned.Push(one);
        return one;
    }

    private sealed class Folder(DirectoryInfo folder) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            folder.Delete(recursive: true);
            return ValueTask.CompletedTask;
        }
    }
}

/// <summary>A process of the messenger's own, for development: its code is fixed and its limits are off.</summary>
internal static class HostProcess
{
    public static async Task<(int Port, ServerProcess Process)> Start(string role, Dictionary<string, string> settings, CancellationToken cancellation)
    {
        var port = Ports.Free();
        var process = ServerProcess.Start("dotnet", [Built], new Dictionary<string, string>(settings)
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}",
            ["Registration__FixedCode"] = "000000",
            ["Limits__Enabled"] = "false",
            ["Silo__Role"] = role,
            ["Silo__Port"] = "0",
            ["Silo__Address"] = "127.0.0.1",
            ["Logging__LogLevel__Default"] = "Warning",
        });
        await process.Ready(port, cancellation);
        return (port, process);
    }

    /// <summary>Built beside the bench; another build's where MESSENGER_HOST names it, to compare the two.</summary>
    private static string Built => Environment.GetEnvironmentVariable("MESSENGER_HOST")
        ?? Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../../src/Messenger.Host/bin", Configuration, "net10.0/Messenger.Host.dll"));

    /// <summary>The servers were built as the bench was.</summary>
    private static string Configuration => AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";
}
