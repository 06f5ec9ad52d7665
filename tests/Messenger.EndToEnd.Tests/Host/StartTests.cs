using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Messenger.EndToEnd.Tests.Harness;

namespace Messenger.EndToEnd.Tests.Host;

/// <summary>The program's start and end.</summary>
public sealed class StartTests
{
    private static readonly HttpClient Http = new();

    [Fact]
    public async Task It_starts_embedded_says_that_it_is_healthy_and_ends_well_on_a_signal()
    {
        await using var server = await ServerProcess.StartAsync(ServerSettings.Embedded());
        foreach (var (path, status) in new[] { ("/health/live", "live"), ("/health/ready", "ready") })
        {
            var body = await Http.GetFromJsonAsync<JsonElement>(new Uri(server.Settings.Http, path));
            Assert.Equal(status, body.GetProperty("status").GetString());
            Assert.Equal(0, body.GetProperty("reasons").GetArrayLength());
        }

        Assert.Contains(server.Log.Lines, line => line.Contains("Embedded", StringComparison.Ordinal));
        await server.Terminate();
        await server.Restart();
    }

    [Fact]
    public async Task A_second_process_on_the_same_data_is_refused()
    {
        await using var server = await ServerProcess.StartAsync(ServerSettings.Embedded());
        using var folder = new Folder();
        var second = await Run.ToEnd(folder.Path, $"--Data:Directory={server.Settings.DataDirectory}");
        Assert.Contains("another process uses", second.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_taken_HTTP_port_is_refused()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        using var folder = new Folder();
        var run = await Run.ToEnd(folder.Path, "--urls", $"http://{taken.LocalEndpoint}");
        Assert.Contains($"{taken.LocalEndpoint} is taken", run.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_taken_silo_port_is_refused()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        using var folder = new Folder();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var run = await Run.ToEnd(folder.Path, $"--Silo:Port={port}");
        Assert.Contains($"Silo:Port is {port}", run.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_migrate_command_makes_the_store_and_ends()
    {
        using var folder = new Folder();
        var run = await Run.ToEnd(folder.Path, "migrate");
        Assert.Equal(0, run.Code);
        Assert.True(File.Exists(Path.Combine(folder.Path, "data", "messenger.db")));
        Assert.Empty(run.Error);
    }
}
