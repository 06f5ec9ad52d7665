using System.Text.Json;
using Messenger.EndToEnd.Tests.Harness;

namespace Messenger.EndToEnd.Tests;

/// <summary>
/// Asks all 56 requests over a real socket and gets every notification. The phones hold every frame that they receive against
/// the seed: its names, types and nulls. So this test is a walk through a life of two people; what it asserts besides is in Rules/.
/// </summary>
public class EveryRequestTests(SharedServer server) : OnSharedServer(server)
{
    /// <summary>Made by HTTP uploads, which have tests of their own.</summary>
    private static readonly string[] ByUpload = ["FileReadyNotification", "ConversationAvatarChangedNotification"];

    private readonly HashSet<string> _asked = [];

    [Fact]
    public async Task All_56_requests_and_the_notifications_they_cause()
    {
        var (me, other) = await Two();
        var mine = await Second(me);
        _asked.UnionWith(["RequestRegisterApplication", "RequestConfirmRegistration", "RequestAuthenticationByApplication", "RequestAddUserKeys"]);

        await Guest();
        await Profile(me, other);
        await Contacts(me, other);
        var conversation = await Conversations(me, other);
        await Messages(me, other, conversation);
        await Endings(me, other, conversation);
        await Applications(me, mine);
        await DeleteUser(me);

        Assert.Equal(Requests(), _asked.Order(StringComparer.Ordinal));
        var got = new[] { me, other, mine }.SelectMany(phone => phone.History.Entries()).OfType<Notified>().Select(notified => notified.Type).ToHashSet();
        Assert.Equal(Notifications().Except(ByUpload), got.Order(StringComparer.Ordinal));
    }

    private async Task Guest()
    {
        var guest = await Stranger();
        await Do(guest, "RequestPing", new { clientVersion = "7.14", when = 1732795223926 });
        await Do(guest, "RequestGetServerSettings", new { });
    }

    private async Task Profile(Phone me, Phone other)
    {
        await Do(me, "RequestUpdateUserNick", new { nick = Opaque.Base64(30) });
        await Do(me, "RequestGetUserInfo", new { userId = other.UserId });
        await Do(me, "RequestGetUserInfoMulti", new { userIds = new[] { other.UserId, Account.New().UserId } });
        await Do(me, "UpdateParam", new { name = "params", value = Opaque.Base64(30) });
        await Do(me, "GetParams", new { userId = me.UserId });
        await Do(me, "RequestGetRegisteredUsers", new { checkUserList = new[] { other.UserId, Account.New().UserId } });
        await Do(me, "RequestUpdateUserKeys", new
        {
            androidSmsToken = "p1VSyoHQY8a",
            metaDataKeyEncryptedBase64 = Opaque.Base64(512),
            nick = Opaque.Base64(30),
            openUserId = me.Account.OpenUserId,
            privateKeyEncryptedBase64 = "-----BEGIN ENCRYPTED PRIVATE KEY-----",
        });
        await Do(me, "RequestConfirmUpdateUserKeys", new { smsCode = ServerSettings.Code });
    }

    private async Task Contacts(Phone me, Phone other)
    {
        var contact = new { contactId = other.UserId, contactIdEncrypted = Opaque.Base64(30), nickEncrypted = (string?)null, trustedFingerprintEncrypted = (string?)null };
        await Do(me, "RequestUpdateContactList", new { contactList = new[] { contact }, merge = false });
        await Do(me, "RequestGetContactList", new { userId = me.UserId });
        await Do(me, "UpdateContact", new { contact, userId = me.UserId });
        await Do(me, "AddBlackList", new { userId = other.UserId });
        await Do(me, "GetBlackList", new { userId = (string?)null });
        await Do(me, "RemoveBlackList", new { userId = other.UserId });
        await Do(me, "AddUserReport", new { reason = "Spam", userId = other.UserId });
    }

    private async Task<ConversationHandle> Conversations(Phone me, Phone other)
    {
        var third = await Person();
        var (conversation, creation) = me.Creation(isDialog: false, admins: [], members: [other]);
        await Do(me, "RequestCreateConversationFull", creation);
        await other.Notified("NotificationAddMemberToConversation");
        await Do(me, "RequestGetConversationFull", new { conversationUuid = conversation.Uuid, userId = (string?)null });
        await Do(me, "RequestGetMembersList", new { conversationUuid = conversation.Uuid });
        await Do(other, "UpdateMemberNick", new { conversationUuid = conversation.Uuid, nickEncrypted = Opaque.Base64(30), userId = other.UserId });
        await me.Notified("ConversationNickUpdatedNotification");
        await Do(me, "GetNicks", new { conversationUuid = conversation.Uuid });
        await Do(me, "RequestAddMember", new { conversationUuid = conversation.Uuid, sessionKeyUuid = conversation.Key, sessionKeyValue = Opaque.Key(me.UserId, third.UserId) });
        await Do(me, "RequestKickUser", new { conversationUuid = conversation.Uuid, userId = third.UserId });
        await other.Notified("NotificationConversationLeaved");
        await Do(me, "RequestAddAdmin", new { conversationUuid = conversation.Uuid, sessionKeyUuid = conversation.Key, sessionKeyValue = Opaque.Key(me.UserId, third.UserId) });
        await Do(third, "RequestLeaveConversation", new { conversationUuid = conversation.Uuid });
        await Do(me, "RequestChangeToAdmin", new { conversationUuid = conversation.Uuid, userId = other.UserId });
        await Do(me, "RequestRenameConversation", new { conversationUuid = conversation.Uuid, title = Opaque.Base64(30) });
        await other.Notified("NotificationRenameConversation");
        await Do(me, "RequestGetSessionKey", new { conversationUuid = conversation.Uuid, sessionKeyUuid = conversation.Key });
        var sessionKeys = new[] { Opaque.Key(me.UserId, me.UserId), Opaque.Key(me.UserId, other.UserId), Opaque.Key(me.UserId, other.UserId) };
        await Do(me, "RequestAddNewSessionKeys", new { conversationUuid = conversation.Uuid, sessionKeys });
        await other.Notified("NotificationNewSessionKey");
        await Do(other, "RequestAddUserKeys", new
        {
            metaDataKeyEncryptedBase64 = Opaque.Base64(512),
            nick = Opaque.Base64(30),
            privateKeyEncryptedBase64 = "-----BEGIN ENCRYPTED PRIVATE KEY-----",
            publicKeyBase64 = "-----BEGIN PUBLIC KEY-----",
        });
        await me.Notified("NotificationNewPublicKey");
        await Do(me, "RequestGetUpdatedPublicKeys", new { conversationUuid = conversation.Uuid });
        return conversation;
    }

