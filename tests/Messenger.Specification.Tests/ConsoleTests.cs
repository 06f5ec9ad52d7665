using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Messenger.Conformance.Phones;
using Messenger.Testing.Processes;

namespace Messenger.Specification.Tests;

/// <summary>The operator's console in a real browser, on a real server; and what stands around its pages.</summary>
[Collection(NodeCollection.Name)]
public sealed class ConsoleTests(Node node)
{
    private const string OperatorToken = "the-consoles-operator";
    private const string ReaderToken = "the-consoles-reader";

    /// <summary>With MESSENGER_CONSOLE_PICTURES every view is drawn there in three widths and both themes.</summary>
    [Fact]
    public async Task An_operator_works_a_reader_looks_and_axe_finds_nothing()
    {
        var (settings, admin) = Server();
        await using var server = await ServerProcess.StartAsync(settings);
        await using var bob = await Phone.Join(settings.WebSocket, Account.New());
        await using var eve = await Phone.Join(settings.WebSocket, Account.New());
        await using var old = await Phone.Join(settings.WebSocket, eve.Account.Another(), withKeys: false);
        await using var gone = await Phone.Join(settings.WebSocket, Account.New());
        var group = await eve.Group(bob, gone);
        var message = (await eve.Say(group)).GetProperty("uuid").GetString();
        const string reason = "Offers the same watch to everybody <b>again</b>\u202e";
        (await bob.Ask("AddMessageReport", new { conversationUuid = group.Uuid, messageUuid = message, reason })).Done();
        (await bob.Ask("AddUserReport", new { userId = eve.UserId, reason = "Writes to people who do not know them" })).Done();
        (await eve.Ask("AddConversationReport", new { conversationUuid = group.Uuid, reason = (string?)null })).Done();

        var people = JsonSerializer.Serialize(new
        {
            admin = admin.ToString().TrimEnd('/'),
            @operator = OperatorToken,
            reader = ReaderToken,
            eve = eve.UserId,
            number = eve.Account.OpenUserId,
            gone = gone.UserId,
            pictures = Environment.GetEnvironmentVariable("MESSENGER_CONSOLE_PICTURES"),
        });
        var report = await node.Script("console.mjs", people);
        Assert.DoesNotContain("not ok", report, StringComparison.Ordinal);
        Assert.Contains("ok - whose token goes", report, StringComparison.Ordinal);

        // What the page said that it did was done, to those whom it named and to nobody else.
        foreach (var (phone, status) in new[] { (bob, "ok"), (eve, "ok"), (old, "unauthenticated"), (gone, "unauthenticated") })
        {
            await phone.Connect(settings.WebSocket);
            Assert.Equal(status, (await phone.Authenticate()).Status);
        }
    }

    /// <summary>A page without a token holds nothing; what it may load is its own, and nothing of it is on the clients' port.</summary>
    [Fact]
    public async Task Its_pages_are_on_the_operators_port_alone_and_may_do_nothing_but_ask_it()
    {
        var (settings, admin) = Server();
        await using var server = await ServerProcess.StartAsync(settings);
        using var http = new HttpClient();
        foreach (var path in new[] { "/console", "/console/", "/console/app/console.js", "/console/tokens.css" })
        {
            using var answer = await http.GetAsync(new Uri(admin, path));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
            Assert.StartsWith(
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
                + "frame-ancestors 'none'", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
            Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(new Uri(settings.Http, path))).StatusCode);
        }

        // Nothing inline: the policy would refuse it, and the page would be half a page.
        var page = await http.GetStringAsync(new Uri(admin, "/console"));
        Assert.DoesNotContain("<style", page, StringComparison.Ordinal);
        Assert.DoesNotMatch("<script(?! type=\"module\" src)|\\s(on\\w+|style)=", page);
        foreach (var path in new[] { "/console/app/none.js", "/console/app.js", "/console/tokens.css/x", "/Console", "/web/app.js", "/console/app/index.html" })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(new Uri(admin, path))).StatusCode);
        }

        using var posted = await http.PostAsync(new Uri(admin, "/console"), new StringContent("x"));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, posted.StatusCode);

        // The same file, and not a second one.
        using var second = new HttpRequestMessage(HttpMethod.Get, new Uri(admin, "/console/controls.css"));
        var first = await http.GetAsync(new Uri(settings.Http, "/web/controls.css"));
        second.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        Assert.Equal(HttpStatusCode.NotModified, (await http.SendAsync(second)).StatusCode);
    }

    private static (ServerSettings Settings, Uri Admin) Server()
    {
        var port = Ports.Free(1)[0];
        return (
            ServerSettings.Embedded(
                ("Admin__Port", port.ToString(CultureInfo.InvariantCulture)),
                ("Admin__Tokens", $"alice:{Hash(OperatorToken)},rita:{Hash(ReaderToken)}:reader")),
            new Uri($"http://localhost:{port}"));
    }

    private static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
