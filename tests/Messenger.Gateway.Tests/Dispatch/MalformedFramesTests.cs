using System.Net.WebSockets;
using System.Text;
using Messenger.Gateway.Tests.Fixture;
using Messenger.Protocol;

namespace Messenger.Gateway.Tests.Dispatch;

/// <summary>Whatever a client sends, it gets one answer it can act on, and nobody else notices.</summary>
public class MalformedFramesTests
{
    private const string Conversation = "6921d2fd-e88c-4802-bb70-d7a18770939e";

    [Theory]
    [InlineData("", null, "one JSON object")]
    [InlineData("nonsense", null, "one JSON object")]
    [InlineData("[]", null, "one JSON object")]
    [InlineData("null", null, "one JSON object")]
    [InlineData("{}", null, "type is missing")]
    [InlineData("""{"type":7}""", null, "type must be the name")]
    [InlineData("""{"type":"RequestPing"} {}""", "RequestPing", "one JSON object")]
    [InlineData("""{"type":"RequestPing","payload":{}""", "RequestPing", "one JSON object")]
    [InlineData("""{"type":"RequestPing","id":{"a":1}}""", "RequestPing", "id must be")]
    [InlineData("""{"type":"RequestPing","id":"12345678901234567890123456789012345678901234567890123456789012345"}""", "RequestPing", "id must be")]
    [InlineData("""{"type":"RequestEverything"}""", "RequestEverything", "unknown")]
    [InlineData("""{"type":"requestping"}""", "requestping", "unknown")]
    [InlineData("""{"type":"ResponsePong"}""", "ResponsePong", "unknown")]
    [InlineData("""{"type":"\ud800"}""", null, "surrogate")]
    [InlineData("""{"type":"RequestPing","payload":[]}""", "RequestPing", "payload is not of the type")]
    [InlineData("""{"type":"RequestPing","payload":"x"}""", "RequestPing", "payload is not of the type")]
    [InlineData("""{"type":"RequestPing","payload":{"when":"soon"}}""", "RequestPing", "payload.when is not of the type")]
    [InlineData("""{"type":"RequestPing","payload":{"when":1e999}}""", "RequestPing", "payload.when is not of the type")]
    [InlineData("""{"type":"RequestPing","payload":{"clientVersion":"\ud800"}}""", "RequestPing", "clientVersion must not hold an unpaired surrogate")]
    [InlineData("""{"type":"RequestTyping"}""", "RequestTyping", "conversationUuid is missing")]
    [InlineData("""{"type":"RequestTyping","payload":null}""", "RequestTyping", "conversationUuid is missing")]
    [InlineData("""{"type":"RequestTyping","payload":{"conversationUuid":"no"}}""", "RequestTyping", "conversationUuid must be a UUID")]
    [InlineData("""{"type":"RequestTyping","payload":{"conversationUuid":"'; drop table"}}""", "RequestTyping", "conversationUuid must be a UUID")]
    [InlineData("""{"type":"RequestGetMessages","payload":{"conversationUuid":"6921d2fd-e88c-4802-bb70-d7a18770939e","size":101}}""", "RequestGetMessages", "size must lie between 1 and 100")]
    [InlineData("""{"type":"RequestGetMessages","payload":{"conversationUuid":"6921d2fd-e88c-4802-bb70-d7a18770939e"}}""", "RequestGetMessages", "size must lie between")]
    [InlineData("""{"type":"RequestGetUserInfoMulti","payload":{"userIds":[null]}}""", "RequestGetUserInfoMulti", "userIds is missing")]
    public async Task AreAnsweredAndCostNothingElse(string text, string? type, string says)
    {
        await using var server = await GatewayServer.Start();
        using var other = await server.Login("other");
        using var client = await server.Login();

        await client.Send(text);
        var status = await client.Status();

        Assert.Equal((type, Statuses.BadRequest), (status.RequestType, status.Status));
        Assert.Contains(says, status.Description, StringComparison.Ordinal);
        await client.AssertAlive();
        await other.AssertAlive();
        Assert.Empty(server.Log);
    }

