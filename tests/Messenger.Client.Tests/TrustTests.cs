using System.Security.Cryptography;
using Messenger.Client.Crypto;
using Messenger.Client.Profiles;
using Messenger.Client.Messaging;
using Messenger.Protocol;

namespace Messenger.Client.Tests;

/// <summary>A server that lies about keys: what the conversation does about it. Here Bob is this device, Alice the other person.</summary>
public sealed class TrustTests : ClientFixture
{
    private readonly SessionSecret _secret = SessionSecret.Create(Sample.ConversationUuid);
    private readonly List<KeyChange> _changes = [];
    private UserInfo _alice = Info(KeyRing.Alice, "pair-1");
    private SessionKey _key;
    private string[] _admins = [Sample.Me, Sample.Other];
    private int _asked;
    private readonly MemoryProfile _profile = Sample.Profile("c-0");
    private StubConnection _connection = null!;
    private RequestAddNewSessionKeys? _rekeyed;

    public TrustTests() => _key = Key(KeyRing.Alice, "pair-1");

    [Fact]
    public async Task A_message_is_opened_and_sent_with_a_key_that_the_other_side_signed()
    {
        using var conversation = await OpenConversations();
        Assert.Equal("hello", await conversation.Open(Said("hello")));
        var sent = await conversation.Send(Sample.ConversationUuid, "hello yourself");
        Assert.Equal("hello yourself", _secret.OpenBody(sent));
        Assert.Equal("hello yourself", await conversation.Open(sent));
    }

    [Fact]
    public async Task A_key_that_somebody_else_signed_is_refused_and_another_one_is_made_to_write_with()
    {
        _key = Key(KeyRing.Mallory, "pair-1");
        using var conversation = await OpenConversations();
        await Assert.ThrowsAnyAsync<CryptographicException>(() => conversation.Open(Said("hello")));
        await IsSealedWithAnother(conversation);
    }

    [Fact]
    public async Task A_current_key_made_by_no_member_is_not_sealed_with()
    {
        _admins = [Sample.Me];
        using var conversation = await OpenConversations();
        await IsSealedWithAnother(conversation);
    }

    [Fact]
    public async Task A_key_of_another_conversation_is_refused()
    {
        _key = Key(KeyRing.Alice, "pair-1") with { ConversationUuid = Sample.MessageUuid(9) };
        using var conversation = await OpenConversations();
        await Assert.ThrowsAnyAsync<CryptographicException>(() => conversation.Open(Said("hello")));
    }

    [Fact]
    public async Task A_changed_key_is_told_and_what_the_old_one_signed_still_opens()
    {
        using var conversation = await OpenConversations();
        Assert.Equal("hello", await conversation.Open(Said("hello")));
        Assert.Empty(_changes);

        _alice = Info(KeyRing.Mallory, "pair-2");
        await conversation.Create([Sample.Other]);
        var change = Assert.Single(_changes);
        Assert.Equal(
            (Sample.Other, PublicKeys.Fingerprint(KeyRing.Alice.PublicKey), PublicKeys.Fingerprint(KeyRing.Mallory.PublicKey)),
            (change.UserId, change.Before, change.Now));

        using var later = new Conversations(Device, KeyRing.Bob, _profile);
        Assert.Equal("hello again", await later.Open(Said("hello again")));
    }

    [Fact]
    public async Task Another_key_under_the_name_of_a_known_pair_is_refused()
    {
        using var conversation = await OpenConversations();
        await conversation.Open(Said("hello"));
        _alice = Info(KeyRing.Mallory, "pair-1");
        await Assert.ThrowsAnyAsync<CryptographicException>(() => conversation.Create([Sample.Other]));
    }

    [Fact]
    public async Task The_current_key_is_asked_for_once_and_again_after_the_conversation_was_rekeyed()
    {
        using var conversation = await OpenConversations();
        await conversation.Send(Sample.ConversationUuid, "one");
        await conversation.Send(Sample.ConversationUuid, "two");
        Assert.Equal(1, _asked);
        await _connection.Notify(new NotificationNewSessionKey(_key), "c-9");
        while (await Next() is not Messenger.Client.Notified)
        {
        }

        await conversation.Send(Sample.ConversationUuid, "three");
        Assert.Equal(2, _asked);
    }

