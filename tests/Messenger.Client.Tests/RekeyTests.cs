using System.Collections.Concurrent;
using Messenger.Client.Connections;
using Messenger.Client.Crypto;
using Messenger.Client.Messaging;
using Messenger.Client.Profiles;
using Messenger.Protocol;

namespace Messenger.Client.Tests;

/// <summary>When a session key is replaced by itself, and what is sent again (CL-43, CL-44). This device is Bob's, the group's other member Alice.</summary>
public sealed class RekeyTests : ClientFixture
{
    private const long Day = 24 * 60 * 60 * 1000;

    private readonly MemoryProfile _profile = Sample.Profile("c-0");
    private readonly ConcurrentQueue<RequestAddNewSessionKeys> _rekeyed = new();
    private readonly ConcurrentQueue<string> _refusals = new();
    private StubConnection _connection = null!;
    private SessionKey _key;
    private long _newest = 1;
    private Dictionary<string, string> _updated = [];

    public RekeyTests()
    {
        var secret = SessionSecret.Create(Sample.ConversationUuid);
        _key = new SessionKey(
            Sample.SessionKeyUuid, Sample.ConversationUuid, Sample.Me, secret.WrapFor(KeyRing.Bob.PublicKey), secret.Sign(KeyRing.Bob), Sample.Me, 1, "pair");
    }

    [Fact]
    public async Task After_a_kick_the_key_is_replaced_at_once()
    {
        using var conversations = await OpenConversations();
        await conversations.Groups.Kick(Sample.ConversationUuid, Sample.Other);
        Assert.Single(_rekeyed);
        Assert.False(_profile.Load().KeyWork[Sample.ConversationUuid.ToUpperInvariant()].IsDue);
    }

    [Fact]
    public async Task A_kick_whose_key_failed_is_followed_before_the_next_message_also_by_another_process()
    {
        using var conversations = await OpenConversations();
        var failed = 0;
        conversations.Groups.RekeyFailed += (_, _) => failed++;
        _refusals.Enqueue(Statuses.Forbidden);
        await conversations.Groups.Kick(Sample.ConversationUuid, Sample.Other);
        Assert.Equal(1, failed);

        using var later = new Conversations(Device, KeyRing.Bob, _profile);
        await later.Send(Sample.ConversationUuid, "hello");
        Assert.Equal(2, _rekeyed.Count);
    }

    [Fact]
    public async Task Wrapped_keys_without_an_answer_are_sent_again_unchanged_and_then_made_anew_once()
    {
        using var conversations = await OpenConversations();
        _refusals.Enqueue(Statuses.Internal);
        await Assert.ThrowsAsync<RefusedException>(() => conversations.Rekey(Sample.ConversationUuid));
        using var later = new Conversations(Device, KeyRing.Bob, _profile);
        await later.Rekey(Sample.ConversationUuid);
        var sent = _rekeyed.Select(one => string.Join(' ', one.SessionKeys.Select(key => key.KeyEncryptedBase64))).ToList();
        Assert.Equal(3, sent.Count);
        Assert.Equal(sent[0], sent[1]);
        Assert.NotEqual(sent[1], sent[2]);
    }

    [Fact]
    public async Task A_roster_that_changes_is_met_again_three_times_at_most()
    {
        using var conversations = await OpenConversations();
        Enumerable.Range(0, 5).ToList().ForEach(_ => _refusals.Enqueue(Statuses.Conflict));
        await Assert.ThrowsAsync<RefusedException>(() => conversations.Rekey(Sample.ConversationUuid));
        Assert.Equal(3, _rekeyed.Count);
    }

    [Fact]
    public async Task After_somebody_left_a_key_of_others_is_awaited_before_the_next_message_replaces_it()
    {
        using var conversations = await OpenConversations();
        await Tell(EventTypes.Leaved, 5);
        await conversations.Send(Sample.ConversationUuid, "with the old key");
        Assert.Empty(_rekeyed);
        Clock.Advance(TimeSpan.FromSeconds(61));
        await conversations.Send(Sample.ConversationUuid, "with a new key");
        Assert.Single(_rekeyed);
    }

    [Fact]
    public async Task A_key_that_came_after_somebody_left_is_good()
    {
        using var conversations = await OpenConversations();
        await Tell(EventTypes.Kicked, 5);
        _key = _key with { Created = 6 };
        Clock.Advance(TimeSpan.FromSeconds(61));
        await conversations.Send(Sample.ConversationUuid, "hello");
        Assert.Empty(_rekeyed);
    }

