using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Messenger.EndToEnd.Tests.Harness;

namespace Messenger.EndToEnd.Tests.Conformance;

/// <summary>For each rule that a client can try, a server that breaks it.</summary>
/// <param name="Rule">The rule that must be found broken.</param>
/// <param name="Name">What is wrong with the server.</param>
/// <param name="Make">What happens to each connection.</param>
internal sealed record Defect(string Rule, string Name, Func<Func<Tampering>> Make)
{
    private const string Added = "NotificationAddedMessageToConversation";
    private const string Status = "ResponseStatusMessage";
    private const string Login = "RequestAuthenticationByApplication";
    private const string Preferences = "RequestSetConversationPreferences";

    public static IReadOnlyList<Defect> All { get; } =
    [
        // Connections
        Of("ENV-1", "the subprotocol is not chosen", () => new NoSubprotocol()),
        Of("ENV-2", "the type has to come first", () => new Refusing(frame => frame.First().Key != "type")),
        Of("ENV-3", "a number as id comes back as text", () => new Frames(frame => frame["id"] = frame["id"]?.ToString(), "ResponsePong")),
        Of("ENV-4", "an answer is only a status", () => new Frames(frame => Empty(frame, "ok"), "ResponseServerSettings", "ResponsePong")),
        Of("ENV-5", "a refusal does not say of what", () => new Frames(frame => frame["payload"]!["requestType"] = null, Status)),
        Of("ENV-6", "typing has a cursor", () => new Frames(frame => frame["cursor"] = "1-1", "NotificationTyping")),
        Of("ENV-7", "unknown members are refused", () => new Refusing(frame => frame["payload"]?["unknown"] is not null)),
        Of("ENV-8", "a deletion overtakes its message", () => new Overtaking("RequestAddMessage")),
        Of("ENV-9", "anybody may ask", () => Says("GetBlackList", "unauthenticated", "ok")),
        Of("ENV-10", "an unknown type is ok", () => Says("RequestEverything", "bad_request", "ok")),
        Of("ENV-12", "more than a hundred at once are refused", () => new Crowded(100)),
        Of("CLOSE-4", "a binary frame ends in a normal close", () => new OtherCode(1003, 1000)),
        Of("LIM-3", "what is too long is cut", () => new Requests(Cut, "RequestUpdateUserNick")),
        Of("LIM-4", "garbage ends in a normal close", () => new OtherCode(1008, 1000)),
        Of("LIM-6", "what is too long before the login ends in a normal close", () => new OtherCode(1009, 1000)),

        // Formats and refusals
        Of("FMT-1", "any user id will do", () => Says("RequestRegisterApplication", "bad_request", "ok")),
        Of("FMT-2", "uuids come in small letters", () => new Frames(frame => Lower(frame["payload"]!["conversation"], "uuid"), "ResponseGetConversationFull")),
        Of("FMT-3", "an application's uuid has no case", () => new Requests(Upper, Login)),
        Of("FMT-4", "times are seconds", () => new Frames(frame => Seconds(frame["payload"]!["user"]), "ResponseUserInfo")),
        Of("FMT-5", "a nick is trimmed to letters", () => new Frames(frame => frame["payload"]!["user"]!["nick"] = frame["payload"]!["user"]!["nick"]?.ToString().Replace(" ", string.Empty, StringComparison.Ordinal), "ResponseUserInfo")),
        Of("FMT-6", "another's contacts may be asked for", () => Says("RequestGetContactList", "forbidden", "ok")),
        Of("FMT-7", "messages come oldest first", () => new Frames(frame => Reverse(frame, "messages"), "ResponseGetMessages")),
        Of("FMT-8", "half a character is taken", () => Says("UpdateParam", "bad_request", "ok")),
        Of("ERR-1", "a stranger may probe", () => Says(null, "not_found", "forbidden")),
        Of("ERR-2", "half of a refused request is done", () => new Halved()),

        // Notifications
        Of("NOT-1", "a notification comes before the answer to the login", () => new Early()),
        Of("NOT-2", "a notification comes twice", () => new Times(2, Added)),
        Of("NOT-2", "two notifications change places", () => new Swapped(Added)),
        Of("NOT-4", "a device is told what it did itself", () => new Echo()),
        Of("REL-2", "a retry is another message", () => new Requests(payload => payload["messageUuid"] = Guid.NewGuid().ToString(), "RequestAddMessage")),
        Of("REL-3", "a notification never comes", () => new Times(0, Added)),
        Of("REL-4", "what was missed stays away", () => new Requests(payload => payload.Remove("resumeCursor"), Login)),
        Of("REL-6", "two devices see two orders", () => new Swapped(Added)),
        Of("RES-2", "nothing is replayed", () => new Requests(payload => payload.Remove("resumeCursor"), Login)),
        Of("RES-3", "nobody is told to synchronise", () => new Frames(frame => frame["payload"]!["description"] = Not(frame, "resync"), Status)),
        With("RES-4", "a login without a cursor goes on at the last one", cursors => new Resuming(cursors, older: false)),
        Of("RES-5", "another's cursor is taken", () => new Frames(frame => frame["payload"]!["description"] = Not(frame, "resync"), Status)),
        With("RES-6", "what was delivered once does not come again", cursors => new Resuming(cursors, older: true)),

        // Synchronisation and retries
        Of("SYNC-2", "a conversation is missing in the sync", () => new Frames(frame => RemoveLast(frame, "conversations"), "ResponseGetConversationsFull")),
        Of("SYNC-3", "a page has a gap", () => new Frames(frame => RemoveLast(frame, "messages"), "ResponseGetMessages")),
        Of("SYNC-4", "the newest is missing", () => new Frames(frame => RemoveFirst(frame, "messages"), "ResponseGetMessages")),
        Of("SYNC-5", "one of the known is left out too", () => new Frames(frame => RemoveLast(frame, "messages"), "ResponseGetMessages")),
        Of("SYNC-6", "changed keys are not told", () => new Frames(frame => frame["payload"]!["publicKeys"] = new JsonObject(), "ResponseGetUpdatedPublicKeys")),
        Of("TRY-3", "a foreign uuid is taken", () => Says("RequestAddMessage", "conflict", "ok")),
        Of("TRY-4", "a foreign conversation is taken", () => Says("RequestCreateConversationFull", "conflict", "ok")),
        Of("TRY-5", "the second rename is a conflict", () => new Once("RequestRenameConversation", "conflict")),
        Of("TRY-6", "each re-key is another", () => new Requests(Rewrap, "RequestAddNewSessionKeys")),
        Of("TRY-7", "a confirmation is good once", () => new Once("RequestConfirmRegistration", "forbidden")),
        Of("TRY-8", "a rule is asked before a retry is recognised", () => new Once("RequestAddMessage", "not_found")),

        // Registration
        Of("REG-1", "any number will do", () => Says("RequestRegisterApplication", "bad_request", "ok")),
        Of("REG-4", "every code is right", () => new Requests(payload => payload["smsCode"] = ServerSettings.Code, "RequestConfirmRegistration")),
        Of("REG-5", "a confirmation authenticates", () => Says("GetBlackList", "unauthenticated", "ok")),
        Of("REG-6", "another may log in on the same connection", () => Says(Login, "conflict", "ok")),
        Of("REG-7", "who is displaced hears of a normal close", () => new OtherCode(4001, 1000)),
        Of("REG-8", "a void credential logs in", () => Says(Login, "unauthenticated", "ok")),
        Of("REG-9", "a token is set for another", () => Says("RequestUpdateDeviceTokenByApplication", "forbidden", "ok")),
        Of("REG-10", "applications come oldest first", () => new Frames(frame => Reverse(frame, "applications"), "ResponseApplicationsFull")),
        Of("REG-17", "any version is taken", () => Says("RequestAuthenticationByApplication", "forbidden", "ok")),
        Of("REG-11", "who is deleted hears of a normal close", () => new OtherCode(4003, 1000)),
        Of("REG-12", "anybody's number will do", () => Says("RequestDeleteUser", "bad_request", "ok")),
        Of("REG-13", "the former owner keeps the token", () => new Frames(Keep, "ResponseApplicationsFull")),
        Of("REG-14", "an application's name changes", () => new Frames(frame => Each(frame, "applications", item => item["uuid"] = Guid.NewGuid().ToString()), "ResponseApplicationsFull")),

        Of("REG-15", "a late attempt displaces", () => Says(Login, "conflict", "ok")),

        // People
        Of("PRO-1", "nobody hears of new keys", () => new Times(0, "NotificationNewPublicKey")),
        Of("PRO-2", "what was wrapped anew is forgotten", () => new Lying("RequestConfirmUpdateUserKeys")),
        Of("PRO-3", "the private key is told to anybody", () => new Frames(Leak, "ResponseUserInfo")),
        Of("PRO-4", "who is not registered has no times", () => new Frames(Timeless, "ResponseUserInfo")),
        Of("PRO-5", "nobody is blocked", () => new Frames(frame => frame["payload"]!["user"]!["blocked"] = false, "ResponseUserInfo")),
        Of("PRO-6", "parameters have no bound", () => Says("UpdateParam", "bad_request", "ok")),
        Of("CON-1", "a merge replaces", () => new Requests(payload => payload["merge"] = false, "RequestUpdateContactList")),
        Of("CON-2", "nobody hears of a contact", () => new Times(0, "UpdateContactNotification")),
        Of("CON-3", "the registered come in another order", () => new Frames(frame => Reverse(frame, "users"), "ResponseRegisteredUsers")),
        Of("CON-4", "the blacklisted write", () => Says("RequestAddMessage", "forbidden", "ok")),
        Of("CON-5", "the blacklisted are not heard in a group", () => new Times(0, Added)),
        Of("CON-6", "a dialog does not show that it is blocked", () => new Frames(frame => frame["payload"]!["conversation"]!["blocked"] = false, "ResponseGetConversationFull")),
        Of("CON-7", "the blacklisted rename", () => Says("RequestRenameConversation", "forbidden", "ok")),
        Of("CON-8", "who comes back is forgiven", () => new Frames(frame => frame["payload"]!["users"] = new JsonArray(), "BlackList")),

        // Conversations
        Of("CONV-1", "the creator is no admin", () => new Frames(frame => frame["payload"]!["admins"]!.AsArray().Clear(), "ResponseGetMembersList")),
        Of("CONV-2", "a dialog of three", () => Says("RequestCreateConversationFull", "bad_request", "ok")),
        Of("CONV-3", "who is not registered is added", () => Says("RequestAddMember", "not_found", "ok")),
        Of("CONV-4", "nobody hears that they were added", () => new Times(0, "NotificationAddMemberToConversation")),
        Of("CONV-5", "people are listed twice", () => new Frames(frame => Double(frame, "members"), "ResponseGetConversationsFull")),
        Of("CONV-6", "the copy of the key is missing", () => new Frames(frame => frame["payload"]!["sessionKey"] = null, "ResponseGetConversationFull")),
        Of("CONV-7", "anybody renames", () => Says("RequestRenameConversation", "forbidden", "ok")),
        Of("CONV-8", "an old key will do", () => Says("RequestAddMember", "conflict", "ok")),
        Of("CONV-9", "who is there already is a conflict", () => new Once("RequestAddMember", "conflict", payload => $"{payload["conversationUuid"]} {payload["sessionKeyValue"]!["userId"]}")),
        Of("CONV-10", "people of today are counted", () => new Frames(frame => Each(frame, "messages", item => item["members"] = 3), "ResponseGetMessages")),
        Of("CONV-11", "nobody hears who was kicked", () => new Times(0, "NotificationConversationLeaved")),
        Of("CONV-13", "anybody deletes a group", () => Says("RequestDeleteConversation", "forbidden", "ok")),
        Of("CONV-14", "nobody hears of a nick", () => new Times(0, "ConversationNickUpdatedNotification")),
        Of("CONV-15", "who was removed sees the nicks of now", () => new Frames(frame => Each(frame, "messages", item => item["userNick"] = "now"), "ResponseGetMessages")),

        // Keys
        Of("KEY-1", "signatures are the server's own", () => new Frames(Sign, "ResponseSessionKeyByUuid")),
        Of("KEY-2", "an older key is gone", () => new Frames(frame => Empty(frame, "not_found"), "ResponseSessionKeyByUuid")),
        Of("KEY-3", "strangers are named", () => Says("RequestAddNewSessionKeys", "bad_request", "ok")),
        Of("KEY-4", "everybody has a copy", () => Says("RequestGetSessionKey", "not_found", "ok")),
        Of("KEY-5", "changed keys are not told", () => new Frames(frame => frame["payload"]!["publicKeys"] = new JsonObject(), "ResponseGetUpdatedPublicKeys")),
        Of("KEY-7", "a key may leave somebody out", () => Says("RequestAddNewSessionKeys", "conflict", "ok")),
        Of("KEY-8", "anybody signs for anybody", () => Says("RequestAddNewSessionKeys", "forbidden", "ok")),

        // Messages
        Of("MSG-1", "bodies are changed on the way", () => new Frames(frame => frame["payload"]!["message"]!["bodyEncryptedBase64"] = "AAAA", Added)),
        Of("MSG-2", "nobody is told", () => new Times(0, Added)),
        Of("MSG-3", "a foreign uuid is taken", () => Says("RequestAddMessage", "conflict", "ok")),
        Of("MSG-4", "an answer to anything", () => Says("RequestAddMessage", "bad_request", "ok")),
        Of("MSG-5", "a body of any size", () => Says("RequestAddMessage", "bad_request", "ok")),
        Of("MSG-6", "the blacklisted write", () => Says("RequestAddMessage", "forbidden", "ok")),
        Of("MSG-7", "a page of any size", () => Says("RequestGetMessages", "bad_request", "ok")),
        Of("MSG-8", "an unknown anchor will do", () => Says("RequestGetMessages", "not_found", "ok")),
        Of("MSG-9", "anybody deletes", () => Says("RequestDeleteMessage", "forbidden", "ok")),
        Of("MSG-10", "typing is told twice", () => new Times(2, "NotificationTyping")),
        Of("MSG-11", "one's own other device is not told", () => new Times(0, Added)),
        Of("MSG-12", "an event does not say of whom", () => new Frames(frame => Each(frame, "messages", item => item["eventUserId"] = null), "ResponseGetMessages")),
        Of("RCP-1", "receipts are forgotten", () => new Lying("MessageDelivered")),
        Of("RCP-2", "a receipt of nothing", () => Says("MessageDelivered", "not_found", "ok")),
        Of("RCP-3", "the author is not told", () => new Times(0, "UpdatedMessageNotification")),
        Of("RCP-4", "not all are read", () => new Lying("RequestMarkAllReaded")),
        Of("REP-1", "a second report is a conflict", () => new Once("AddMessageReport", "conflict")),
        Of("REP-2", "nobody hears of a report", () => new Frames(frame => frame["payload"]!["objectionable"] = false, "UpdatedMessageNotification")),

        // Files
        Of("FILE-1", "no credential is needed", () => new OtherStatus(401, 201)),
        Of("FILE-2", "a part is not taken", () => new OtherStatus(204, 409)),
        Of("FILE-3", "one shot is not taken", () => new OtherStatus(201, 405)),
        Of("FILE-4", "anybody uploads", () => new OtherStatus(403, 201)),
        Of("FILE-5", "nobody hears of a file", () => new Times(0, "FileReadyNotification")),
        Of("FILE-6", "a range is the whole file", () => new OtherStatus(206, 200)),
        Of("FILE-7", "files of no message are an empty list", () => new Frames(NoFiles, Status)),
        Of("FILE-8", "any member sets the avatar", () => new OtherStatus(403, 200)),
        Of("FILE-9", "a refusal is no object", () => new NoBody()),
        Of("FILE-10", "a stranger may probe", () => new OtherStatus(404, 403)),
        Of("FILE-11", "another size under the name is taken", () => new OtherStatus(409, 201)),
        Of("FILE-12", "nobody knows how far it is", () => new OtherHeader("Upload-Offset", "0")),
        Of("FILE-13", "a wrong checksum is taken", () => new OtherStatus(460, 204)),
        Of("FILE-14", "a preview stands before its file", () => new Frames(frame => Reverse(frame, "files"), "ResponseFiles")),

        // What one person sees of another
        Of("PRO-7", "everybody sees when somebody was here", () => new Frames(Reveal, "ResponseUserInfo")),
        Of("PRO-8", "any value is taken", () => Says("UpdateParam", "bad_request", "ok")),

        // Dialogs
        Of("DLG-1", "two people have two dialogs", () => Says("RequestCreateConversationFull", "conflict", "ok")),
        Of("DLG-2", "who is blacklisted hears of the dialog", () => Says("RequestCreateConversationFull", "forbidden", "conflict")),
        Of("DLG-3", "a dialog that was left looks open", () => new Frames(Unblock, "ResponseGetConversationFull")),
        Of("DLG-5", "everything looks accepted", () => new Frames(frame => Each(frame, "conversations", item => item["accepted"] = true), "ResponseSync")),
        Of("DLG-4", "who registers again reads the old dialog", () => Says("RequestGetMessages", "not_found", "ok")),

        // Features
        Of("EXT-1", "everybody is told the time", () => new Frames(frame => frame["payload"]!["now"] = 1, "ResponsePong")),
        Of("EXT-2", "anything is a list of names", () => Says(Login, "bad_request", "ok")),
        Of("EXT-3", "an unknown request is ok", () => Says("RequestOfTomorrow", "bad_request", "ok")),
        Of("EXT-4", "each answer is another version", () => new Frames(frame => Retag(frame["payload"]!.AsObject()), "ResponseServerSettings")),
        Of("EXT-7", "nobody hears how a login goes on", () => new Frames(frame => frame["payload"]!.AsObject().Remove("resume"), Status)),
        Of("LOCK-1", "any text is a verifier", () => Says("RequestSetRegistrationLock", "bad_request", "ok")),
        Of("LOCK-2", "nobody hears that it is the lock", () => new Frames(frame => frame["payload"]!.AsObject().Remove("registrationLock"), Status)),
        Of("LOCK-6", "anybody approves", () => Says("RequestApproveApplication", "not_found", "ok")),
        Of("LOCK-7", "nobody hears of a code", () => new Times(0, "AuthenticationByApplicationNotification")),
        Of("LOCK-8", "the old uuid stays right", () => Says(Login, "unauthenticated", "ok")),
        Of("EXT-8", "nobody is told the time", () => new Frames(frame => frame["payload"]!.AsObject().Remove("now"), "ResponsePong")),
        Of("CHG-1", "nobody hears who has other keys", () => new Frames(frame => frame["payload"]!["users"] = new JsonArray(), "ResponseSync")),
        Of("CHG-2", "every token is good", () => Says("RequestSync", "bad_request", "ok")),
        Of("CHG-3", "a page names less than there is", () => new Frames(frame => RemoveLast(frame, "conversations"), "ResponseSync")),
        Of("CHG-4", "nobody hears what is gone", () => new Frames(frame => frame["payload"]!["removed"] = new JsonArray(), "ResponseSync")),
        Of("CHG-5", "long bodies are left out without a word", () => new Frames(frame => EachLast(frame, message => message.Remove("bodyOmitted")), "ResponseSync")),
        Of("CHG-6", "what changed is not named", () => new Frames(frame => frame["payload"]!["conversations"] = new JsonArray(), "ResponseSync")),
        Of("CHG-9", "nothing of the account is ever named", () => new Frames(frame => frame["payload"]!["account"] = new JsonArray(), "ResponseSync")),
        Of("CHG-10", "every page of a roster is the first", () => new Requests(payload => payload.Remove("after"), "RequestGetMembersList")),
        Of("CHG-7", "a page is older than what was notified", () => new Frames(frame => EachLast(frame, message => message["created"] = 0), "ResponseSync")),
        Of("ACC-1", "the wrong section is named", () => new Frames(frame => frame["payload"]!["what"] = new JsonArray("lock"), "NotificationAccountChanged")),
        Of("LINK-1", "each time it is another link", () => new Frames(frame => frame["payload"]!["linkUuid"] = Guid.NewGuid().ToString(), "ResponseLinkDevice")),
        Of("LINK-2", "anybody may claim a link", () => Says("RequestClaimLink", "not_found", "ok")),
        Of("LINK-3", "nobody is asked for the lock", () => Says("RequestApproveLink", "forbidden", "ok")),
        Of("LINK-4", "a linked device is not told", () => new Times(0, "NotificationLinked")),
        Of("WEB-1", "each refusal says what was wrong", () => new Frames(frame => frame["payload"]!["description"] = Guid.NewGuid().ToString(), Status)),
        Of("WEB-2", "every device has a push token", () => new Frames(EveryToken, "ResponseApplicationsFull")),
        Of("CALL-1", "a credential ends at another time than is said", () => new Frames(frame => frame["payload"]!["expires"] = 1, "ResponseCallServers")),
        Of("CALL-2", "every call has a name of its own", () => new Frames(OtherName, "ResponseCallServers")),
        Of("CALL-4", "any token for calls is taken", () => Says("RequestUpdateDeviceTokenByApplication", "bad_request", "ok")),
        Of("ACC-2", "nothing is replayed", () => new Requests(payload => payload.Remove("resumeCursor"), "RequestAuthenticationByApplication")),
        Of("ACC-3", "what is unread is told wrongly", () => new Frames(frame => frame["payload"]!["unreadedCounter"] = 77, "NotificationReadUpTo")),
        Of("ACC-4", "no version is compared", () => new Requests(payload => payload.Remove("ifVersion"), "UpdateParam", "RequestUpdateContactList", "UpdateContact")),
        Of("HINT-1", "a silent message is unread", () => new Frames(frame => frame["payload"]!["conversation"]!["unreadedCounter"] = 1, "ResponseGetConversationFull")),
        Of("HINT-2", "nobody sees what is silent", () => new Frames(frame => frame["payload"]!["message"]!.AsObject().Remove("kind"), Added)),
        Of("HINT-3", "any kind will do", () => Says("RequestAddMessage", "bad_request", "ok")),
        Of("HINT-4", "each message is normal", () => new Requests(payload => payload.Remove("kind"), "RequestAddMessage")),
        Of("SIG-1", "two signals change places", () => new Swapped("NotificationSignal")),
        Of("SIG-2", "a repeat is another signal", () => new Times(2, "NotificationSignal")),
        Of("SIG-3", "any ring will do", () => Says("RequestSendSignal", "bad_request", "ok")),
        Of("SIG-4", "nothing rings", () => new Requests(payload => payload["ring"] = "none", "RequestSendSignal")),
        Of("SIG-5", "no device knows that another answered", () => new Requests(payload => payload["answered"] = false, "RequestSendSignal")),
        Of("SIG-7", "a mute is forgotten", () => new Requests(payload => payload["mutedUntil"] = null, Preferences)),
        Of("SIG-8", "the blacklisted signal", () => Says("RequestSendSignal", "forbidden", "ok")),
        Of("SIG-9", "calls have no limit", () => Says("RequestSendSignal", "too_many_requests", "ok")),
        Of("EXP-1", "what has expired is shown", () => new Frames(frame => EachLast(frame, message => message["deleted"] = false), "ResponseGetConversationsFull")),
        Of("EXP-2", "the timer alone counts", () => new Requests(payload => payload.Remove("expireSeconds"), "RequestAddMessage")),
        Of("EXP-3", "no message is silent", () => new Requests(payload => payload.Remove("kind"), "RequestAddMessage")),
        Of("EXP-4", "somebody else is named", () => new Frames(frame => frame["payload"]!["userId"] = "nobody", "DeleteMessageNotification")),
        Of("EXP-5", "its body stays", () => new Frames(frame => Each(frame, "messages", message => message["bodyEncryptedBase64"] ??= "Ym9keQ=="), "ResponseGetMessages")),
        Of("EXP-6", "nobody sees when it expires", () => new Frames(frame => frame["payload"]!["message"]!.AsObject().Remove("expires"), Added)),
        Of("EXP-7", "anybody sets the timer", () => Says("RequestSetConversationExpiry", "forbidden", "ok")),
        Of("EXP-8", "any time will do", () => Says("RequestSetConversationExpiry", "bad_request", "ok")),
        Of("PREF-1", "what is left out is cleared", () => new Requests(payload => payload.TryAdd("data", null), Preferences)),
        Of("PREF-2", "no version is compared", () => new Requests(payload => payload.Remove("ifVersion"), Preferences)),
        Of("PREF-3", "anybody has preferences anywhere", () => Says(Preferences, "not_found", "ok")),
        Of("PREF-4", "any data will do", () => Says(Preferences, "bad_request", "ok")),
        Of("PREF-5", "a pass does not have them", () => new Frames(frame => Each(frame, "conversations", item => item.Remove("preferences")), "ResponseSync")),
        Of("PREF-6", "what is muted is read", () => new Frames(frame => frame["payload"]!["conversation"]!["unreadedCounter"] = 0, "ResponseGetConversationFull")),
    ];

