namespace Messenger.Protocol.Tests;

/// <summary>The rules that belong to one request: its bounds, and what it may not leave out.</summary>
public class RequestFaultTests
{
    private const string Conversation = "2A22B9FB-3F79-4839-A4F5-D1E2A5C4E7B1";
    private const string Message = "ddc9ec23-62e9-4a2c-8f01-3d2f6b1a7c55";
    private const string Alice = "/4DZItfW2uZQyMCcxDboGMF0SjJs5sfedl9SXWNaO8Y=";
    private const string Bob = "9dNAmjirVLHA7P1f3q9rbeBJr/5yctwuPAXZQDGKcIg=";
    private static readonly SessionKeyValue Key = new("key", "signature", null, Alice, Alice);

    public static TheoryData<IRequest, string> Faulty() => new()
    {
        { new RequestAddMessage(new string('A', 87_385), Conversation, false, "iv", Message, null, Message), "bodyEncryptedBase64" },
        { new RequestAddMessage(null, Conversation, false, "iv", Message, null, Message), "bodyEncryptedBase64" },
        { new RequestAddMessage("AA==", Conversation, false, null, Message, null, Message), "ivBase64" },
        { new RequestAddMessage("AA==", Conversation, false, "iv", Message, "reply", Message), "replyMessageUuid" },
        { new RequestGetMessages(Conversation, null, 0), "size" },
        { new RequestGetMessages(Conversation, null, 101), "size" },
        { new RequestGetMessagesFromUuid(Conversation, -1, null), "size" },
        { new RequestGetMessagesByUuids(Conversation, [.. Enumerable.Repeat(Message, 101)]), "uuids" },
        { new RequestMessagesReaded(Conversation, null!), "messageUuids" },
        { new RequestDeleteMessages(Conversation, [null!]), "uuids" },
        { new RequestGetRegisteredUsers([.. Enumerable.Repeat(Alice, 1001)]), "checkUserList" },
        { new RequestGetUserInfoMulti([.. Enumerable.Repeat(Alice, 501)]), "userIds" },
        { new UpdateParam(string.Empty, "value"), "name" },
        { new UpdateParam("name", new string('a', 65_537)), "value" },
        { new UpdateParam("name", null!), "value" },
        { new UpdateContact(null!, null), "contact" },
        { new RequestUpdateContactList([new Contact("x", null, null, null)], true), "contactList" },
        { new RequestUpdateContactList([null!], true), "contactList" },
        { new RequestUpdateContactList([.. Enumerable.Repeat(new Contact(Bob, null, null, null), 10_001)], true), "contactList" },
        { new RequestAddNewSessionKeys(Conversation, []), "sessionKeys" },
        { new RequestAddNewSessionKeys(Conversation, [null!]), "sessionKeys" },
        { new RequestAddNewSessionKeys(Conversation, [Key with { KeyEncryptedBase64 = string.Empty }]), "sessionKeys" },
        { new RequestAddMember(Conversation, Message, null!), "sessionKeyValue" },
        { new RequestCreateConversationFull(new() { ["bob"] = "key" }, Conversation, true, null, null, Message, Key, null), "admins" },
        { new RequestCreateConversationFull(null, Conversation, true, new() { [Bob] = string.Empty }, null, Message, Key, null), "members" },
        { new RequestCreateConversationFull(null, Conversation, true, new() { [Bob] = null! }, null, Message, Key, null), "members" },
        { new RequestRegisterApplication("short", "android", null, "+35794048714", null, Alice, "app", null), "androidSmsToken" },
        { new RequestRegisterApplication(null, "android", null, "+35794048714", null, "alice", "app", null), "userId" },
        { new RequestRegisterApplication(null, "android", null, "+35794048714", null, Alice, string.Empty, null), "uuid" },
        { new RequestConfirmRegistration(string.Empty, Alice, "app"), "smsCode" },
        { new AddUserReport(new string('a', 1025), Bob), "reason" },
    };

    [Theory]
    [MemberData(nameof(Faulty), DisableDiscoveryEnumeration = true)]
    public void A_fault_names_its_field(IRequest request, string field) => Assert.StartsWith(field, request.Fault(), StringComparison.Ordinal);

    [Fact]
    public void A_message_with_files_needs_no_body()
    {
        Assert.Null(new RequestAddMessage(null, Conversation, true, null, Message, null, Message).Fault());
        Assert.Null(new RequestAddMessage(Convert.ToBase64String(new byte[64 * 1024]), Conversation, false, "iv", Message, null, Message).Fault());
    }

    [Fact]
    public void A_conversation_takes_at_most_10_000_people()
    {
        var others = Enumerable.Range(0, Limits.Members).ToDictionary(i => UserIds.FromPhone($"+{i}"), _ => "key");
        var request = new RequestCreateConversationFull(null, Conversation, false, others, null, Message, Key, null);

        Assert.NotNull(request.Fault());
        others.Remove(others.Keys.First());
        Assert.Null(request.Fault());
    }
}