    [Fact]
    public async Task NestedDeeplyAreAnswered()
    {
        await using var server = await GatewayServer.Start();
        using var client = await server.Login();
        foreach (var frame in new[]
        {
            new string('[', 20_000),
            $$$"""{"type":"RequestPing","payload":{{{string.Concat(Enumerable.Repeat("""{"a":""", 20_000))}}}1{{{new string('}', 20_000)}}}}""",
        })
        {
            await client.Send(frame);
            Assert.Equal(Statuses.BadRequest, (await client.Status()).Status);
        }

        await client.AssertAlive();
    }

    [Fact]
    public async Task OversizedFieldsAreAnswered()
    {
        await using var server = await GatewayServer.Start();
        using var client = await server.Login();
        await client.Send($$$"""{"type":"RequestRenameConversation","payload":{"conversationUuid":"{{{Conversation}}}","title":"{{{new string('x', 9000)}}}"}}""");
        var status = await client.Status();
        Assert.Equal("title takes at most 8192 characters, and has 9000", status.Description);
        Assert.Empty(server.Grains.Calls("Rename"));
    }

    [Fact]
    public async Task FragmentsAreOneMessage()
    {
        await using var server = await GatewayServer.Start();
        using var client = await server.Login();
        var frame = Encoding.UTF8.GetBytes("""{"type":"RequestTyping","id":"é","payload":{"conversationUuid":"6921D2FD-e88c-4802-bb70-d7a18770939e"}}""");
        foreach (var one in frame[..^1])
        {
            await client.Send([one], end: false);
        }

        await client.Send([], end: false);
        await client.Send(frame[^1..]);
        var answer = await client.Json();

        Assert.Equal("é", answer.GetProperty("id").GetString());
        Assert.Equal(Conversation, Assert.Single(server.Grains.Calls("Typing")).Key);
    }

    [Theory]
    [InlineData("17")]
    [InlineData("\"17\"")]
    [InlineData("-1.50e+3")]
    [InlineData("\"a\\u0062\\\"c\"")]
    [InlineData("\"\"")]
    public async Task IdsComeBackAsTheyCame(string id)
    {
        await using var server = await GatewayServer.Start();
        using var client = await server.Connect();
        await client.Send($$"""{"payload":{"when":1},"id":{{id}},"extra":[{}],"type":"RequestPing"}""");
        Assert.Contains($",\"id\":{id},\"payload\":", await client.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutIdAreAnsweredWithoutOne()
    {
        await using var server = await GatewayServer.Start(options => (options.ServerVersion, options.AndroidUrl) = ("7.14", "https://x/a.apk"));
        using var client = await server.Connect();
        await client.Send("""{"type":"RequestPing","id":null}""");
        Assert.Equal("""{"type":"ResponsePong","payload":{"serverVersion":"7.14","androidUrl":"https://x/a.apk"}}""", await client.Text());
    }

    [Fact]
    public async Task InternalFaultsAreOneLogLine()
    {
        await using var server = await GatewayServer.Start();
        server.Grains.On<object>("Typing", _ => throw new InvalidCastException("a bug"));
        using var client = await server.Login();
        await client.Send($$$"""{"type":"RequestTyping","payload":{"conversationUuid":"{{{Conversation}}}"}}""");

        Assert.Equal(Statuses.Internal, (await client.Status()).Status);
        await client.AssertAlive();
        Assert.Equal(["RequestTyping failed"], server.Log);
    }

    [Fact]
    public async Task UnavailableIsNoLogLine()
    {
        await using var server = await GatewayServer.Start();
        server.Grains.On("Typing", _ => Task.FromException<Result>(new TimeoutException()));
        server.Grains.On("Get", _ => Task.FromException<Result<ResponseGetConversationFull>>(new Messenger.Ports.StoreUnavailableException()));
        using var client = await server.Login();
        foreach (var type in new[] { "RequestTyping", "RequestGetConversationFull" })
        {
            await client.Send($$$"""{"type":"{{{type}}}","payload":{"conversationUuid":"{{{Conversation}}}"}}""");
            Assert.Equal(Statuses.Unavailable, (await client.Status()).Status);
        }

        Assert.Empty(server.Log);
    }
}
