using System.Net;
using Messenger.Testing.Processes;

namespace Messenger.Specification.Tests;

/// <summary>The explorer in a real browser, on a real server; and what the server serves of the documents.</summary>
[Collection(NodeCollection.Name)]
[Trait("Needs", "Node")]
public sealed class ExplorerTests(Node node)
{
    private static readonly HttpClient Http = new();

    [Fact]
    public async Task A_developer_can_do_everything_that_it_promises()
    {
        await using var server = await ServerProcess.StartAsync(ServerSettings.Embedded());
        var transcript = Path.Combine(server.Settings.DataDirectory, "session.transcript.jsonl");

        var report = await node.Script("explorer.mjs", server.Settings.Http.ToString().TrimEnd('/'), transcript);

        Assert.DoesNotContain("not ok", report, StringComparison.Ordinal);
        Assert.True(File.Exists(transcript));
    }

    [Fact]
    public async Task Nothing_may_run_on_the_page_but_its_own_scripts()
    {
        await using var server = await ServerProcess.StartAsync(ServerSettings.Embedded());
        using var page = await Http.GetAsync(new Uri(server.Settings.Http, "/explorer"));

        var policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(page.Headers.GetValues("X-Content-Type-Options")));
    }

    [Fact]
    public async Task Every_operation_of_the_OpenAPI_document_is_served()
    {
        await using var server = await ServerProcess.StartAsync(ServerSettings.Embedded());

        var report = await node.Script("routes.mjs", Path.Combine(Documents.Root(), "docs", "openapi.yaml"), server.Settings.Http.ToString().TrimEnd('/'));
        Assert.Contains("17 operations are served", report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Outside_Development_there_is_no_explorer_but_the_specification()
    {
        await using var server = await ServerProcess.StartAsync(Production());

        Assert.Equal(HttpStatusCode.NotFound, (await Http.GetAsync(new Uri(server.Settings.Http, "/explorer"))).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await Http.GetAsync(new Uri(server.Settings.Http, "/explorer/app.js"))).StatusCode);
        foreach (var document in new[] { "asyncapi.yaml", "asyncapi.json", "openapi.yaml" })
        {
            Assert.Equal(
                await File.ReadAllTextAsync(Path.Combine(Documents.Root(), "docs", document)),
                await Http.GetStringAsync(new Uri(server.Settings.Http, document)));
        }
    }

    [Fact]
    public async Task Switched_on_outside_Development_it_knows_no_code()
    {
        await using var server = await ServerProcess.StartAsync(Production(("Explorer__Enabled", "true")));

        var setup = await Http.GetStringAsync(new Uri(server.Settings.Http, "/explorer/setup.json"));
        Assert.Contains("\"fixedCode\":null", setup, StringComparison.Ordinal);
    }

    private static ServerSettings Production(params (string Key, string Value)[] more) => ServerSettings.Embedded(
    [
        ("ASPNETCORE_ENVIRONMENT", "Production"), ("DOTNET_ENVIRONMENT", "Production"), ("Registration__FixedCode", ""), ("Limits__Enabled", "true"), ("Sms__CodesInLog", "true"), .. more,
    ]);
}