    private async Task Messages(Phone me, Phone other, ConversationHandle conversation)
    {
        var (first, second, third) = (Opaque.Uuid(), Opaque.Uuid(), Opaque.Uuid());
        foreach (var uuid in new[] { first, second, third })
        {
            await Do(me, "RequestAddMessage", conversation.Draft(uuid));
            await other.Hear(uuid);
        }

        await Do(other, "RequestGetConversationsFull", new { userId = (string?)null });
        await Do(other, "MessageDelivered", new { conversationUuid = conversation.Uuid, messageUuid = first });
        await me.Notified("UpdatedMessageNotification");
        await Do(other, "RequestMessagesReaded", new { conversationUuid = conversation.Uuid, messageUuids = new[] { first } });
        await Do(other, "RequestMarkAllReaded", new { conversationUuid = conversation.Uuid });
        await Do(other, "RequestGetMessages", new { conversationUuid = conversation.Uuid, fromMessageUuid = first, size = 10 });
        await Do(other, "RequestGetMessagesFromUuid", new { conversationUuid = conversation.Uuid, size = 10, uuid = third });
        await Do(other, "RequestGetMessagesByUuids", new { conversationUuid = conversation.Uuid, uuids = new[] { first, Opaque.Uuid() } });
        await Do(other, "RequestGetFiles", new { conversationUuid = conversation.Uuid, messageUuid = first });
        await Do(other, "RequestGetFilesFast", new { conversationUuid = conversation.Uuid, messageUuid = first });
        await Do(other, "AddMessageReport", new { conversationUuid = conversation.Uuid, messageUuid = first, reason = "Spam" });
        await Do(other, "AddConversationReport", new { conversationUuid = conversation.Uuid, reason = "Spam" });
        await Do(other, "RequestTyping", new { conversationUuid = conversation.Uuid });
        await me.Notified("NotificationTyping");
        await Do(me, "RequestDeleteMessage", new { conversationUuid = conversation.Uuid, uuid = first });
        await other.Notified("DeleteMessageNotification");
        await Do(me, "RequestDeleteMessages", new { conversationUuid = conversation.Uuid, uuids = new[] { second, third } });
    }

    private async Task Endings(Phone me, Phone other, ConversationHandle conversation)
    {
        await Do(me, "RequestDeleteConversation", new { conversationUuid = conversation.Uuid });
        await other.Notified("NotificationConversationDeleted");
    }

    private async Task Applications(Phone me, Phone mine)
    {
        await Do(me, "RequestUpdateDeviceTokenByApplication", new { token = "a token", userId = me.UserId, uuid = me.Account.Application });
        await Do(me, "RequestGetApplicationsFull", new { confirmed = true });
        await me.Notified("AuthenticationByApplicationNotification");
        await mine.Notified("UpdateContactNotification");
        var listed = (await me.Ask("RequestGetApplicationsFull", new { confirmed = true })).Done().Items("applications");
        await Do(me, "RequestDeleteApplication", new { uuid = listed.Select(one => one.Text("uuid")).Single(uuid => uuid != me.Account.Application) });
    }

    private async Task DeleteUser(Phone me)
    {
        await Do(me, "RequestDeleteUser", new { androidSmsToken = "p1VSyoHQY8a", openUserId = me.Account.OpenUserId });
        await Do(me, "RequestDeleteUserConfirmation", new { code = ServerSettings.Code });
    }

    private async Task Do(Phone phone, string type, object payload)
    {
        _asked.Add(type);
        (await phone.Ask(type, payload)).Done();
    }

    private static IEnumerable<string> Requests() => Names("exchanges", "request");

    private static IEnumerable<string> Notifications() => Names("notifications", "notification");

    private static IEnumerable<string> Names(string list, string name)
    {
        using var catalogue = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Data", "catalogue.json")));
        return [.. catalogue.RootElement.GetProperty(list).EnumerateArray().Select(item => item.GetProperty(name).GetString()!).Distinct().Order(StringComparer.Ordinal)];
    }
}