    private static Defect Of(string rule, string name, Func<Tampering> make) => new(rule, name, () => make);

    /// <summary>With what is known of cursors, over all connections of one run.</summary>
    private static Defect With(string rule, string name, Func<ConcurrentDictionary<string, string>, Tampering> make) => new(rule, name, () =>
    {
        var known = new ConcurrentDictionary<string, string>();
        return () => make(known);
    });

    /// <param name="type">Of the request; null for any.</param>
    private static Frames Says(string? type, string from, string to) => new(
        frame =>
        {
            var payload = frame["payload"]!;
            if (payload["status"]!.ToString() == from && (type is null || payload["requestType"]?.ToString() == type))
            {
                payload["status"] = to;
            }
        },
        Status);

    private static JsonNode? Not(JsonObject frame, string description) =>
        frame["payload"]!["description"] is { } said && said.ToString() != description ? said.DeepClone() : null;

    private static void Empty(JsonObject frame, string status)
    {
        var type = frame["type"]!.ToString().Replace("Response", "Request", StringComparison.Ordinal);
        frame["type"] = Status;
        frame["payload"] = new JsonObject { ["requestType"] = type, ["status"] = status, ["description"] = status };
    }

    private static void Each(JsonObject frame, string list, Action<JsonObject> change)
    {
        foreach (var item in frame["payload"]![list]!.AsArray())
        {
            change(item!.AsObject());
        }
    }

