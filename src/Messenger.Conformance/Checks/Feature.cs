using System.Globalization;
using Messenger.Conformance.Phones;
using Messenger.Conformance.Rules;

namespace Messenger.Conformance.Checks;

/// <summary>Features: how they are named, and that who named none sees none.</summary>
internal static class FeatureChecks
{
    private const string Errors = "errors";

    /// <summary>What a clock may differ from this machine's.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromHours(1);

    public static IReadOnlyList<Check> All { get; } =
    [
        new("Who names no feature sees none, and who names one sees its members", ["EXT-1", "EXT-8"], WhoNamesNoneSeesNone),
        new("Names that nobody knows are ignored, and what is no list of names is refused", ["EXT-2"], UnknownNamesAreIgnored),
        new("A login that resumes says how it goes on", ["EXT-7", "EXT-1"], ALoginThatResumesSaysHow),
        new("Settings that are asked for with features say what the server offers and takes", ["EXT-4"], SettingsSayWhatIsOffered),
        new("A request of a feature that is not offered is an unknown type", ["EXT-3"], WhatIsNotOfferedIsUnknown),
        new("A refusal over a limit says in milliseconds when to come back", ["EXT-6"], ARefusalSaysWhen) { Last = true },
    ];

    private static async Task WhoNamesNoneSeesNone(CheckFixture fixture)
    {
        // Every other connection of these checks names none, and breaks where a member of a feature comes.
        var plain = await fixture.Person();
        Expect.False((await plain.Ask("RequestPing", new { when = 1 })).Done().TryGetProperty("now", out _), "a ping told the time to who named nothing");
        Expect.Equal(4, (await plain.Ask("RequestGetServerSettings", new { })).Done().EnumerateObject().Count());

        var named = await fixture.Person(Errors);
        var now = (await named.Ask("RequestPing", new { when = 1 })).Done().GetProperty("now").GetInt64();
        Expect.InRange(DateTimeOffset.FromUnixTimeMilliseconds(now), DateTimeOffset.UtcNow - Skew, DateTimeOffset.UtcNow + Skew);
    }

    private static async Task UnknownNamesAreIgnored(CheckFixture fixture)
    {
        var phone = await fixture.Person();
        await phone.Connect(fixture.Url);
        phone.Connection.Features = [Errors];
        (await phone.Ask("RequestAuthenticationByApplication", new { userId = phone.UserId, uuid = phone.Account.Application, features = 17 })).Refused("bad_request");
        var many = Enumerable.Range(0, 65).Select(at => at.ToString(CultureInfo.InvariantCulture));
        (await phone.Ask("RequestAuthenticationByApplication", new { userId = phone.UserId, uuid = phone.Account.Application, features = many })).Refused("bad_request");
        (await phone.Authenticate(["of tomorrow"])).Done();
        (await phone.Authenticate([Errors])).Done();
        Expect.False((await phone.Ask("RequestPing", new { when = 1 })).Done().TryGetProperty("now", out _), "a repeated login changed what was named");
    }

    private static async Task ALoginThatResumesSaysHow(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        await fixture.Name(b, Errors);
        var conversation = await a.Dialog(b);
        await b.Hear((await a.Say(conversation)).Text("uuid")!);
        var cursor = b.LastCursor();
        await b.Connection.Cut();
        var missed = (await a.Say(conversation)).Text("uuid")!;

        // The cursor is good for a client of either kind.
        (await b.Return(fixture.Url)).Done();
        await b.Hear(missed);
        await b.Connect(fixture.Url);
        Expect.Equal("continued", (await b.Authenticate([Errors], cursor)).Done().Text("resume"));
        await b.Hear(missed);
        await b.Connect(fixture.Url);
        Expect.Equal("resync", (await b.Authenticate([Errors], "7-7")).Done().Text("resume"));
        await b.Connect(fixture.Url);
        Expect.False((await b.Authenticate([Errors])).Done().TryGetProperty("resume", out _), "a login without a cursor resumes nothing");
    }

    private static async Task SettingsSayWhatIsOffered(CheckFixture fixture)
    {
        var stranger = await fixture.Stranger();
        stranger.Connection.Features = [CheckFixture.Extended];
        var settings = (await stranger.Ask("RequestGetServerSettings", new { features = new[] { "of tomorrow" } })).Done();
        Expect.True(settings.GetProperty("features").GetArrayLength() >= 0);
        Expect.True(settings.GetProperty("limits").GetProperty("bodyBytes").GetInt32() >= 64 * 1024);
        Expect.NotEqual(string.Empty, settings.Text("etag"));
        var again = (await stranger.Ask("RequestGetServerSettings", new { features = Array.Empty<string>() })).Done();
        Expect.Equal(settings.Text("etag"), again.Text("etag"));
        (await stranger.Ask("RequestGetServerSettings", new { features = "errors" })).Refused("bad_request");
    }

    private static async Task WhatIsNotOfferedIsUnknown(CheckFixture fixture)
    {
        var phone = await fixture.Person();
        (await phone.Ask("RequestOfTomorrow", new { })).Refused("bad_request");
        var offered = await fixture.Offered();
        foreach (var (feature, request) in Extensions.Load().Requests.Where(request => !offered.Contains(request.Feature)))
        {
            var refusal = await phone.Ask(request, new { });
            refusal.Refused("bad_request");
            Expect.True(refusal.Description!.Contains(request, StringComparison.Ordinal), $"{request} of {feature} is known");
        }
    }

    private static async Task ARefusalSaysWhen(CheckFixture fixture)
    {
        var phone = await fixture.Person(Errors);
        for (var asked = 0; asked < 100; asked++)
        {
            var reply = await phone.Ask("RequestGetRegisteredUsers", new { checkUserList = new[] { phone.UserId } });
            if (reply.Status == "too_many_requests")
            {
                var seconds = int.Parse(reply.Description!.Split(' ')[^2], CultureInfo.InvariantCulture);
                Expect.InRange(reply.Payload.GetProperty("retryAfterMs").GetInt64(), Math.Min(3_600_000, seconds * 1000L), 3_600_000);
                return;
            }

            reply.Done();
        }

        throw new NotTriedException("this server has its rate limits off");
    }
}
