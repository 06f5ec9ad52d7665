using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Messenger.Ports;
using Messenger.Providers.Http;
using Messenger.Providers.WebPush;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Messenger.Providers.Tests.Push;

/// <summary>A push service of a browser, which takes what a real one takes, and a browser behind it that decrypts.</summary>
public sealed class WebPushTests : IAsyncLifetime
{
    private const string Host = "updates.push.services.mozilla.com";

    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly ECDiffieHellman _browser = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
    private readonly byte[] _auth = RandomNumberGenerator.GetBytes(16);
    private readonly VapidKey _new = VapidKey.Draw();
    private readonly VapidKey _old = VapidKey.Draw();
    private readonly ConcurrentQueue<(IHeaderDictionary Headers, string Path, byte[] Body)> _taken = [];
    private Func<HttpContext, Task<int>> _answers = _ => Task.FromResult(201);
    private WebApplication _service = null!;
    private WebPushSender _sender = null!;

    public async Task InitializeAsync()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={Host}", key, HashAlgorithmName.SHA256);
        var certificate = X509CertificateLoader.LoadPkcs12(request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1)).Export(X509ContentType.Pkcs12), null);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        _service = builder.Build();
        _service.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            _taken.Enqueue((new HeaderDictionary(context.Request.Headers.ToDictionary()), context.Request.Path, body.ToArray()));
            context.Response.StatusCode = await _answers(context);
            await context.Response.WriteAsync("what a service says is nothing to us");
        });
        await _service.StartAsync();
        var port = new Uri(_service.Urls.Single()).Port;
        _sender = new WebPushSender(
            new WebPushOptions([_new, _old], "mailto:ops@example.com", WebPushSubscription.Browsers), _clock, NullLogger<WebPushSender>.Instance,
            async (to, cancellation) =>
            {
                Assert.Equal((Host, 443), (to.Host, to.Port));
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Loopback, port, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
            new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, shown, _, _) => shown!.GetCertHashString() == certificate.GetCertHashString() });
    }

    public async Task DisposeAsync()
    {
        _sender.Dispose();
        await _service.DisposeAsync();
        _browser.Dispose();
    }

    /// <summary>The example of RFC 8291, appendix A.</summary>
    [Fact]
    public void The_example_of_the_standard_comes_out()
    {
        static byte[] Of(string text) => Base64Url.DecodeFromChars(text);
        var mine = Of("BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8");
        using var own = ECDiffieHellman.Create(WebPushSubscription.Parameters(mine) with { D = Of("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw") });
        var to = new WebPushSubscription(
            new Uri("https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV"),
            Of("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"), Of("BTBZMqHH6r4Tts7J_aSIgg"));
        var text = "When I grow up, I want to be a watermelon"u8;

        Assert.Equal(
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
            Base64Url.EncodeToString(WebPushCipher.Encrypt(to, text, own, Of("DGv6ra1nlYgDCS1FRnbzlw"), text.Length)));
    }

    [Fact]
    public async Task A_browser_decrypts_what_its_service_cannot()
    {
        var push = Sample();
        Assert.Equal(PushOutcome.Taken, await _sender.Send(push, default));
        Assert.Equal(PushOutcome.Taken, await _sender.Send(push with { Conversation = Guid.Empty, Message = null }, default));
        Assert.Equal(PushOutcome.Taken, await _sender.Send(push with { Conversation = PushKinds.Lock, Message = "" }, default));

        var (headers, path, _) = _taken.First();
        Assert.Equal("/wpush/v2/one", path);
        Assert.Equal(("604800", "high", "aes128gcm", "application/octet-stream"), (headers["TTL"].ToString(), headers["Urgency"].ToString(), headers.ContentEncoding.ToString(), headers.ContentType.ToString()));
        Assert.Equal(["high", "low", "high"], _taken.Select(one => one.Headers["Urgency"].ToString()));
        Assert.Equal(
        [
            $$"""{"badge":7,"conversationUuid":"{{push.Conversation}}","messageUuid":"{{push.Message}}"}""", """{"badge":7}""",
            $$"""{"badge":7,"conversationUuid":"{{Guid.Empty}}","kind":"lock","messageUuid":"{{Guid.Empty}}"}""",
        ], _taken.Select(one => Decrypted(one.Body)));

        // By its length and its headers a service tells none from the other, and learns no uuid.
        Assert.Single(_taken.Select(one => one.Body.Length).Distinct());
        Assert.Equal(3, _taken.Select(one => one.Headers["Topic"].ToString()).Distinct().Count());
        Assert.All(_taken, one => Assert.Matches("^[A-Za-z0-9_-]{32}$", one.Headers["Topic"].ToString()));
        Assert.DoesNotContain(push.Conversation.ToString(), string.Join(' ', _taken.SelectMany(one => one.Headers.Values)), StringComparison.Ordinal);

        // The same conversation is the same topic: the service replaces what waits.
        await _sender.Send(Sample() with { Conversation = push.Conversation }, default);
        Assert.Equal(headers["Topic"], _taken.Last().Headers["Topic"]);

        // A call as well, for half a minute.
        var call = Guid.NewGuid();
        await _sender.Send(push with { Message = null, Call = new PushedCall(call, IsEnd: false, IsVoip: false) }, default);
        await _sender.Send(push with { Message = null, Call = new PushedCall(call, IsEnd: true, IsVoip: false) }, default);
        Assert.Equal([("30", "high"), ("604800", "high")], _taken.TakeLast(2).Select(one => (one.Headers["TTL"].ToString(), one.Headers["Urgency"].ToString())));
        Assert.Equal(
            ["call", "callEnded"],
            _taken.TakeLast(2).Select(one => JsonDocument.Parse(Decrypted(one.Body)).RootElement.GetProperty("kind").GetString()));
        Assert.Single(_taken.Select(one => one.Body.Length).Distinct());
    }

    [Fact]
    public async Task A_subscription_is_served_with_the_key_that_it_was_made_for()
    {
        _answers = context => Task.FromResult(context.Request.Headers.Authorization.ToString().EndsWith(_old.PublicKey, StringComparison.Ordinal) ? 201 : 403);
        Assert.Equal(PushOutcome.Taken, await _sender.Send(Sample(), default));

        Assert.Equal(2, _taken.Count);
        foreach (var (headers, key) in _taken.Select(one => one.Headers).Zip([_new, _old]))
        {
            Verify(headers.Authorization.ToString(), key);
        }

        _answers = _ => Task.FromResult(401);
        Assert.Equal((PushVerdict.Credentials, "vapid"), (await _sender.Send(Sample(), default)) is var outcome ? (outcome.Verdict, outcome.Reason) : default);
    }

    [Theory]
    [InlineData(404, PushVerdict.TokenDead)]
    [InlineData(410, PushVerdict.TokenDead)]
    [InlineData(429, PushVerdict.Later)]
    [InlineData(500, PushVerdict.Later)]
    [InlineData(503, PushVerdict.Later)]
    [InlineData(413, PushVerdict.Refused)]
    [InlineData(301, PushVerdict.Refused)]
    public async Task What_a_service_says_is_done(int status, object verdict)
    {
        _answers = context =>
        {
            context.Response.Headers.RetryAfter = "17";
            context.Response.Headers.Location = "https://127.0.0.1/inside";
            return Task.FromResult(status);
        };

        var outcome = await _sender.Send(Sample(), default);

        Assert.Equal(verdict, outcome.Verdict);
        Assert.Equal(status is 429 or >= 500 ? TimeSpan.FromSeconds(17) : null, outcome.After);
        Assert.Single(_taken);
    }

    [Fact]
    public async Task A_host_that_hangs_takes_its_own_places_alone()
    {
        var hanging = new TaskCompletionSource<int>();
        _answers = _ => hanging.Task;
        var sending = Enumerable.Range(0, WebPushSender.MostOfOneHost).Select(_ => _sender.Send(Sample(), default)).ToList();
        Assert.Equal((PushVerdict.Later, "busy"), (await _sender.Send(Sample(), default)) is var outcome ? (outcome.Verdict, outcome.Reason) : default);
        hanging.SetResult(201);
        Assert.All(await Task.WhenAll(sending), sent => Assert.Equal(PushVerdict.Taken, sent.Verdict));
    }

    [Theory]
    [InlineData("https://updates.push.services.mozilla.com/wpush/v2/x", true)]
    [InlineData("https://web.push.apple.com/x", true)]
    [InlineData("https://wns2-par02p.notify.windows.com/w/?token=x", true)]
    [InlineData("http://updates.push.services.mozilla.com/x", false)]
    [InlineData("https://updates.push.services.mozilla.com:8443/x", false)]
    [InlineData("https://user@updates.push.services.mozilla.com/x", false)]
    [InlineData("https://notify.windows.com.example/x", false)]
    [InlineData("https://notify.windows.com/x", false)]
    [InlineData("https://127.0.0.1/x", false)]
    [InlineData("https://[::1]/x", false)]
    [InlineData("https://localhost/x", false)]
    [InlineData("not a url", false)]
    public void Endpoints_are_those_of_known_services(string endpoint, bool taken)
    {
        Assert.Equal(taken, WebPushSubscription.Parse(Token(endpoint), WebPushSubscription.Browsers) is not null);
        Assert.Equal(endpoint is "https://notify.windows.com.example/x" or "https://notify.windows.com/x" || taken, WebPushSubscription.Parse(Token(endpoint), [WebPushSubscription.AnyHost]) is not null);
    }

    [Fact]
    public void Keys_are_a_point_and_sixteen_bytes()
    {
        var point = Point();
        Assert.Null(Parsed(point[..64], _auth));
        Assert.Null(Parsed([2, .. point[1..]], _auth));
        Assert.Null(Parsed([4, .. new byte[64]], _auth));
        Assert.Null(Parsed(point, _auth[..15]));
        Assert.NotNull(Parsed(point, _auth));
        foreach (var text in new[] { "{", "{}", "[]", "null", """{"endpoint":1,"keys":{}}""", """{"endpoint":"https://web.push.apple.com/x","keys":{"p256dh":"!","auth":"!"}}""" })
        {
            Assert.Null(WebPushSubscription.Parse(text, [WebPushSubscription.AnyHost]));
        }
    }

    [Theory]
    [InlineData("93.184.216.34", true)]
    [InlineData("2606:2800:220:1::1", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("192.168.0.1", false)]
    [InlineData("198.19.0.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("ff02::1", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::ffff:93.184.216.34", true)]
    [InlineData("64:ff9b::10.0.0.1", false)]
    [InlineData("2002:7f00:1::", false)]
    public void Addresses_are_those_of_the_internet(string address, bool taken) => Assert.Equal(taken, PublicAddresses.Takes(IPAddress.Parse(address), []));

    [Fact]
    public async Task A_name_that_leads_inside_is_not_connected_to_and_one_that_does_by_half_to_the_other_half()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        Task<IPAddress[]> Resolve(string name, CancellationToken _) => Task.FromResult(new[] { IPAddress.Loopback, IPAddress.Parse("169.254.169.254") });
        await Assert.ThrowsAsync<HttpRequestException>(async () => await PublicAddresses.Connect(new DnsEndPoint("inside.example", port), Resolve, address => PublicAddresses.Takes(address, []), default));
        Assert.False(listener.Pending());

        // What was looked at is what is connected to: the other address is never asked.
        await using var stream = await PublicAddresses.Connect(new DnsEndPoint("half.example", port), Resolve, IPAddress.Loopback.Equals, default);
        Assert.Equal(IPAddress.Loopback, ((IPEndPoint)((NetworkStream)stream).Socket.RemoteEndPoint!).Address.MapToIPv4());
        Assert.False(PublicAddresses.Takes(IPAddress.Parse("93.184.216.34"), [IPAddress.Parse("93.184.216.34")]));
    }

    private static void Verify(string authorization, VapidKey key)
    {
        Assert.StartsWith("vapid t=", authorization, StringComparison.Ordinal);
        var parts = authorization["vapid t=".Length..].Split(", k=");
        Assert.Equal(key.PublicKey, parts[1]);
        var token = parts[0].Split('.');
        var point = Base64Url.DecodeFromChars(key.PublicKey);
        using var verifying = ECDsa.Create(WebPushSubscription.Parameters(point));
        Assert.True(verifying.VerifyData(Encoding.ASCII.GetBytes($"{token[0]}.{token[1]}"), Base64Url.DecodeFromChars(token[2]), HashAlgorithmName.SHA256));
        var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(token[1])).RootElement;
        Assert.Equal(($"https://{Host}", "mailto:ops@example.com"), (claims.GetProperty("aud").GetString(), claims.GetProperty("sub").GetString()));
    }

    /// <summary>From the browser's side, as the standards say: nothing of the sender's code is used.</summary>
    private string Decrypted(byte[] body)
    {
        var (salt, size, length) = (body[..16], System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(16)), body[20]);
        Assert.InRange(body.Length - 21 - length, 18, size);
        var theirs = body[21..(21 + length)];
        using var sender = ECDiffieHellman.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = theirs[1..33], Y = theirs[33..65] } });
        var first = HMACSHA256.HashData(_auth, _browser.DeriveRawSecretAgreement(sender.PublicKey));
        var input = HMACSHA256.HashData(first, (byte[])[.. Encoding.ASCII.GetBytes("WebPush: info"), 0, .. Point(), .. theirs, 1]);
        var extracted = HMACSHA256.HashData(salt, input);
        using var cipher = new AesGcm(HMACSHA256.HashData(extracted, (byte[])[.. Encoding.ASCII.GetBytes("Content-Encoding: aes128gcm"), 0, 1])[..16], 16);
        var nonce = HMACSHA256.HashData(extracted, (byte[])[.. Encoding.ASCII.GetBytes("Content-Encoding: nonce"), 0, 1])[..12];
        var plain = new byte[body.Length - 21 - length - 16];
        cipher.Decrypt(nonce, body.AsSpan(21 + length, plain.Length), body.AsSpan(body.Length - 16), plain);
        var end = Array.FindLastIndex(plain, one => one != 0);
        Assert.Equal(2, plain[end]);
        return Encoding.UTF8.GetString(plain.AsSpan(0, end));
    }

    private byte[] Point() => _browser.ExportParameters(false).Q is var point ? [4, .. point.X!, .. point.Y!] : [];

    private WebPushSubscription? Parsed(byte[] key, byte[] auth) => WebPushSubscription.Parse(Token("https://web.push.apple.com/x", key, auth), WebPushSubscription.Browsers);

    private string Token(string endpoint, byte[]? key = null, byte[]? auth = null) => JsonSerializer.Serialize(new
    {
        endpoint,
        expirationTime = (long?)null,
        keys = new { p256dh = Base64Url.EncodeToString(key ?? Point()), auth = Base64Url.EncodeToString(auth ?? _auth) },
    });

    private Messenger.Ports.Push Sample() => new(Guid.NewGuid(), "web", Token($"https://{Host}/wpush/v2/one"), Guid.NewGuid(), Guid.NewGuid().ToString(), 7);
}