    private static void Lower(JsonNode? item, string name) => item![name] = item[name]!.ToString().ToLowerInvariant();

    private static void Upper(JsonObject payload)
    {
        if (payload["uuid"]?.ToString() is { } uuid && uuid.StartsWith("6f-", StringComparison.Ordinal))
        {
            payload["uuid"] = uuid.ToUpperInvariant();
        }
    }

    private static void Seconds(JsonNode? user)
    {
        foreach (var name in new[] { "created", "lastLogin", "avatarUpdated", "keysUpdated" })
        {
            user![name] = user[name]!.GetValue<long>() / 1000;
        }
    }

    private static void Reverse(JsonObject frame, string list) =>
        frame["payload"]![list] = new JsonArray([.. frame["payload"]![list]!.AsArray().Reverse().Select(item => item!.DeepClone())]);

    private static void Double(JsonObject frame, string list) =>
        frame["payload"]![list] = new JsonArray([.. frame["payload"]![list]!.AsArray().SelectMany(item => new[] { item!.DeepClone(), item!.DeepClone() })]);

    private static void RemoveFirst(JsonObject frame, string list)
    {
        if (frame["payload"]![list]!.AsArray() is { Count: > 0 } items)
        {
            items.RemoveAt(0);
        }
    }

    private static void EachLast(JsonObject frame, Action<JsonObject> change)
    {
        foreach (var message in frame["payload"]!["lastMessages"]!.AsArray())
        {
            change(message!.AsObject());
        }
    }