    [Fact]
    public async Task Nobody_replaces_a_key_because_somebody_joined()
    {
        using var conversations = await OpenConversations();
        await Tell(EventTypes.Added, 5);
        Clock.Advance(TimeSpan.FromSeconds(61));
        await conversations.Send(Sample.ConversationUuid, "hello");
        Assert.Empty(_rekeyed);
    }

    [Theory]
    [InlineData(7, false)]
    [InlineData(8, true)]
    public async Task A_key_is_used_for_a_week(int days, bool isReplaced)
    {
        _newest = 1 + (days * Day);
        using var conversations = await OpenConversations();
        await conversations.Send(Sample.ConversationUuid, "hello");
        Assert.Equal(isReplaced ? 1 : 0, _rekeyed.Count);
    }

    [Fact]
    public async Task A_key_is_used_for_500_messages_over_a_restart()
    {
        using var conversations = await OpenConversations();
        for (var n = 0; n < 300; n++)
        {
            await conversations.Send(Sample.ConversationUuid, "hello");
        }

        using var later = new Conversations(Device, KeyRing.Bob, _profile);
        for (var n = 0; n < 200 - 16; n++)
        {
            await later.Send(Sample.ConversationUuid, "hello");
        }

        Assert.Empty(_rekeyed);
        for (var n = 0; n < 17; n++)
        {
            await later.Send(Sample.ConversationUuid, "hello");
        }

        Assert.Single(_rekeyed);
    }

    [Fact]
    public async Task Somebody_with_new_keys_gets_one()
    {
        _updated = new Dictionary<string, string> { [Sample.Other] = KeyRing.Alice.PublicKey };
        using var conversations = await OpenConversations();
        await conversations.Send(Sample.ConversationUuid, "hello");
        Assert.Single(_rekeyed);
    }

    private async Task Tell(string eventType, int created)
    {
        await _connection.Notify(new NotificationAddedMessageToConversation(Sample.Message(created) with { IsEvent = true, EventType = eventType }), $"c-{created}");
        Assert.Equal(created, await NextMessage());
    }

    private async Task<Conversations> OpenConversations()
    {
        Start(_profile);
        _connection = await Server.Accept();
        await _connection.LetIn();
        _ = _connection.Serve(Answer);
        await Device.Connect().WaitAsync(Deadline.Frame);
        return new Conversations(Device, KeyRing.Bob, _profile);
    }

    private object Answer(IRequest request)
    {
        switch (request)
        {
            case RequestGetUserInfoMulti:
                return new ResponseUserInfoMulti([new UserInfo(Sample.Other, KeyRing.Alice.PublicKey, null, 1, 1, null, 1, 1, false, null, "pair-1")]);
            case RequestGetConversationFull:
                return new ResponseGetConversationFull(Sample.Conversation(_newest) with { IsDialog = false, SessionKeyUuid = _key.Uuid }, null, _key);
            case RequestGetMembersList:
                return new ResponseGetMembersList([Sample.Me, Sample.Other], []);
            case RequestGetUpdatedPublicKeys:
                return new ResponseGetUpdatedPublicKeys(_updated);
            case RequestAddMessage add:
                return new ResponseAddedMessage(Sample.Message(1, author: Sample.Me) with { Uuid = add.MessageUuid });
            case RequestKickUser:
                return new ResponseStatusMessage(nameof(RequestKickUser), Statuses.Ok, null);
            case RequestAddNewSessionKeys keys:
                _rekeyed.Enqueue(keys);
                if (_refusals.TryDequeue(out var status))
                {
                    return new ResponseStatusMessage(nameof(RequestAddNewSessionKeys), status, null);
                }

                var mine = keys.SessionKeys.Single(key => key.UserId == Sample.Me);
                _updated = [];
                _key = new SessionKey(
                    Guid.NewGuid().ToString(), Sample.ConversationUuid, Sample.Me, mine.KeyEncryptedBase64, mine.SignatureBase64, Sample.Me, _newest + 100, mine.SignerKeyPairUuid);
                return new ResponseAddedSessionKey(_key.Uuid);
            default:
                return new ResponseStatusMessage(request.GetType().Name, Statuses.BadRequest, "not in this test");
        }
    }
}
