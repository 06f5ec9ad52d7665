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
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UnixEpoch.AddDays(1));
    private readonly Dictionary<Guid, long> _muted = [];
    private readonly Mutes _mutes;

    private UserEndpoint User { get; }

    public UserEndpointTests()
    {
        _mutes = new Mutes(() => Task.FromResult<IReadOnlyDictionary<Guid, long>>(_muted));
        User = new UserEndpoint(UserId, () => _account, () => _blackList, _endpoints, _clock, _mutes);
        Assert.True(_mutes.Load().AsTask().IsCompletedSuccessfully);
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
    public async Task Nobody_is_woken_for_what_is_muted_until_that_is_over_or_the_conversation_was_left()
    {
        _mutes.Forget();
        Assert.False(Deliver());
        _muted[Conversation] = _clock.GetUtcNow().AddMinutes(1).ToUnixTimeMilliseconds();
        await _mutes.Load();
        Assert.True(Deliver());
        Assert.True(User.TryDeliver(Guid.NewGuid(), 1, [NewNotification("heard")], null));
        _clock.Advance(TimeSpan.FromMinutes(2));
        Assert.True(Deliver());
        Assert.Equal([null, "heard", "heard"], _heard.Select(hint => hint.Notification!.Push?.AuthorId));

        // Behind the leave it has to be read anew; what comes in one hand-over with it too.
        Assert.False(User.TryDeliver(Conversation, 1, [NewNotification("heard") with { Push = null, Leaves = UserId }, NewNotification("heard")], null));
        Assert.Null(_mutes.Known);
        await _mutes.Load();
        Assert.True(User.TryDeliver(Conversation, 1, [NewNotification("heard") with { Leaves = "somebody else" }], null));
        Assert.NotNull(_mutes.Known);
    }

    [Fact]
    public async Task Signals_of_a_blacklisted_user_are_swallowed_and_a_mute_silences_calls()
    {
        _blackList = ["muted"];
        Assert.True(User.TryDeliver(Conversation, 1, [Signal("muted"), Signal("heard"), Signal("muted")], null));
        Assert.Equal("heard", Assert.Single(_heard).Notification!.Signal!.AuthorId);
        _muted[Conversation] = long.MaxValue;
        _mutes.Forget();
        Assert.False(User.TryDeliver(Conversation, 1, [Signal("heard")], null));
        await _mutes.Load();
        Assert.True(User.TryDeliver(Conversation, 1, [Signal("heard"), Signal(UserId)], null));
        Assert.Equal([false, true, false], _heard.Select(hint => hint.Notification!.Signal!.IsMuted));
        _blackList = null;
        Assert.False(User.TryDeliver(Conversation, 1, [Signal("heard")], null));
        Assert.True(User.TryDeliver(Conversation, 1, [Signal(UserId)], null));
    }

    [Fact]
    public void Thirty_calls_an_hour_are_heard_whoever_calls()
    {
        for (var i = 0; i < 20; i++)
        {
            Assert.True(User.TryDeliver(Guid.NewGuid(), 1, [Signal($"caller {i}", SignalAct.Start), Signal("somebody"), Signal(UserId, SignalAct.Start)], null));
        }

        Assert.True(User.TryDeliver(Conversation, 1, [.. Enumerable.Range(0, 20).Select(i => Signal($"later {i}", SignalAct.Start)), Signal("somebody")], null));
        Assert.Equal((30, 21), (_heard.Count(hint => hint.Notification!.Signal is { Act: SignalAct.Start, AuthorId: not UserId }), _heard.Count(hint => hint.Notification!.Signal!.AuthorId == "somebody")));
        Assert.Equal("somebody", Assert.Single(User.AdmitRings([Signal("x", SignalAct.Start), Signal("somebody")])).Signal!.AuthorId);
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(2, User.AdmitRings([Signal("x", SignalAct.Start), Signal("somebody")]).Length);
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

    private static SerializedNotification Signal(string author, SignalAct act = SignalAct.None) =>
        new(nameof(NotificationSignal), [], Replayed: false, Push: null, 0) { Signal = new SignalHint(author, "theirs", Conversation, Guid.NewGuid(), 4) { Act = act } };

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
