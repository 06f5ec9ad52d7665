using Messenger.Contracts;
using Messenger.Grains.Devices;
using Messenger.Grains.Fanout;
using Messenger.Grains.State;
using Messenger.Grains.Users;
using Messenger.Protocol;
using Microsoft.Extensions.Time.Testing;
using Orleans.Runtime;
using Xunit;

namespace Messenger.Grains.Tests.Users;

/// <summary>What can be handed over to a user without a call, and what is left to the user's grain.</summary>
public sealed class LocalUserTests : IGatewayStreams
{
    private const string UserId = "the user";
    private const string Application = "phone";
    private static readonly Guid Conversation = Guid.NewGuid();

    private readonly List<GatewayEvent> heard = [];
    private readonly LocalMailboxes mailboxes = new();
    private Account? account = new() { Applications = [Named(Application)] };
    private HashSet<string>? blackList = [];

    private LocalUser User { get; }

    public LocalUserTests()
    {
        User = new LocalUser(UserId, () => account, () => blackList, mailboxes);
        mailboxes.Put(DeviceKeys.Named(UserId, Application), NewMailbox());
    }

    [Fact]
    public void The_one_device_of_a_user_has_it_at_once()
    {
        Assert.True(Deliver());
        Assert.Single(heard);
    }

    [Fact]
    public void The_device_that_caused_it_has_its_answer_and_nothing_has_to_be_known_for_that()
    {
        blackList = null;
        Assert.True(Deliver(except: Application));
        Assert.Empty(heard);
    }

    [Fact]
    public void What_is_not_known_is_the_grains_matter()
    {
        blackList = null;
        Assert.False(Deliver());
        Assert.True(Deliver(author: UserId));
        account = null;
        Assert.False(Deliver(author: UserId));
        Assert.Single(heard);
    }

    [Fact]
    public void Several_devices_are_the_grains_matter_and_so_is_one_that_is_not_here()
    {
        account = new Account { Applications = [Named(Application), Named("tablet")] };
        Assert.False(Deliver());
        account = new Account { Applications = [Named("tablet")] };
        Assert.False(Deliver());
        account = new Account();
        Assert.False(Deliver());
        Assert.Empty(heard);
    }

    [Fact]
    public void Nobody_is_woken_for_what_a_blacklisted_user_or_this_user_wrote()
    {
        blackList = ["muted"];
        Assert.True(Deliver(author: "muted"));
        Assert.True(Deliver(author: UserId));
        Assert.True(Deliver(author: "heard"));
        Assert.Equal([null, null, "heard"], heard.Select(hint => hint.Notice!.Push?.AuthorId));
    }

    [Fact]
    public void A_term_that_has_passed_comes_neither_at_once_nor_as_a_call()
    {
        Assert.True(Deliver(term: 5));
        Assert.False(Deliver(term: 4));
        Assert.False(User.Enter(Conversation, 4));
        Assert.True(User.Enter(Conversation, 6));
        User.Leave();
        Assert.False(Deliver(term: 5));
        Assert.True(Deliver(term: 6));
        Assert.True(User.TryDeliver(Guid.NewGuid(), 1, [Notice("other")], null));
        Assert.Equal(3, heard.Count);
    }

    [Fact]
    public void Nothing_overtakes_a_hand_over_that_came_as_a_call()
    {
        Assert.True(User.Enter(Conversation, 1));
        Assert.True(User.Enter(Guid.NewGuid(), 1));
        User.Leave();
        Assert.False(Deliver());
        User.Leave();
        Assert.True(Deliver());
    }

    [Fact]
    public void Whose_grain_or_device_left_is_found_in_its_next_place()
    {
        var gone = mailboxes.Find(DeviceKeys.Named(UserId, Application))!;
        Assert.True(Deliver());
        gone.Leave([]);
        Assert.False(Deliver());
        mailboxes.Put(DeviceKeys.Named(UserId, Application), NewMailbox());
        mailboxes.Remove(DeviceKeys.Named(UserId, Application), gone);
        Assert.True(Deliver());
        User.Close();
        Assert.False(Deliver());
    }

    void IGatewayStreams.Publish(SiloAddress gateway, GatewayEvent hint) => heard.Add(hint);

    bool IGatewayStreams.IsCrowded(SiloAddress gateway) => false;

    Task IGatewayStreams.Room(SiloAddress gateway, int events) => Task.CompletedTask;

    private bool Deliver(long term = 1, string author = "heard", string? except = null) =>
        User.TryDeliver(Conversation, term, [Notice(author)], except);

    private static Notice Notice(string author) =>
        Messenger.Contracts.Notice.Of(new NotificationConversationDeleted("uuid"), new PushHint(Conversation, "message", author));

    private static Application Named(string name) =>
        new(null, "android", 0, 0, null, null, null, null) { Credential = new Credential(name, null!) };

    private Mailbox NewMailbox()
    {
        var mailbox = new Mailbox(
            new Inbox(InboxBounds.Default, Mailbox.NewEpoch()), InboxBounds.Default, this, new LeaseRegistry(), isDead: _ => false, new FakeTimeProvider(), () => { });
        mailbox.Connect(new Connection(SiloAddress.Zero, 1), null, out _);
        return mailbox;
    }
}
