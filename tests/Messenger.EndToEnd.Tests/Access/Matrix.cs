using Messenger.EndToEnd.Tests.Harness;

namespace Messenger.EndToEnd.Tests.Access;

/// <summary>A request, what it says, and the status that each role gets, in the order of <see cref="Role"/>.</summary>
/// <param name="Variant">What is special about this row; empty for the request as it is meant.</param>
public sealed record Row(string Request, string Variant, Func<AccessCase, object> Payload, params string[] Expected);

/// <summary>Who may ask for what: guest, stranger, former, member, blacklisted, admin. A request without a row fails.</summary>
public static class Matrix
{
    private const string Yes = "ok";
    private const string Login = "unauthenticated";
    private const string Hidden = "not_found";
    private const string No = "forbidden";
    private const string Bad = "bad_request";
    private const string Conflict = "conflict";

    /// <summary>These leave the conversations as they are.</summary>
    public static IReadOnlyList<Row> AboutPeople { get; } = [.. Anybody(), .. Own(), .. OfOthers()];

    /// <summary>Each needs a conversation of its own: some of them end it.</summary>
    public static IReadOnlyList<Row> AboutConversations { get; } = [.. Conversations(), .. Messages()];

    public static IReadOnlyList<Row> Rows { get; } = [.. AboutPeople, .. AboutConversations];

    /// <summary>
    /// What an application may ask that is cooling: with these it is served as its user is, and with everything else forbidden. (Its own end, the first keys
    /// of an account, and an address book that is added to are served too.)
    /// </summary>
    public static IReadOnlySet<string> CoolingMay { get; } = new HashSet<string>
    {
        "RequestPing", "RequestGetServerSettings", "RequestRegisterApplication", "RequestConfirmRegistration", "RequestAuthenticationByApplication", "RequestLinkDevice",
        "RequestGetApplicationsFull", "GetParams", "RequestGetContactList", "RequestUpdateContactList", "RequestGetRegisteredUsers", "RequestGetUserInfo", "RequestGetUserInfoMulti",
        "GetBlackList", "RequestGetConversationsFull", "RequestGetConversationFull", "RequestGetMembersList", "GetNicks", "RequestGetSessionKey",
        "RequestGetUpdatedPublicKeys", "RequestGetMessages", "RequestGetMessagesFromUuid", "RequestGetMessagesByUuids", "RequestGetFiles", "RequestGetFilesFast",
        "RequestAddMessage", "MessageDelivered", "RequestMessagesReaded", "RequestMarkAllReaded", "RequestTyping", "RequestSendSignal",
        "RequestSync", "RequestSetConversationPreferences", "RequestGetConversationPreferences",
        "RequestUpdateDeviceTokenByApplication", "RequestDeleteApplication", "RequestGiveRegistrationLock",
    };

    private static Row Of(string request, Func<AccessCase, object> payload, params string[] expected) => new(request, "", payload, expected);

    private static IEnumerable<Row> Anybody() =>
    [
        Of("RequestPing", _ => new { }, Yes, Yes, Yes, Yes, Yes, Yes),
        Of("RequestGetServerSettings", _ => new { }, Yes, Yes, Yes, Yes, Yes, Yes),
        Of("RequestRegisterApplication", s => s.Me.Registration(), Yes, Yes, Yes, Yes, Yes, Yes),
        Of("RequestConfirmRegistration", s => new { smsCode = Wrong, userId = s.Owner.UserId, uuid = Opaque.Uuid() }, No, No, No, No, No, No),
        new("RequestAuthenticationByApplication", "as the owner, with another uuid",
            s => new { userId = s.Owner.UserId, uuid = s.Participants.Newcomer.Account.Application }, Login, Conflict, Conflict, Conflict, Conflict, Conflict),
        Of("RequestLinkDevice", _ => new { uuid = Opaque.Uuid(), applicationType = "web" }, Yes, Conflict, Conflict, Conflict, Conflict, Conflict),
        new("RequestAuthenticationByApplication", "again", s => new { userId = s.Me.UserId, uuid = s.Me.Account.Application }, Login, Yes, Yes, Yes, Yes, Yes),
    ];