    private static void RemoveLast(JsonObject frame, string list)
    {
        if (frame["payload"]![list]!.AsArray() is { Count: > 0 } items)
        {
            items.RemoveAt(items.Count - 1);
        }
    }

    private static void Reveal(JsonObject frame)
    {
        var user = frame["payload"]!["user"]!;
        user["lastLogin"] = user["lastLogin"]!.GetValue<long>() + (user["publicKeyBase64"] is null ? 0 : 1);
    }

    private static void Unblock(JsonObject frame) => frame["payload"]!["conversation"]!["blocked"] = false;

    private static void Leak(JsonObject frame)
    {
        var user = frame["payload"]!["user"]!;
        user["privateKeyEncryptedBase64"] ??= user["publicKeyBase64"]?.DeepClone();
    }

    private static void Timeless(JsonObject frame)
    {
        var user = frame["payload"]!["user"]!;
        if (user["publicKeyBase64"] is null)
        {
            user["lastLogin"] = 0;
        }
    }

    private static void Keep(JsonObject frame) => Each(frame, "applications", item => item["deviceToken"] ??= "a token");

    private static void Rewrap(JsonObject payload)
    {
        foreach (var key in payload["sessionKeys"]!.AsArray())
        {
            key!["keyEncryptedBase64"] = Convert.ToBase64String(Guid.NewGuid().ToByteArray());
        }
    }

