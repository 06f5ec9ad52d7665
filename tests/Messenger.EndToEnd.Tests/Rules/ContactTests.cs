using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Phones;

namespace Messenger.EndToEnd.Tests.Rules;

/// <summary>Contacts, discovery, and the blacklist.</summary>
public class ContactTests(SharedServer server) : OnSharedServer(server)
{
    [Fact]
    public async Task A_contact_list_is_replaced_or_merged()
    {
        var a = await Person();
        var (one, two, three) = (Contact("1"), Contact("2"), Contact("3"));
        await Update(a, false, one, two);
        await Update(a, true, two with { nickEncrypted = "changed" }, three);
        Assert.Equal(["1:n", "2:changed", "3:n"], await Listed(a));

        await Update(a, false, three);
        Assert.Equal(["3:n"], await Listed(a));
    }

    [Fact]
    public async Task One_contact_is_upserted_and_the_other_devices_are_told()
    {
        var a = await Person();
        var second = await Second(a);
        var contact = Contact("1");

        (await a.Ask("UpdateContact", new { contact, userId = a.UserId })).Done();

        var told = await second.Notified("UpdateContactNotification");
        Assert.Equal((a.UserId, contact.contactId), (told.Payload.Text("userId"), told.Payload.Text("contactId")));
        Assert.Equal(["1:n"], await Listed(second));
        Assert.Empty(a.Line.Inbox.Left("UpdateContactNotification"));
    }

    [Fact]
    public async Task Contacts_of_another_are_forbidden()
    {
        var (a, b) = await Two();

        (await a.Ask("RequestGetContactList", new { userId = b.UserId })).Refused("forbidden");
        (await a.Ask("UpdateContact", new { contact = Contact("1"), userId = b.UserId })).Refused("forbidden");
        (await a.Ask("GetBlackList", new { userId = b.UserId })).Refused("forbidden");
    }

    [Fact]
    public async Task Registered_users_come_in_the_order_of_first_occurrence_each_once()
    {
        var (a, b, c) = await Three();
        string[] asked = [Account.New().UserId, c.UserId, b.UserId, c.UserId, Account.New().UserId, a.UserId];

        var users = (await a.Ask("RequestGetRegisteredUsers", new { checkUserList = asked })).Done().Texts("users");

        Assert.Equal([c.UserId, b.UserId, a.UserId], users);
        (await a.Ask("RequestGetRegisteredUsers", new { checkUserList = Enumerable.Repeat(a.UserId, 1001) })).Refused("bad_request");
    }

    [Fact]
    public async Task Who_is_blacklisted_cannot_write_in_the_dialog_nor_make_one_nor_add_the_actor()
    {
        var (a, b) = await Two();
        var dialog = await a.Dialog(b);

        await Black(a, "AddBlackList", b);
        await Black(a, "AddBlackList", b);

        Assert.Equal([b.UserId], (await a.Ask("GetBlackList", new { userId = (string?)null })).Done().Texts("users"));
        (await b.Ask("RequestAddMessage", dialog.Draft())).Refused("forbidden");
        (await b.Ask("RequestCreateConversationFull", b.Creation(isDialog: true, [a], []).Payload)).Refused("forbidden");
        (await b.Ask("RequestCreateConversationFull", b.Creation(isDialog: false, [], [a]).Payload)).Refused("forbidden");
        var group = await b.Group();
        (await b.AddMember(group, a)).Refused("forbidden");
        Assert.True((await a.Conversation(dialog)).GetProperty("conversation").Flag("blocked"));
        Assert.True((await b.Conversation(dialog)).GetProperty("conversation").Flag("blocked"));
        Assert.True((await a.Ask("RequestGetUserInfo", new { userId = b.UserId })).Done().GetProperty("user").Flag("blocked"));
        Assert.False((await b.Ask("RequestGetUserInfo", new { userId = a.UserId })).Done().GetProperty("user").Flag("blocked"));

        await Black(a, "RemoveBlackList", b);
        await Black(a, "RemoveBlackList", b);
        await a.Hear((await b.Say(dialog)).Text("uuid")!);
        Assert.False((await b.Conversation(dialog)).GetProperty("conversation").Flag("blocked"));
    }

    [Fact]
    public async Task In_a_group_the_messages_of_a_blacklisted_member_still_flow()
    {
        var (a, b, c) = await Three();
        var group = await c.Group(a, b);
        await Black(a, "AddBlackList", b);

        await a.Hear((await b.Say(group)).Text("uuid")!);
    }

    private static Contacts Contact(string name) => new(Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(name))), name, "n", null);

    private static async Task Update(Phone phone, bool merge, params Contacts[] contactList) =>
        (await phone.Ask("RequestUpdateContactList", new { contactList, merge })).Done();

    private static async Task<IEnumerable<string>> Listed(Phone phone) =>
        (await phone.Ask("RequestGetContactList", new { userId = phone.UserId })).Done().Items("users")
            .Select(item => $"{item.Text("contactIdEncrypted")}:{item.Text("nickEncrypted")}").Order(StringComparer.Ordinal);

    private static async Task Black(Phone phone, string type, Phone whom) => (await phone.Ask(type, new { userId = whom.UserId })).Done();

#pragma warning disable IDE1006, SA1300 // The names of the wire.
    private sealed record Contacts(string contactId, string contactIdEncrypted, string? nickEncrypted, string? trustedFingerprintEncrypted);
#pragma warning restore IDE1006, SA1300
}
