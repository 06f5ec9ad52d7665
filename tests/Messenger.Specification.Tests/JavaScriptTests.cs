using Messenger.Testing.Processes;

namespace Messenger.Specification.Tests;

/// <summary>The JavaScript library: its types, the crypto vectors that the C# client wrote, and a day of three people with cuts on a real server.</summary>
[Collection(NodeCollection.Name)]
public sealed class JavaScriptTests(Node node)
{
    private static readonly string Folder = Path.Combine(Documents.Root(), "src", "clients", "javascript");

    [Fact]
    public async Task Its_types_hold_and_its_declarations_can_be_published()
    {
        var modules = Path.Combine(Documents.Root(), "tests", "Messenger.Specification.Tests", "Node", "node_modules");
        var types = Directory.CreateTempSubdirectory("messenger-types-").FullName;
        string[] common = ["-p", Path.Combine(Folder, "tsconfig.json"), "--typeRoots", Path.Combine(modules, "@types")];
        await node.Run(Path.Combine(modules, ".bin", "tsc"), [.. common, "--noEmit", "false", "--emitDeclarationOnly", "--declaration", "--outDir", types]);
        Assert.True(File.Exists(Path.Combine(types, "index.d.ts")));
        Directory.Delete(types, recursive: true);
    }

    [Fact]
    public Task It_reads_the_vectors_and_refuses_the_broken_ones() => Test("vectors.test.js");

    [Fact]
    public Task Its_pauses_stores_and_outbox_keep_the_rules() => Test("rules.test.js");

    [Fact]
    public async Task Three_people_spend_a_day_with_it_and_nothing_is_lost_or_doubled()
    {
        await using var server = await ServerProcess.StartAsync(ServerSettings.Embedded());
        await Test("day.test.js", server.Settings.WebSocket.ToString());
        await Test("readme.test.js", server.Settings.WebSocket.ToString());
    }

    [Fact]
    public async Task Its_devices_agree_lock_and_link_where_the_server_offers_the_second_edition()
    {
        await using var server = await ServerProcess.StartAsync(ServerSettings.Embedded(("Registration__CoolingHours", "24")));
        await Test("edition.test.js", server.Settings.WebSocket.ToString());
    }

    private async Task Test(string file, string server = "")
    {
        // Node has a WebSocket by itself from its release 22 on.
        string[] sockets = (await node.Run("node", "-p", "typeof WebSocket")).Trim() == "undefined" ? ["--experimental-websocket"] : [];
        var report = await node.Run("env", [$"MESSENGER_URL={server}", "node", .. sockets, "--test", Path.Combine(Folder, "test", file)]);
        Assert.Contains("# fail 0", report, StringComparison.Ordinal);
        Assert.DoesNotContain("# pass 0", report, StringComparison.Ordinal);
    }
}
