using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Messenger.Ports;
using Messenger.Providers.Apns;
using Messenger.Testing.Servers;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Messenger.Providers.Tests.Push;

/// <summary>APNs, played by an HTTP/2 server that checks what Apple checks: the token, the path, the headers, the body.</summary>
public sealed class ApnsTests : IAsyncLifetime
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly ConcurrentQueue<(string Connection, IHeaderDictionary Headers, string Path, JsonElement Body)> _taken = [];
    private readonly ConcurrentDictionary<string, int> _providerTokens = [];
    private Func<HttpContext, (int Status, object? Body)?> _refuses = _ => null;
    private Func<HttpContext, Task> _delays = _ => Task.CompletedTask;
    private Stub _apple = null!;
    private ApnsSender _sender = null!;

    public async Task InitializeAsync()
    {
        _apple = await Stub.Start(Answer, HttpProtocols.Http2);
        _sender = new ApnsSender(
            new ApnsOptions(_key.ExportPkcs8PrivateKeyPem(), "KEYKEYKEY1", "TEAMTEAM01", "com.example.messenger", _apple.Url, "NEW_MESSAGE"), _clock, NullLogger<ApnsSender>.Instance);
    }

    public async Task DisposeAsync()
    {
        _sender.Dispose();
        await _apple.DisposeAsync();
        _key.Dispose();
    }

    [Fact]
    public async Task A_push_is_what_Apple_wants_and_holds_uuids_and_the_badge()
    {
        var push = Sample();
        Assert.Equal(PushOutcome.Taken, await _sender.Send(push, default));
        var (_, headers, path, body) = _taken.Single();
        Assert.Equal("/3/device/0a1b2c", path);
        Assert.Equal(
            (push.Id.ToString(), "com.example.messenger", "alert", "10", push.Conversation.ToString()),
            (headers["apns-id"].ToString(), headers["apns-topic"].ToString(), headers["apns-push-type"].ToString(), headers["apns-priority"].ToString(), headers["apns-collapse-id"].ToString()));
        Assert.Equal((_clock.GetUtcNow() + TimeSpan.FromDays(7)).ToUnixTimeSeconds().ToString(), headers["apns-expiration"].ToString());
        Assert.Equal(["aps", "conversationUuid", "messageUuid"], body.EnumerateObject().Select(member => member.Name));
        Assert.Equal(push.Conversation.ToString(), body.GetProperty("conversationUuid").GetString());
        Assert.Equal(push.Message, body.GetProperty("messageUuid").GetString());
        Assert.Equal(3, body.GetProperty("aps").GetProperty("badge").GetInt32());
        Assert.Equal("""{"loc-key":"NEW_MESSAGE"}""", body.GetProperty("aps").GetProperty("alert").GetRawText());
    }

    [Fact]
    public async Task A_badge_alone_is_silent_and_replaces_itself()
    {
        Assert.Equal(PushOutcome.Taken, await _sender.Send(Sample() with { Conversation = Guid.Empty, Message = null }, default));
        var (_, headers, _, body) = _taken.Single();
        Assert.Equal(("alert", "5", "badge"), (headers["apns-push-type"].ToString(), headers["apns-priority"].ToString(), headers["apns-collapse-id"].ToString()));
        Assert.Equal("""{"aps":{"badge":3}}""", body.GetRawText());
    }

    [Fact]
    public async Task A_call_starts_the_application_and_its_end_is_an_ordinary_push()
    {
        var call = Guid.NewGuid();
        var push = Sample() with { Message = null, Call = new PushedCall(call, IsEnd: false, IsVoip: true) };
        await _sender.Send(push, default);
        await _sender.Send(push with { Call = new PushedCall(call, IsEnd: true, IsVoip: false) }, default);
        await _sender.Send(push with { Call = new PushedCall(call, IsEnd: false, IsVoip: false) }, default);
        var taken = _taken.ToArray();
        Assert.Equal(
            [("voip", "com.example.messenger.voip", "10", 30L), ("alert", "com.example.messenger", "10", 604800L), ("alert", "com.example.messenger", "10", 30L)],
            taken.Select(one => (
                one.Headers["apns-push-type"].ToString(), one.Headers["apns-topic"].ToString(), one.Headers["apns-priority"].ToString(),
                long.Parse(one.Headers["apns-expiration"].ToString()) - _clock.GetUtcNow().ToUnixTimeSeconds())));
        Assert.All(taken, one => Assert.Equal($"call-{call}", one.Headers["apns-collapse-id"].ToString()));
        Assert.Equal($$$"""{"aps":{},"conversationUuid":"{{{push.Conversation}}}","callUuid":"{{{call}}}","kind":"call"}""", taken[0].Body.GetRawText());
        Assert.Equal(["aps", "conversationUuid", "callUuid", "kind"], taken[1].Body.EnumerateObject().Select(member => member.Name));
        Assert.Equal("callEnded", taken[1].Body.GetProperty("kind").GetString());
        Assert.False(taken[1].Body.GetProperty("aps").TryGetProperty("badge", out _));
        Assert.True(taken[1].Body.GetProperty("aps").TryGetProperty("alert", out _));
    }

    [Fact]
    public async Task One_provider_token_serves_until_it_is_old()
    {
        for (var i = 0; i < 5; i++)
        {
            await _sender.Send(Sample(), default);
            _clock.Advance(TimeSpan.FromMinutes(8));
        }

        Assert.Single(_providerTokens);
        _clock.Advance(TimeSpan.FromMinutes(8));
        Assert.Equal(PushOutcome.Taken, await _sender.Send(Sample(), default));
        Assert.Equal(2, _providerTokens.Count);
    }

    [Fact]
    public async Task A_provider_token_that_Apple_finds_too_old_is_made_anew_but_not_too_soon()
    {
        await _sender.Send(Sample(), default);
        var expired = _providerTokens.Keys.Single();
        _refuses = context => context.Request.Headers.Authorization == $"bearer {expired}" ? (403, new { reason = "ExpiredProviderToken" }) : null;
        Assert.Equal((PushVerdict.Later, TimeSpan.Zero), await Verdict());
        Assert.Equal(PushVerdict.Later, (await Verdict()).Verdict);
        _clock.Advance(TimeSpan.FromMinutes(21));
        Assert.Equal(PushVerdict.Later, (await Verdict()).Verdict);
        Assert.Equal(PushVerdict.Taken, (await Verdict()).Verdict);
    }

    [Fact]
    public async Task A_dead_token_comes_with_the_time_since_when()
    {
        var since = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_123);
        _refuses = _ => (410, new { reason = "Unregistered", timestamp = since.ToUnixTimeMilliseconds() });
        var outcome = await _sender.Send(Sample(), default);
        Assert.Equal((PushVerdict.TokenDead, since, "Unregistered"), (outcome.Verdict, outcome.DeadSince!.Value, outcome.Reason));
    }

    [Theory]
    [InlineData(400, "BadDeviceToken", PushVerdict.TokenDead, null)]
    [InlineData(400, "DeviceTokenNotForTopic", PushVerdict.Refused, null)]
    [InlineData(400, "BadCollapseId", PushVerdict.Refused, null)]
    [InlineData(400, "TopicDisallowed", PushVerdict.ProviderLater, 60)]
    [InlineData(403, "InvalidProviderToken", PushVerdict.ProviderLater, 60)]
    [InlineData(410, "ExpiredToken", PushVerdict.TokenDead, null)]
    [InlineData(413, "PayloadTooLarge", PushVerdict.Refused, null)]
    [InlineData(429, "TooManyRequests", PushVerdict.Later, null)]
    [InlineData(429, "TooManyProviderTokenUpdates", PushVerdict.ProviderLater, 300)]
    [InlineData(500, "InternalServerError", PushVerdict.Later, null)]
    [InlineData(503, "ServiceUnavailable", PushVerdict.ProviderLater, null)]
    [InlineData(503, "Shutdown", PushVerdict.ProviderLater, null)]
    public async Task Each_reason_is_treated_as_the_documentation_says(int status, string reason, PushVerdict verdict, int? seconds)
    {
        _refuses = _ => (status, new { reason });
        var (told, after) = await Verdict();
        Assert.Equal((verdict, seconds), (told, (int?)after?.TotalSeconds));
    }

    [Fact]
    public async Task Too_many_to_one_device_waits_as_long_as_Apple_asks_for()
    {
        _refuses = context =>
        {
            context.Response.Headers.RetryAfter = "40";
            return (429, new { reason = "TooManyRequests" });
        };
        Assert.Equal((PushVerdict.Later, TimeSpan.FromSeconds(40)), await Verdict());
    }

    [Fact]
    public async Task Many_at_a_time_share_a_connection_and_survive_its_GOAWAY()
    {
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => _sender.Send(Sample(), default))), outcome => Assert.Equal(PushOutcome.Taken, outcome));
        var before = _taken.Select(push => push.Connection).Distinct().ToList();
        Assert.Single(before);

        // Apple says GOAWAY: what is under way ends well, what follows takes another connection, and nothing is lost or sent twice.
        // One push stays under way meanwhile: without any, the stub would close at once, over what it has not read yet.
        var pushes = Enumerable.Range(0, 50).Select(_ => Sample()).ToList();
        var (read, goAway, another) = (0, new TaskCompletionSource(), new TaskCompletionSource());
        _delays = async context =>
        {
            if (context.Connection.Id != before.Single())
            {
                another.TrySetResult();
            }
            else if (Interlocked.Increment(ref read) == pushes.Count)
            {
                context.Features.Get<IConnectionLifetimeNotificationFeature>()!.RequestClose();
                goAway.SetResult();
                await another.Task;
            }
        };
        var underWay = Task.WhenAll(pushes.Select(push => _sender.Send(push, default)));
        await goAway.Task;
        await Until.True(async () => await _sender.Send(Sample(), default) == PushOutcome.Taken && another.Task.IsCompleted);
        Assert.All(await underWay, outcome => Assert.Equal(PushOutcome.Taken, outcome));
        Assert.All(pushes, push => Assert.Single(_taken, one => one.Headers["apns-id"] == push.Id.ToString()));
    }

    [Fact]
    public async Task A_server_that_is_away_is_waited_for()
    {
        await _apple.DisposeAsync();
        Assert.Equal(PushVerdict.ProviderLater, (await Verdict()).Verdict);
        _apple = await Stub.Start(Answer, HttpProtocols.Http2);
    }

    [Fact]
    public void A_key_that_is_none_is_refused_at_once()
    {
        var options = new ApnsOptions("nothing", "K", "T", "t", new Uri("https://localhost"), null);
        Assert.Throws<CryptographicException>(() => new ApnsSender(options, _clock, NullLogger<ApnsSender>.Instance));
    }

    private static Ports.Push Sample() => new(Guid.NewGuid(), "ios", "0a1b2c", Guid.NewGuid(), Guid.NewGuid().ToString(), 3);

    private async Task<(PushVerdict Verdict, TimeSpan? After)> Verdict() => await _sender.Send(Sample(), default) is var outcome ? (outcome.Verdict, outcome.After) : default;

    private async Task Answer(HttpContext context, string body)
    {
        await _delays(context);
        var fault = Fault(context) ?? _refuses(context);
        context.Response.Headers["apns-id"] = context.Request.Headers["apns-id"];
        if (fault is { } refused)
        {
            context.Response.StatusCode = refused.Status;
            await context.Response.WriteAsJsonAsync(refused.Body);
            return;
        }

        _taken.Enqueue((context.Connection.Id, new HeaderDictionary(context.Request.Headers.ToDictionary()), context.Request.Path, JsonDocument.Parse(body).RootElement));
    }

    /// <summary>What Apple would find wrong with the call.</summary>
    private (int Status, object? Body)? Fault(HttpContext context)
    {
        var headers = context.Request.Headers;
        if (context.Request.Protocol != "HTTP/2" || context.Request.Method != "POST")
        {
            return (405, new { reason = "MethodNotAllowed" });
        }

        if (!headers.Authorization.ToString().StartsWith("bearer ", StringComparison.Ordinal))
        {
            return (403, new { reason = "MissingProviderToken" });
        }

        var token = headers.Authorization.ToString()["bearer ".Length..];
        var parts = token.Split('.');
        var (header, claims) = (Read(parts[0]), Read(parts[1]));
        var age = _clock.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(claims.GetProperty("iat").GetInt64());
        if (header.GetProperty("alg").GetString() != "ES256" || header.GetProperty("kid").GetString() != "KEYKEYKEY1" || claims.GetProperty("iss").GetString() != "TEAMTEAM01"
            || !_key.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256))
        {
            return (403, new { reason = "InvalidProviderToken" });
        }

        _providerTokens.TryAdd(token, 0);
        return age > TimeSpan.FromHours(1) ? (403, new { reason = "ExpiredProviderToken" })
            : headers["apns-topic"] != (headers["apns-push-type"] == "voip" ? "com.example.messenger.voip" : "com.example.messenger") ? (400, new { reason = "BadTopic" })
            : headers["apns-collapse-id"].ToString().Length > 64 ? (400, new { reason = "BadCollapseId" })
            : !Guid.TryParse(headers["apns-id"], out _) ? (400, new { reason = "BadMessageId" })
            : null;
    }

    private static JsonElement Read(string part) => JsonDocument.Parse(Base64Url.DecodeFromChars(part)).RootElement;
}