    private static void Sign(JsonObject frame) =>
        frame["payload"]!["sessionKey"]!["signatureBase64"] = Convert.ToBase64String(Guid.NewGuid().ToByteArray());

    private static void NoFiles(JsonObject frame)
    {
        if (frame["payload"]!["requestType"]?.ToString().StartsWith("RequestGetFiles", StringComparison.Ordinal) is true)
        {
            frame["type"] = "ResponseFiles";
            frame["payload"] = new JsonObject { ["files"] = new JsonArray() };
        }
    }

    private static void Retag(JsonObject settings)
    {
        if (settings.ContainsKey("etag"))
        {
            settings["etag"] = Guid.NewGuid().ToString();
        }
    }

    private static void Cut(JsonObject payload)
    {
        if (payload["nick"]?.ToString() is { Length: > 100 } nick)
        {
            payload["nick"] = nick[..100];
        }
    }

    private static void OtherName(JsonObject frame)
    {
        foreach (var server in frame["payload"]!["iceServers"]!.AsArray())
        {
            server!["username"] += Guid.NewGuid().ToString();
        }
    }

    private static void EveryToken(JsonObject frame)
    {
        foreach (var application in frame["payload"]!["applications"]!.AsArray())
        {
            application!["deviceToken"] = "everybody's";
        }
    }
}