    [Fact]
    public async Task Rekeying_wraps_one_new_key_for_every_member()
    {
        using var conversation = await OpenConversations();
        await conversation.Rekey(Sample.ConversationUuid);
        Assert.Equal(new[] { Sample.Me, Sample.Other }.Order(), _rekeyed!.SessionKeys.Select(key => key.UserId).Order());
        Assert.Single(_rekeyed.SessionKeys.Select(key => key.SignatureBase64).Distinct());
        var (mine, theirs) = (_rekeyed.SessionKeys.Single(key => key.UserId == Sample.Me), _rekeyed.SessionKeys.Single(key => key.UserId == Sample.Other));
        Assert.Equal(KeyRing.Bob.Unwrap(mine.KeyEncryptedBase64), KeyRing.Alice.Unwrap(theirs.KeyEncryptedBase64));
    }

    private async Task IsSealedWithAnother(Conversations conversation)
    {
        var sent = await conversation.Send(Sample.ConversationUuid, "hello");
        Assert.Equal(_admins.Order(), _rekeyed!.SessionKeys.Select(key => key.UserId).Order());
        Assert.ThrowsAny<CryptographicException>(() => _secret.OpenBody(sent));
    }

    private async Task<Conversations> OpenConversations()
    {
        Start(_profile);
        _connection = await Server.Accept();
        await _connection.LetIn();
        _ = _connection.Serve(Answer);
        await Device.Connect().WaitAsync(Deadline.Frame);
        var conversation = new Conversations(Device, KeyRing.Bob, _profile);
        conversation.KeyChanged += _changes.Add;
        return conversation;
    }

    private object Answer(IRequest request)
    {
        switch (request)
        {
            case RequestGetSessionKey:
                return new ResponseSessionKeyByUuid(_key);
            case RequestGetUserInfoMulti:
                return new ResponseUserInfoMulti([_alice]);
            case RequestGetConversationFull:
                _asked++;
                return new ResponseGetConversationFull(Sample.Conversation(1) with { Admins = _admins }, null, _key);
            case RequestGetUpdatedPublicKeys:
                return new ResponseGetUpdatedPublicKeys([]);
            case RequestGetMembersList:
                return new ResponseGetMembersList(_admins, []);
            case RequestAddMessage add:
                return new ResponseAddedMessage(Sample.Message(1, author: Sample.Me) with
                {
                    Uuid = add.MessageUuid,
                    BodyEncryptedBase64 = add.BodyEncryptedBase64,
                    IvBase64 = add.IvBase64,
                });
            case RequestCreateConversationFull create:
                return new ResponseCreateConversation(Sample.Conversation(1, create.ConversationUuid));
            case RequestAddNewSessionKeys keys:
                _rekeyed = keys;
                return new ResponseAddedSessionKey(Sample.MessageUuid(77));
            default:
                return new ResponseStatusMessage(request.GetType().Name, Statuses.BadRequest, "not in this test");
        }
    }

    private static UserInfo Info(KeyPair keys, string pair) => new(Sample.Other, keys.PublicKey, null, 1, 1, null, 1, 1, false, null, pair);

    private SessionKey Key(KeyPair signer, string pair) => new(
        Sample.SessionKeyUuid, Sample.ConversationUuid, Sample.Me, _secret.WrapFor(KeyRing.Bob.PublicKey), _secret.Sign(signer), Sample.Other, 1, pair);

    private Message Said(string text)
    {
        var body = _secret.SealBody(Sample.MessageUuid(1), Sample.SessionKeyUuid, Sample.Other, text);
        return Sample.Message(1) with { BodyEncryptedBase64 = body.BodyBase64, IvBase64 = body.IvBase64 };
    }
}
