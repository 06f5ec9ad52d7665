using Messenger.Testing.Processes;

namespace Messenger.Specification.Tests;

/// <summary>The Kotlin library: the crypto vectors that the C# client wrote, its rules and stores, and a day of three people with cuts on a real server.</summary>
[Collection(NodeCollection.Name)]
[Trait("Needs", "Node")]
public sealed class KotlinTests(Node node)
{
    [Fact]
    public async Task It_reads_the_vectors_and_its_stores_and_pauses_keep_the_rules() => await Test();

    [Fact]
    public async Task Three_people_spend_a_day_with_it_and_nothing_is_lost_or_doubled()
    {
        await using var server = await ServerProcess.StartAsync(ServerSettings.Embedded());
        await Test(server.Settings.WebSocket.ToString());
    }

    private async Task Test(params string[] server)
    {
        await KotlinLibrary.Agent(node);
        var report = await node.Run(KotlinLibrary.Script, ["test", KotlinLibrary.Output, .. server]);
        Assert.Contains(" 0 tests failed", report, StringComparison.Ordinal);
        Assert.Contains(" 0 containers failed", report, StringComparison.Ordinal);
        Assert.DoesNotContain(" 0 tests successful", report, StringComparison.Ordinal);
    }
}

/// <summary>The Kotlin library, compiled once for all tests that use it, into a folder that git ignores.</summary>
internal static class KotlinLibrary
{
    private static readonly Lock Gate = new();
    private static Task? _compiled;

    private static string Folder { get; } = Path.Combine(Documents.Root(), "src", "clients", "kotlin");

    public static string Script { get; } = Path.Combine(Folder, "build");

    public static string Output { get; } = Path.Combine(Folder, "build-output");

    /// <summary>The command of its agent for the client kit.</summary>
    public static async Task<string> Agent(Node node)
    {
        Task compiled;
        lock (Gate)
        {
            compiled = _compiled ??= node.Run(Script, "compile", Output);
        }

        await compiled;
        return Path.Combine(Output, "agent");
    }
}
