using Messenger.Conformance.Phones;
using Messenger.Conformance.Rules;

namespace Messenger.Conformance.Checks;

/// <summary>Sizes and rates. Rates may be off on a server for development: then there is nothing to try.</summary>
internal static class LimitChecks
{
    internal const string Off = "this server has its rate limits off";

    public static IReadOnlyList<Check> All { get; } =
    [
        new("What is too long is a bad request", ["LIM-3"], WhatIsTooLongIsABadRequest),
        new("Too many requests at once are told how long to wait and the connection stays", ["LIM-1", "LIM-2"], TooManyRequestsAreToldHowLongToWait) { Last = true },
        new("A phone gets five codes an hour", ["REG-3", "LIM-1"], APhoneGetsFiveCodesAnHour) { Last = true },
    ];

    private static async Task WhatIsTooLongIsABadRequest(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var conversation = await a.Group(b);
        var (text, key) = (new string('A', 8192 + 4), Opaque.Key(a.UserId, a.UserId));
        (string Type, object Payload)[] requests =
        [
            ("RequestUpdateUserNick", new { nick = text }),
            ("RequestRenameConversation", new { conversationUuid = conversation.Uuid, title = text }),
            ("UpdateMemberNick", new { conversationUuid = conversation.Uuid, nickEncrypted = text }),
            ("AddUserReport", new { userId = b.UserId, reason = new string('r', 1025) }),
            ("UpdateParam", new { name = new string('n', 129), value = "v" }),
            ("RequestMessagesReaded", new { conversationUuid = conversation.Uuid, messageUuids = Enumerable.Range(0, 1001).Select(_ => Opaque.Uuid()) }),
            ("RequestGetMessagesByUuids", new { conversationUuid = conversation.Uuid, uuids = Enumerable.Range(0, 101).Select(_ => Opaque.Uuid()) }),
            ("RequestAddNewSessionKeys", new { conversationUuid = conversation.Uuid, sessionKeys = new[] { new { keyEncryptedBase64 = text, signatureBase64 = "AAAA", signerKeyPairUuid = (string?)null, signerUserId = a.UserId, userId = a.UserId } } }),
        ];
        foreach (var (type, payload) in requests)
        {
            (await a.Ask(type, payload)).Refused("bad_request");
        }

        (await a.Ask("RequestAddNewSessionKeys", new { conversationUuid = conversation.Uuid, sessionKeys = new[] { key, Opaque.Key(a.UserId, b.UserId) } })).Done();
    }

    private static async Task TooManyRequestsAreToldHowLongToWait(CheckFixture fixture)
    {
        const int MoreThanABurst = 4000;
        var phone = await fixture.Person();
        var answers = new List<Task<Response>>();
        for (var i = 0; i < MoreThanABurst; i++)
        {
            answers.Add(await phone.Connection.Send("RequestPing", new { when = i }));
        }

        var replies = await Task.WhenAll(answers);
        var refused = replies.Where(reply => reply.Status is not null).ToList();
        if (refused.Count == 0)
        {
            throw new NotTriedException(Off);
        }

        Expect.True(replies.Length - refused.Count >= 2000, $"only {replies.Length - refused.Count} of a burst were served");
        Expect.All(refused, reply => reply.Refused("too_many_requests"));
        Expect.All(refused, reply => Expect.True(Limit.Seconds(reply.Description!) is not null, $"no seconds at the end of '{reply.Description}'"));
        await Task.Delay(TimeSpan.FromSeconds(refused.Max(reply => Limit.Seconds(reply.Description!)!.Value)));
        (await phone.Ask("RequestPing", new { when = 1 })).Done();
    }

    private static async Task APhoneGetsFiveCodesAnHour(CheckFixture fixture)
    {
        const int Codes = 5;
        var stranger = await fixture.Stranger();
        for (var i = 0; i <= Codes; i++)
        {
            var reply = await stranger.Ask("RequestRegisterApplication", stranger.Registration());
            if (reply.Status == "too_many_requests")
            {
                Expect.True(Limit.Seconds(reply.Description!) is not null, $"no seconds at the end of '{reply.Description}'");
                return;
            }

            reply.Done();
        }

        throw new NotTriedException(Off);
    }
}