    /// <summary>What everybody has of their own: named by the actor.</summary>
    private static IEnumerable<Row> Own() => Alike(
        ("RequestGetApplicationsFull", _ => new { confirmed = true }),
        ("RequestUpdateUserNick", _ => new { nick = "n" }),
        ("RequestAddUserKeys", _ => new { publicKeyBase64 = "k", privateKeyEncryptedBase64 = "k" }),
        ("UpdateParam", _ => new { name = "n", value = "v" }),
        ("GetParams", _ => new { }),
        ("RequestGetContactList", _ => new { }),
        ("RequestUpdateContactList", _ => new { contactList = Array.Empty<object>(), merge = true }),
        ("UpdateContact", s => new { contact = new { contactId = s.Owner.UserId } }),
        ("RequestGetRegisteredUsers", s => new { checkUserList = new[] { s.Owner.UserId } }),
        ("RequestGetUserInfo", s => new { userId = s.Owner.UserId }),
        ("RequestGetUserInfoMulti", s => new { userIds = new[] { s.Owner.UserId } }),
        ("AddBlackList", s => new { userId = s.Participants.Newcomer.UserId }),
        ("RemoveBlackList", s => new { userId = s.Participants.Newcomer.UserId }),
        ("GetBlackList", _ => new { }),
        ("RequestGetConversationsFull", _ => new { }),
        ("RequestSync", _ => new { limit = 50 }),
        ("RequestGetConversationPreferences", _ => new { }),
        ("RequestGetCallServers", _ => new { }),
        ("AddUserReport", s => new { userId = s.Participants.Newcomer.UserId, reason = "Spam" }),
        ("RequestUpdateDeviceTokenByApplication", s => new { token = "t", uuid = s.Me.Account.Application }),
        ("RequestUpdateUserKeys", s => new { metaDataKeyEncryptedBase64 = "k", openUserId = s.Me.Account.OpenUserId, privateKeyEncryptedBase64 = "k" }),
        ("RequestDeleteUser", s => new { openUserId = s.Me.Account.OpenUserId }));

    /// <summary>The same of somebody else's: the owner's, named by all.</summary>
    private static IEnumerable<Row> OfOthers() =>
    [
        OfOwner("GetParams", s => new { userId = s.Owner.UserId }, No),
        OfOwner("RequestGetContactList", s => new { userId = s.Owner.UserId }, No),
        OfOwner("UpdateContact", s => new { contact = new { contactId = s.Owner.UserId }, userId = s.Owner.UserId }, No),
        OfOwner("GetBlackList", s => new { userId = s.Owner.UserId }, No),
        OfOwner("RequestGetConversationsFull", s => new { userId = s.Owner.UserId }, No),
        OfOwner("RequestUpdateDeviceTokenByApplication", s => new { token = "t", userId = s.Owner.UserId, uuid = s.Owner.Account.Application }, No),
        OfOwner("RequestUpdateDeviceTokenByApplication", s => new { token = "t", uuid = s.Owner.Account.Application }, Hidden),
        OfOwner("RequestUpdateUserKeys",
            s => new { metaDataKeyEncryptedBase64 = "k", openUserId = s.Owner.Account.OpenUserId, privateKeyEncryptedBase64 = "k" }, Bad),
        OfOwner("RequestDeleteUser", s => new { openUserId = s.Owner.Account.OpenUserId }, Bad),
        Of("RequestSetRegistrationLock", _ => new { }, Login, Yes, Yes, Yes, Yes, Yes),
        Of("RequestGiveRegistrationLock", _ => new { verifier = Convert.ToBase64String(new byte[32]) }, Login, Yes, Yes, Yes, Yes, Yes),
        new("RequestApproveApplication", "somebody else's", s => new { name = s.Participants.Newcomer.Account.Application }, Login, Hidden, Hidden, Hidden, Hidden, Hidden),
        new("RequestClaimLink", "nobody's", _ => new { linkUuid = Opaque.Uuid(), ephemeralKeyBase64 = "key" }, Login, Hidden, Hidden, Hidden, Hidden, Hidden),
        new("RequestApproveLink", "nobody's", _ => new { linkUuid = Opaque.Uuid(), bodyEncryptedBase64 = "body" }, Login, Hidden, Hidden, Hidden, Hidden, Hidden),
        new("RequestDeleteApplication", "somebody else's", s => new { uuid = s.Participants.Newcomer.Account.Application }, Login, Hidden, Hidden, Hidden, Hidden, Hidden),
        new("RequestConfirmUpdateUserKeys", "a wrong code", _ => new { smsCode = Wrong }, Login, No, No, No, No, No),
        new("RequestDeleteUserConfirmation", "a wrong code", _ => new { code = Wrong }, Login, No, No, No, No, No),
    ];

