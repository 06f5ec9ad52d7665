using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Messenger.Ports;
using Messenger.Providers.Fcm;
using Messenger.Testing.Servers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Messenger.Providers.Tests.Push;

/// <summary>FCM's HTTP v1 interface: its reference played by Prism, its errors by a stub.</summary>
public sealed class FcmTests : IAsyncLifetime
{
    private readonly RSA _key = RSA.Create(2048);
    private Stub _google = null!;
    private int _tokens;

    /// <summary>The token endpoint: takes an assertion that our key signed, and for our scope alone.</summary>
    public async Task InitializeAsync() => _google = await Stub.Start(async (context, body) =>
    {
        var parts = System.Web.HttpUtility.ParseQueryString(body)["assertion"]!.Split('.');
        var claims = JsonDocument.Parse(Convert.FromBase64String(Padded(parts[1]))).RootElement;
        var good = _key.VerifyData(
                System.Text.Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Convert.FromBase64String(Padded(parts[2])), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            && claims.GetProperty("iss").GetString() == "pusher@messenger-tests.iam.gserviceaccount.com"
            && claims.GetProperty("scope").GetString() == "https://www.googleapis.com/auth/firebase.messaging";
        context.Response.StatusCode = good ? 200 : 401;
        await context.Response.WriteAsJsonAsync(good
            ? new { access_token = $"token-{Interlocked.Increment(ref _tokens)}", token_type = "Bearer", expires_in = 3599 }
            : (object)new { error = "invalid_grant" });
    });

    public async Task DisposeAsync()
    {
        await _google.DisposeAsync();
        _key.Dispose();
    }

    [Fact]
    [Trait("Needs", "Node")]
    public async Task Prism_finds_our_calls_to_be_what_the_reference_says()
    {
        await using var prism = await Prism.Mock(Path.Combine(AppContext.BaseDirectory, "Push", "fcm.yaml"));
        using var sender = Sender(prism.Url);

        Assert.Equal(PushOutcome.Taken, await sender.Send(Sample(), default));
        Assert.Equal(PushOutcome.Taken, await sender.Send(Sample() with { Message = null, Badge = 999 }, default));
        Assert.Equal(1, _tokens);

        // And it does refuse: a call without the token that the document wants is none.
        var refused = await sender.Send(Sample() with { Token = "" }, default);
        Assert.Equal(PushVerdict.Refused, refused.Verdict);
    }

    [Fact]
    public async Task A_push_holds_uuids_and_the_badge_and_nothing_else()
    {
        var (bodies, authorizations) = (new List<JsonElement>(), new List<string>());
        await using var stub = await Stub.Start((context, body) =>
        {
            bodies.Add(JsonDocument.Parse(body).RootElement);
            authorizations.Add(context.Request.Headers.Authorization.ToString());
            return context.Response.WriteAsync("{}");
        });
        using var sender = Sender(stub.Url);
        var push = Sample();
        await sender.Send(push, default);

        var message = bodies.Single().GetProperty("message");
        Assert.Equal(["token", "data", "android"], message.EnumerateObject().Select(member => member.Name));
        Assert.Equal(
            new Dictionary<string, string?> { ["conversationUuid"] = push.Conversation.ToString(), ["messageUuid"] = push.Message, ["badge"] = "3" },
            message.GetProperty("data").EnumerateObject().ToDictionary(member => member.Name, member => member.Value.GetString()));
        Assert.Equal(push.Conversation.ToString(), message.GetProperty("android").GetProperty("collapse_key").GetString());
        Assert.Equal("Bearer token-1", authorizations.Single());
    }

    [Fact]
    public async Task A_call_is_at_once_or_never()
    {
        var bodies = new List<JsonElement>();
        await using var stub = await Stub.Start((context, body) =>
        {
            bodies.Add(JsonDocument.Parse(body).RootElement);
            return context.Response.WriteAsync("{}");
        });
        using var sender = Sender(stub.Url);
        var call = Guid.NewGuid();
        var push = Sample() with { Message = null, Call = new PushedCall(call, IsEnd: false, IsVoip: false) };
        await sender.Send(push, default);
        await sender.Send(push with { Call = new PushedCall(call, IsEnd: true, IsVoip: false) }, default);
        foreach (var (at, kind, ttl) in new[] { (0, "call", "30s"), (1, "callEnded", "604800s") })
        {
            var message = bodies[at].GetProperty("message");
            Assert.Equal($$"""{"callUuid":"{{call}}","conversationUuid":"{{push.Conversation}}","kind":"{{kind}}"}""", message.GetProperty("data").GetRawText());
            var android = message.GetProperty("android");
            Assert.Equal(($"call-{call}", "HIGH", ttl), (android.GetProperty("collapse_key").GetString(), android.GetProperty("priority").GetString(), android.GetProperty("ttl").GetString()));
        }
    }

    [Fact]
    public async Task A_badge_alone_names_no_conversation_and_wakes_no_phone()
    {
        var bodies = new List<JsonElement>();
        await using var stub = await Stub.Start((context, body) =>
        {
            bodies.Add(JsonDocument.Parse(body).RootElement);
            return context.Response.WriteAsync("{}");
        });
        using var sender = Sender(stub.Url);
        await sender.Send(Sample() with { Conversation = Guid.Empty, Message = null }, default);

        var message = bodies.Single().GetProperty("message");
        Assert.Equal("""{"badge":"3"}""", message.GetProperty("data").GetRawText());
        Assert.Equal(("badge", "NORMAL"), (message.GetProperty("android").GetProperty("collapse_key").GetString(), message.GetProperty("android").GetProperty("priority").GetString()));
    }

    [Theory]
    [InlineData(404, """{"error":{"code":404,"status":"NOT_FOUND","details":[{"@type":"type.googleapis.com/google.firebase.fcm.v1.FcmError","errorCode":"UNREGISTERED"}]}}""", PushVerdict.TokenDead, null)]
    [InlineData(404, """{"error":{"code":404,"status":"NOT_FOUND"}}""", PushVerdict.ProviderLater, 60)]
    [InlineData(400, """{"error":{"code":400,"status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.firebase.fcm.v1.FcmError","errorCode":"INVALID_ARGUMENT"}]}}""", PushVerdict.TokenDead, null)]
    [InlineData(400, """{"error":{"code":400,"status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":"message.token"}]}]}}""", PushVerdict.TokenDead, null)]
    [InlineData(400, """{"error":{"code":400,"status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":"message.data[0].value"}]}]}}""", PushVerdict.Refused, null)]
    [InlineData(403, """{"error":{"code":403,"status":"PERMISSION_DENIED","details":[{"@type":"type.googleapis.com/google.firebase.fcm.v1.FcmError","errorCode":"SENDER_ID_MISMATCH"}]}}""", PushVerdict.Refused, null)]
    [InlineData(403, """{"error":{"code":403,"status":"PERMISSION_DENIED"}}""", PushVerdict.ProviderLater, 60)]
    [InlineData(401, """{"error":{"code":401,"status":"UNAUTHENTICATED"}}""", PushVerdict.ProviderLater, 60)]
    [InlineData(429, """{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.firebase.fcm.v1.FcmError","errorCode":"QUOTA_EXCEEDED"}]}}""", PushVerdict.ProviderLater, 60)]
    [InlineData(503, """{"error":{"code":503,"status":"UNAVAILABLE"}}""", PushVerdict.ProviderLater, null)]
    [InlineData(500, """{"error":{"code":500,"status":"INTERNAL"}}""", PushVerdict.Later, null)]
    [InlineData(502, "<html>a proxy's page</html>", PushVerdict.Later, null)]
    public void Each_error_is_treated_as_the_documentation_says(int status, string body, PushVerdict verdict, int? seconds)
    {
        var outcome = FcmErrors.Outcome((HttpStatusCode)status, body, null);
        Assert.Equal(verdict, outcome.Verdict);
        Assert.Equal(seconds, (int?)outcome.After?.TotalSeconds);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task Retry_After_is_kept_to(int status)
    {
        await using var stub = await Stub.Start((context, _) =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.RetryAfter = "17";
            return Task.CompletedTask;
        });
        using var sender = Sender(stub.Url);
        var outcome = await sender.Send(Sample(), default);
        Assert.Equal((PushVerdict.ProviderLater, TimeSpan.FromSeconds(17)), (outcome.Verdict, outcome.After));
    }

    [Fact]
    public async Task A_token_that_is_refused_is_thrown_away_at_once()
    {
        const int atOnce = 20;
        await using var stub = await Stub.Start((context, _) =>
        {
            context.Response.StatusCode = context.Request.Headers.Authorization.ToString() == "Bearer token-1" ? 401 : 200;
            return context.Response.WriteAsync("{}");
        });
        using var sender = Sender(stub.Url);

        // Revoked before its hour is over: nobody waits for the hour, and those who were refused together fetch one new token.
        Assert.All(await Task.WhenAll(Enumerable.Range(0, atOnce).Select(_ => sender.Send(Sample(), default))), outcome => Assert.Equal(PushOutcome.Taken, outcome));
        Assert.Equal(2, _tokens);
    }

    [Fact]
    public async Task A_key_that_is_refused_is_tried_with_a_new_token_once_and_waited_for()
    {
        var calls = 0;
        await using var stub = await Stub.Start((context, _) =>
        {
            Interlocked.Increment(ref calls);
            context.Response.StatusCode = 401;
            return context.Response.WriteAsync("{}");
        });
        using var sender = Sender(stub.Url);
        Assert.Equal(PushVerdict.ProviderLater, (await sender.Send(Sample(), default)).Verdict);
        Assert.Equal((2, 2), (calls, _tokens));
    }

    [Fact]
    public async Task A_provider_or_a_token_endpoint_that_is_away_is_waited_for()
    {
        using var nowhere = Sender(new Uri("http://127.0.0.1:1"));
        Assert.Equal(PushVerdict.ProviderLater, (await nowhere.Send(Sample(), default)).Verdict);

        await using var refusing = await Stub.Start((context, _) =>
        {
            context.Response.StatusCode = 400;
            return context.Response.WriteAsJsonAsync(new { error = "invalid_grant" });
        });
        using var unknown = Sender(new Uri("http://127.0.0.1:1"), refusing.Url);
        Assert.Equal((PushVerdict.ProviderLater, "token"), (await unknown.Send(Sample(), default)) is var outcome ? (outcome.Verdict, outcome.Reason) : default);
    }

    private static Ports.Push Sample() => new(Guid.NewGuid(), "android", "a-device", Guid.NewGuid(), Guid.NewGuid().ToString(), 3);

    private FcmSender Sender(Uri url, Uri? tokenEndpoint = null) => new(
        new FcmOptions(
            JsonSerializer.Serialize(new
            {
                type = "service_account",
                project_id = "messenger-tests",
                private_key_id = "1",
                private_key = _key.ExportPkcs8PrivateKeyPem(),
                client_email = "pusher@messenger-tests.iam.gserviceaccount.com",
                client_id = "1",
                token_uri = new Uri(tokenEndpoint ?? _google.Url, "/token"),
            }),
            url),
        TimeProvider.System, NullLogger<FcmSender>.Instance);

    private static string Padded(string base64Url) =>
        base64Url.Replace('-', '+').Replace('_', '/') + new string('=', (4 - (base64Url.Length % 4)) % 4);
}
