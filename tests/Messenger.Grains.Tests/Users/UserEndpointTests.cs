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
public sealed class UserEndpointTests : IGatewayStreams
{
    private const string UserId = "the user";
    private const string Application = "phone";
    private static readonly Guid Conversation = Guid.NewGuid();

    private readonly List<GatewayEvent> _heard = [];
    private readonly DeviceEndpoints _endpoints = new();
    private Account? _account = new() { Applications = [Named(Application)] };
    private HashSet<string>? _blackList = [];

    private UserEndpoint User { get; }

    public UserEndpointTests()
    {
        User = new UserEndpoint(UserId, () => _account, () => _blackList, _endpoints);
        _endpoints.Put(DeviceKeys.Named(UserId, Application), NewEndpoint());
    }

    [Fact]
    public void The_one_device_of_a_user_has_it_at_once()
    {
        Assert.True(Deliver());
        Assert.Single(_heard);
    }

    [Fact]
    public void The_device_that_caused_it_has_its_answer_and_nothing_has_to_be_known_for_that()
    {
        _blackList = null;
        Assert.True(Deliver(except: Application));
        Assert.Empty(_heard);
    }

    [Fact]
    public void What_is_not_known_is_the_grains_matter()
    {
        _blackList = null;
        Assert.False(Deliver());
        Assert.True(Deliver(author: UserId));
        _account = null;
        Assert.False(Deliver(author: UserId));
        Assert.Single(_heard);
    }

    [Fact]
    public void Several_devices_are_the_grains_matter_and_so_is_one_that_is_not_here()
    {
        _account = new Account { Applications = [Named(Application), Named("tablet")] };
        Assert.False(Deliver());
        _account = new Account { Applications = [Named("tablet")] };
        Assert.False(Deliver());
        _account = new Account();
        Assert.False(Deliver());
        Assert.Empty(_heard);
    }

    [Fact]
    public void Nobody_is_woken_for_what_a_blacklisted_user_or_this_user_wrote()
    {
        _blackList = ["muted"];
        Assert.True(Deliver(author: "muted"));
        Assert.True(Deliver(author: UserId));
        Assert.True(Deliver(author: "heard"));
        Assert.Equal([null, null, "heard"], _heard.Select(hint => hint.Notification!.Push?.AuthorId));
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
        Assert.True(User.TryDeliver(Guid.NewGuid(), 1, [NewNotification("other")], null));
        Assert.Equal(3, _heard.Count);
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
        var gone = _endpoints.Find(DeviceKeys.Named(UserId, Application))!;
        Assert.True(Deliver());
        gone.Leave([]);
        Assert.False(Deliver());
        _endpoints.Put(DeviceKeys.Named(UserId, Application), NewEndpoint());
        _endpoints.Remove(DeviceKeys.Named(UserId, Application), gone);
        Assert.True(Deliver());
        User.Close();
        Assert.False(Deliver());
    }

    void IGatewayStreams.Publish(SiloAddress gateway, GatewayEvent hint) => _heard.Add(hint);

    bool IGatewayStreams.IsCrowded(SiloAddress gateway) => false;

    Task IGatewayStreams.Room(SiloAddress gateway, int events) => Task.CompletedTask;

    private bool Deliver(long term = 1, string author = "heard", string? except = null) =>
        User.TryDeliver(Conversation, term, [NewNotification(author)], except);

    private static SerializedNotification NewNotification(string author) =>
        Messenger.Contracts.SerializedNotification.From(new NotificationConversationDeleted("uuid"), new PushHint(Conversation, "message", author));

    private static Application Named(string name) =>
        new(null, "android", 0, 0, null, null, null, null) { Credential = new Credential(name, null!) };

    private DeviceEndpoint NewEndpoint()
    {
        var endpoint = new DeviceEndpoint(
            new Inbox(InboxBounds.Default, DeviceEndpoint.NewEpoch()), InboxBounds.Default, this, new LeaseRegistry(), isDead: _ => false, new FakeTimeProvider(), () => { });
        endpoint.Connect(new Connection(SiloAddress.Zero, 1), null, out _);
        return endpoint;
    }
}