    private static IEnumerable<Row> Conversations() =>
    [
        Of("RequestCreateConversationFull", s => s.Me.Creation(isDialog: false, [], [s.Participants.Newcomer]).Payload, Login, Yes, Yes, Yes, Yes, Yes),
        new("RequestCreateConversationFull", "with who blacklisted one of them", s => s.Me.Creation(isDialog: false, [], [With(s)]).Payload,
            Login, Yes, Yes, Yes, No, Yes),
        new("RequestCreateConversationFull", "a uuid that is taken", s => Taken(s), Login, Conflict, Conflict, Conflict, Conflict, Conflict),
        Seen("RequestGetConversationFull", s => new { conversationUuid = s.C }),
        new("RequestGetConversationFull", "as the owner", s => new { conversationUuid = s.C, userId = s.Owner.UserId }, Login, No, No, No, No, Yes),
        Seen("RequestGetMembersList", s => new { conversationUuid = s.C }),
        Seen("GetNicks", s => new { conversationUuid = s.C }),
        Of("UpdateMemberNick", s => new { conversationUuid = s.C, nickEncrypted = "n" }, Login, Hidden, Hidden, Yes, No, Yes),
        new("UpdateMemberNick", "the owner's", s => new { conversationUuid = s.C, nickEncrypted = "n", userId = s.Owner.UserId }, Login, No, No, No, No, Yes),
        Of("RequestAddMember", s => Adding(s), Login, Hidden, Hidden, No, No, Yes),
        Of("RequestAddAdmin", s => Adding(s), Login, Hidden, Hidden, No, No, Yes),
        Of("RequestChangeToAdmin", s => new { conversationUuid = s.C, userId = s.Participants[Role.Member].UserId }, Login, Hidden, Hidden, No, No, Yes),
        Of("RequestKickUser", s => new { conversationUuid = s.C, userId = s.Participants[Role.Member].UserId }, Login, Hidden, Hidden, No, No, Yes),
        Of("RequestRenameConversation", s => new { conversationUuid = s.C, title = "t" }, Login, Hidden, Hidden, No, No, Yes),
        Of("RequestSetConversationExpiry", s => new { conversationUuid = s.C, seconds = 60 }, Login, Hidden, Hidden, No, No, Yes),
        Once("RequestLeaveConversation", s => new { conversationUuid = s.C }),
        Of("RequestDeleteConversation", s => new { conversationUuid = s.C }, Login, Hidden, Hidden, No, No, Yes),
        Of("RequestAddNewSessionKeys", s => new { conversationUuid = s.C, sessionKeys = new[] { Opaque.Key(s.Me.UserId, s.Me.UserId), Opaque.Key(s.Me.UserId, Beside(s).UserId) } },
            Login, Hidden, Hidden, Yes, No, Yes),
        new("RequestAddNewSessionKeys", "for the asker alone", s => new { conversationUuid = s.C, sessionKeys = new[] { Opaque.Key(s.Me.UserId, s.Me.UserId) } },
            Login, Hidden, Hidden, Conflict, No, Conflict),
        Once("RequestGetSessionKey", s => new { conversationUuid = s.C, sessionKeyUuid = s.Conversation.Key }),
        Seen("RequestGetUpdatedPublicKeys", s => new { conversationUuid = s.C }),
        Seen("RequestSetConversationPreferences", s => new { conversationUuid = s.C, pinned = true }),
        Seen("AddConversationReport", s => new { conversationUuid = s.C, reason = "Spam" }),
    ];

