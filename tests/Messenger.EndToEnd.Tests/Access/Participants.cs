using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Phones;

namespace Messenger.EndToEnd.Tests.Access;

/// <summary>What somebody may be to what a request is about: the columns of the matrix.</summary>
public enum Role
{
    /// <summary>Connected, not logged in.</summary>
    Guest,

    /// <summary>Logged in, never in the conversation.</summary>
    Stranger,

    /// <summary>Was kicked out of it.</summary>
    Former,

    /// <summary>In it, without rights over it.</summary>
    Member,

    /// <summary>In a dialog with the owner, who has blacklisted this one.</summary>
    Blacklisted,

    /// <summary>Made it: the owner of what the request is about.</summary>
    Admin,
}

/// <summary>The people of the matrix. What they ask about belongs to <see cref="Admin"/>.</summary>
public sealed class Participants : IAsyncDisposable
{
    private readonly Dictionary<Role, Phone> _phones = [];
    private readonly List<Phone> _others = [];
    private ConversationHandle? _dialog;

    private Participants()
    {
    }

    public Phone Admin => _phones[Role.Admin];

    /// <summary>Registered, and in no conversation.</summary>
    public Phone Newcomer => _others[0];

    /// <summary>A conversation of the newcomer's alone.</summary>
    public ConversationHandle Hidden { get; private set; } = null!;

    public Phone this[Role role] => _phones[role];

    public static async Task<Participants> Gather(ServerSettings server)
    {
        var participants = new Participants();
        foreach (var role in Enum.GetValues<Role>().Except([Role.Guest]))
        {
            participants._phones[role] = await Phone.Join(server);
        }

        participants._others.Add(await Phone.Join(server));
        participants.Hidden = await participants.Newcomer.Group();
        participants._phones[Role.Guest] = new Phone(Account.New());
        await participants._phones[Role.Guest].Connect(server.WebSocket);
        return participants;
    }

    /// <summary>What one row is tried on: a group, a dialog with the blacklisted one, a message of the admin's in each.</summary>
    public async Task<Place> Place()
    {
        // Not blacklisted yet while the dialog is made and spoken in.
        (await Admin.Ask("RemoveBlackList", new { userId = this[Role.Blacklisted].UserId })).Done();
        if (_dialog is { } before)
        {
            // Two people have one open dialog: what the row before left of it goes.
            var gone = await Admin.Ask("RequestDeleteConversation", new { conversationUuid = before.Uuid });
            Assert.Contains(gone.Status, new[] { "ok", "not_found" });
        }

        var group = await Admin.Group(this[Role.Member], this[Role.Former]);
        var dialog = _dialog = await Admin.Dialog(this[Role.Blacklisted]);
        var (inGroup, inDialog) = (Opaque.Uuid(), Opaque.Uuid());
        (await Admin.Ask("RequestAddMessage", group.Draft(inGroup, hasFiles: true))).Done();
        (await Admin.Ask("RequestAddMessage", dialog.Draft(inDialog, hasFiles: true))).Done();

        // A message of each one's own, in the conversation that the one asks about; strangers and guests have none.
        var own = new Dictionary<Role, string> { [Role.Admin] = inGroup };
        foreach (var (role, conversation) in new[] { (Role.Member, group), (Role.Former, group), (Role.Blacklisted, dialog) })
        {
            own[role] = (await this[role].Say(conversation)).Text("uuid")!;
        }

        (await Admin.Kick(group, this[Role.Former])).Done();
        var later = ((await Admin.Say(group)).Text("uuid")!, (await Admin.Say(dialog)).Text("uuid")!);
        (await Admin.Ask("AddBlackList", new { userId = this[Role.Blacklisted].UserId })).Done();
        return new Place(this, group, inGroup, dialog, inDialog, own, later);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var phone in _phones.Values.Concat(_others))
        {
            await phone.DisposeAsync();
        }
    }
}

/// <summary>See <see cref="Participants.Place"/>.</summary>
public sealed record Place(
    Participants Participants, ConversationHandle Group, string InGroup, ConversationHandle Dialog, string InDialog, IReadOnlyDictionary<Role, string> Own, (string InGroup, string InDialog) Later)
{
    /// <summary>What somebody of this role asks about.</summary>
    public AccessCase For(Role role) => role == Role.Blacklisted
        ? new AccessCase(Participants, Participants[role], Dialog, InDialog, Own[role], Later.InDialog)
        : new AccessCase(Participants, Participants[role], Group, InGroup, Own.GetValueOrDefault(role, InGroup), Later.InGroup);
}

/// <param name="Me">Who asks.</param>
/// <param name="Conversation">The conversation asked about.</param>
/// <param name="Message">A message of the admin's in it.</param>
/// <param name="Own">A message of one's own in it.</param>
/// <param name="Later">A message of the admin's, from after the former one was kicked.</param>
public sealed record AccessCase(Participants Participants, Phone Me, ConversationHandle Conversation, string Message, string Own, string Later)
{
    public string C => Conversation.Uuid;

    /// <summary>Whose things are asked about, where the request is about a person.</summary>
    public Phone Owner => Participants.Admin;
}