    private static IEnumerable<Row> Messages() =>
    [
        Of("RequestAddMessage", s => s.Conversation.Draft(), Login, Hidden, Hidden, Yes, No, Yes),
        new("RequestAddMessage", "the owner's uuid", s => s.Conversation.Draft(s.Message), Login, Hidden, Hidden, Conflict, Conflict, Yes),
        Once("RequestGetMessages", s => new { conversationUuid = s.C, size = 10 }),
        Once("RequestGetMessagesFromUuid", s => new { conversationUuid = s.C, size = 10 }),
        Once("RequestGetMessagesByUuids", s => new { conversationUuid = s.C, uuids = new[] { s.Message } }),
        Seen("MessageDelivered", s => new { conversationUuid = s.C, messageUuid = s.Message }),
        Seen("RequestMessagesReaded", s => new { conversationUuid = s.C, messageUuids = new[] { s.Message } }),
        Seen("RequestMarkAllReaded", s => new { conversationUuid = s.C }),
        Seen("RequestTyping", s => new { conversationUuid = s.C }),
        Of(
            "RequestSendSignal",
            s => new { signalUuid = Guid.NewGuid().ToString(), conversationUuid = s.C, sessionKeyUuid = s.Conversation.Key, ivBase64 = "aXY=", bodyEncryptedBase64 = "Ym9keQ==" },
            Login, Hidden, Hidden, Yes, No, Yes),
        Once("RequestGetFiles", s => new { conversationUuid = s.C, messageUuid = s.Message }),
        Once("RequestGetFilesFast", s => new { conversationUuid = s.C, messageUuid = s.Message }),
        Once("AddMessageReport", s => new { conversationUuid = s.C, messageUuid = s.Message, reason = "Spam" }),
        Of("RequestDeleteMessage", s => new { conversationUuid = s.C, uuid = s.Message }, Login, Hidden, No, No, No, Yes),
        new("RequestDeleteMessage", "one's own", s => new { conversationUuid = s.C, uuid = s.Own }, Login, Hidden, Yes, Yes, Yes, Yes),
        Of("RequestDeleteMessages", s => new { conversationUuid = s.C, uuids = new[] { s.Message } }, Login, Hidden, No, No, No, Yes),
        new("RequestDeleteMessages", "one's own", s => new { conversationUuid = s.C, uuids = new[] { s.Own } }, Login, Hidden, Yes, Yes, Yes, Yes),
        new("RequestDeleteMessage", "from after the former one's stay", s => new { conversationUuid = s.C, uuid = s.Later }, Login, Hidden, Hidden, No, No, Yes),
        new("AddMessageReport", "from after the former one's stay", s => new { conversationUuid = s.C, messageUuid = s.Later, reason = "Spam" },
            Login, Hidden, Hidden, Yes, Yes, Yes),
        new("RequestGetFiles", "from after the former one's stay", s => new { conversationUuid = s.C, messageUuid = s.Later }, Login, Hidden, Hidden, Yes, Yes, Yes),
        new("RequestAddMessage", "an answer to itself", s => Self(s), Login, Hidden, Hidden, Bad, No, Bad),
    ];

    private static object Self(AccessCase tried)
    {
        var uuid = Opaque.Uuid();
        return tried.Conversation.Draft(uuid, reply: uuid);
    }

    private static string Wrong => KnownCodes.Wrong(ServerSettings.Code);

    /// <summary>What every member may.</summary>
    private static Row Seen(string request, Func<AccessCase, object> payload) => Of(request, payload, Login, Hidden, Hidden, Yes, Yes, Yes);

    /// <summary>What who left may go on with: reading and reporting what came before, and leaving again after a lost answer.</summary>
    private static Row Once(string request, Func<AccessCase, object> payload) => Of(request, payload, Login, Hidden, Yes, Yes, Yes, Yes);

    private static Row OfOwner(string request, Func<AccessCase, object> payload, string others) =>
        new(request, "the owner's", payload, Login, others, others, others, others, Yes);

    private static IEnumerable<Row> Alike(params (string Request, Func<AccessCase, object> Payload)[] requests) =>
        requests.Select(request => Of(request.Request, request.Payload, Login, Yes, Yes, Yes, Yes, Yes));

    /// <summary>Everybody's group is with the owner; the owner's is with somebody else.</summary>
    private static Phone With(AccessCase tried) => tried.Me == tried.Owner ? tried.Participants.Newcomer : tried.Owner;

    /// <summary>Who is in the conversation besides the asker.</summary>
    private static Phone Beside(AccessCase tried) => tried.Me == tried.Owner ? tried.Participants[Role.Member] : tried.Owner;

    private static object Adding(AccessCase tried) =>
        new { conversationUuid = tried.C, sessionKeyUuid = tried.Conversation.Key, sessionKeyValue = Opaque.Key(tried.Me.UserId, tried.Participants.Newcomer.UserId) };

    /// <summary>Of a conversation of the newcomer's: nobody else knows it.</summary>
    private static object Taken(AccessCase tried) => new
    {
        conversationUuid = tried.Participants.Hidden.Uuid,
        isDialog = false,
        sessionKeyUuid = Opaque.Uuid(),
        sessionKeyValue = Opaque.Key(tried.Me.UserId, tried.Me.UserId),
    };
}
