using Messenger.Contracts;
using Messenger.Grains.Tests.Fakes;
using Messenger.Ports;
using Messenger.Protocol;
using Orleans.Concurrency;
using Xunit;

namespace Messenger.Grains.Tests.Conversations;

/// <summary>What a rule asked is asked again after the last thing that had to be waited for.</summary>
public sealed class LateChangeTests : IAsyncLifetime
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private ConversationFixture _fixture = null!;

    public async Task InitializeAsync() => _fixture = await ConversationFixture.Open();

    public async Task DisposeAsync() => await _fixture.DisposeAsync();

    /// <summary>Each of these has to look an old message up; its caller is kicked meanwhile.</summary>
    [Theory]
    [InlineData("reply")]
    [InlineData("delivered")]
    [InlineData("read")]
    [InlineData("all read")]
    [InlineData("file")]
    public async Task Who_is_kicked_while_the_log_is_read_changes_nothing(string what)
    {
        var conversation = await _fixture.Group(3);
        var kicked = conversation.Members[2];
        var own = conversation.Message() with { HasFiles = true };
        await conversation.Send(kicked, own);
        var others = await conversation.Sent(conversation.Members[0]);
        await DeliveryRecorder.Until(() => _fixture.Silo.Log.Unsettled.Count == 0);
        await _fixture.Silo.Deactivate(conversation.Grain);
        await conversation.Grain.GetMembersList(kicked, new RequestGetMembersList(conversation.Uuid));

        var change = await While(
            () => what switch
            {
                "reply" => Status(conversation.Send(kicked, conversation.Message(reply: Guid.Parse(others.Uuid)))),
                "delivered" => Status(conversation.Grain.Delivered(kicked, new[] { new MessageDelivered(conversation.Uuid, others.Uuid) }.AsImmutable())),
                "read" => Status(conversation.Grain.Readed(kicked, new[] { new RequestMessagesReaded(conversation.Uuid, [others.Uuid]) }.AsImmutable())),
                "all read" => Status(conversation.Grain.MarkAllReaded(kicked, new RequestMarkAllReaded(conversation.Uuid))),
                _ => Status(conversation.Grain.AddFile(kicked, own.MessageUuid, new(Guid.NewGuid(), "n", "n", null, "m", 1, 1, null, 5))),
            },
            () => conversation.Grain.Kick(conversation.Members[0], new RequestKickUser(conversation.Uuid, kicked.UserId)));

        Assert.Equal(Statuses.NotFound, change);
        Assert.Equal(EventTypes.Kicked, _fixture.Silo.Log.Committed[^1].Messages.Single().EventType);
    }

    /// <summary>Who has left deletes what was their own, and loses an admin's right over the rest.</summary>
    [Fact]
    public async Task An_admin_who_is_kicked_while_the_log_is_read_deletes_their_own_alone()
    {
        var conversation = await _fixture.Group(3);
        var (kicked, others) = (conversation.Members[2], (await conversation.Sent(conversation.Members[1])).Uuid);
        var own = (await conversation.Sent(kicked)).Uuid;
        Assert.Null((await conversation.Grain.ChangeToAdmin(conversation.Members[0], new RequestChangeToAdmin(conversation.Uuid, kicked.UserId))).Error);
        await DeliveryRecorder.Until(() => _fixture.Silo.Log.Unsettled.Count == 0);
        await _fixture.Silo.Deactivate(conversation.Grain);
        await conversation.Grain.GetMembersList(kicked, new RequestGetMembersList(conversation.Uuid));

        var change = await While(
            () => Status(conversation.Grain.DeleteMessages(kicked, new RequestDeleteMessages(conversation.Uuid, [own, others]))),
            () => conversation.Grain.Kick(conversation.Members[0], new RequestKickUser(conversation.Uuid, kicked.UserId)));

        Assert.Equal(Statuses.Forbidden, change);
        Assert.Equal(EventTypes.Kicked, _fixture.Silo.Log.Committed[^1].Messages.Single().EventType);
        Assert.Null((await conversation.Grain.DeleteMessage(kicked, new RequestDeleteMessage(conversation.Uuid, own))).Error);
    }

    [Fact]
    public async Task Who_is_blacklisted_while_the_log_is_read_does_not_write()
    {
        var conversation = await _fixture.Dialog();
        var old = await conversation.Sent(conversation.Members[1]);
        await DeliveryRecorder.Until(() => _fixture.Silo.Log.Unsettled.Count == 0);
        await _fixture.Silo.Deactivate(conversation.Grain);
        await conversation.Grain.GetMembersList(conversation.Members[0], new RequestGetMembersList(conversation.Uuid));
        var status = await While(
            () => Status(conversation.Send(conversation.Members[0], conversation.Message(reply: Guid.Parse(old.Uuid)))),
            async () =>
            {
                await _fixture.Silo.Users.AddToBlackList(conversation.Members[1].UserId, conversation.Members[0].UserId);
                await conversation.Grain.BlackListChanged();
            });
        Assert.Equal(Statuses.Forbidden, status);
    }

    [Fact]
    public async Task A_message_that_is_deleted_while_it_is_reported_stays_deleted()
    {
        var conversation = await _fixture.Group(3);
        var sent = await conversation.Sent(conversation.Members[0]);
        var (kept, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        _fixture.Silo.Reports.AfterAdd = () =>
        {
            kept.SetResult();
            return goOn.Task;
        };
        var reporting = conversation.Grain.ReportMessage(conversation.Members[1], new AddMessageReport(conversation.Uuid, sent.Uuid, null));
        await kept.Task.WaitAsync(Timeout);
        Assert.Equal(Result.Ok, await conversation.Grain.DeleteMessage(conversation.Members[0], new RequestDeleteMessage(conversation.Uuid, sent.Uuid)));
        goOn.SetResult();
        Assert.Equal(Result.Ok, await reporting.WaitAsync(Timeout));
        var seen = await conversation.See(conversation.Members[1], sent.Uuid);
        Assert.Equal((true, true, (string?)null), (seen.Deleted, seen.Objectionable, seen.BodyEncryptedBase64));
    }

    [Fact]
    public async Task Of_two_who_create_one_uuid_at_once_one_has_it_and_the_other_is_told_so()
    {
        // As every real log does: an answer comes in a later turn.
        _fixture.Silo.Log.AfterRead = async () => await Task.Yield();
        foreach (var alone in new[] { false, true })
        {
            var members = new[] { await _fixture.Person(0), await _fixture.Person(1), await _fixture.Person(2) };
            var mine = new TestConversation(_fixture, Guid.NewGuid(), Guid.NewGuid(), alone ? members[..1] : members);
            var yours = mine with { Members = alone ? [members[1]] : [members[1], members[0], members[2]] };
            var both = await Concurrently(
                () => mine.Grain.Create(members[0], mine.Request(dialog: false)), () => yours.Grain.Create(members[1], yours.Request(dialog: false)));
            Assert.Equal([null, Statuses.Conflict], both.Select(result => result.Error?.Status).Order());
            Assert.Single(_fixture.Silo.Log.Committed, entry => entry.Conversation == mine.Id);

            var again = mine with { Id = Guid.NewGuid() };
            both = await Concurrently(
                () => again.Grain.Create(members[0], again.Request(dialog: false)), () => again.Grain.Create(members[0], again.Request(dialog: false)));
            Assert.All(both, result => Assert.Equal(again.Uuid, result.Value?.Conversation.Uuid));
            Assert.Single(_fixture.Silo.Log.Committed, entry => entry.Conversation == again.Id);
        }
    }

    [Fact]
    public async Task Who_creates_what_another_silo_has_just_created_is_told_so()
    {
        var members = new[] { await _fixture.Person(0), await _fixture.Person(1) };
        var mine = new TestConversation(_fixture, Guid.NewGuid(), Guid.NewGuid(), [members[0]]);
        var key = new SessionKeyHeader(Guid.NewGuid(), "key", 1);
        var elsewhere = new LogEntry(mine.Id, 0)
        {
            Creates = true,
            Header = new ConversationRow(mine.Uuid, false, null, members[1].UserId, key.Uuid, key.UuidText, 1, false, 1, false),
            Members = [new MemberRow(members[1].UserId, true, null, 1, null, 0)],
            NewKey = key,
        };
        _fixture.Silo.Log.Before = async entry =>
        {
            if (!ReferenceEquals(entry, elsewhere))
            {
                _fixture.Silo.Log.Before = null;
                _fixture.Silo.Log.Write(elsewhere);
            }

            await Task.CompletedTask;
        };
        Assert.Equal(Statuses.Conflict, (await mine.Grain.Create(members[0], mine.Request(dialog: false))).Error?.Status);
    }

    [Fact]
    public async Task A_re_key_said_again_after_somebody_elses_makes_no_third_key_and_one_copy_more_is_another_key()
    {
        var conversation = await _fixture.Group(3);
        var mine = Keys(conversation, "mine", 0, 1, 2);
        var first = await Rekey(conversation, 0, mine);
        var second = await Rekey(conversation, 1, Keys(conversation, "yours", 0, 1, 2));
        Assert.Equal(first, await Rekey(conversation, 0, mine));
        Assert.Equal(2, Rekeyed(conversation));

        var late = await _fixture.Person(8);
        Caller[] everyone = [.. conversation.Members, late];

        // Another order is the same; one changed copy, another signature, another actor or one copy more is not.
        Assert.Equal(first, await Rekey(conversation, 0, [mine[2], mine[1], mine[0]]));
        Assert.Equal(2, Rekeyed(conversation));
        SessionKeyValue[][] others =
        [
            [mine[0], mine[1] with { KeyEncryptedBase64 = "else" }, mine[2]],
            [mine[0], mine[1] with { SignatureBase64 = "else" }, mine[2]],
            [.. mine, TestConversation.Value(late.UserId) with { KeyEncryptedBase64 = "late" }],
        ];
        var made = second;
        for (var i = 0; i < others.Length; i++)
        {
            if (others[i].Length > 3)
            {
                // A key names everyone who is there: one copy more is for one person more.
                Assert.Null((await conversation.Grain.AddMember(conversation.Members[0], new RequestAddMember(conversation.Uuid, made, TestConversation.Value(late.UserId)))).Error);
            }

            made = await Rekey(conversation, 0, others[i]);
            Assert.Equal(3 + i, Rekeyed(conversation));
            foreach (var copy in others[i])
            {
                var own = Array.Find(everyone, person => person.UserId == copy.UserId)!;
                var kept = (await conversation.Grain.GetSessionKey(own, new RequestGetSessionKey(conversation.Uuid, made))).Value!.SessionKey;
                Assert.Equal(copy.KeyEncryptedBase64, kept.KeyEncryptedBase64);
            }
        }

        Assert.NotEqual(made, await Rekey(conversation, 1, others[^1]));
        Assert.NotEqual(first, second);
    }

    [Fact]
    public async Task The_same_re_key_twice_at_once_is_one_key()
    {
        var conversation = await _fixture.Group(3);
        var keys = Keys(conversation, "mine", 0, 1, 2);
        var reads = 0;
        var both = new TaskCompletionSource();
        _fixture.Silo.Log.AfterRead = () =>
        {
            if (Interlocked.Increment(ref reads) >= 2)
            {
                both.TrySetResult();
            }

            return both.Task;
        };
        var made = await Task.WhenAll(Rekey(conversation, 0, keys), Rekey(conversation, 0, keys)).WaitAsync(Timeout);
        Assert.Equal(made[0], made[1]);
        Assert.Equal(1, Rekeyed(conversation));
    }

    [Fact]
    public async Task Two_avatars_at_once_are_two_events_and_the_same_twice_is_one()
    {
        var conversation = await _fixture.Group(2);
        _fixture.Silo.Log.AfterRead = async () => await Task.Yield();
        var (one, two) = (new Contracts.AvatarFile(Guid.NewGuid(), "m", 1), new Contracts.AvatarFile(Guid.NewGuid(), "m", 1));
        var setting = new List<Task>();
        foreach (var avatar in new[] { one, one, two })
        {
            await _fixture.Deliveries.Begins(nameof(conversation.Grain.SetAvatar), () => setting.Add(conversation.Grain.SetAvatar(conversation.Members[0], avatar)));
        }

        await Task.WhenAll(setting).WaitAsync(Timeout);
        var entries = _fixture.Silo.Log.Committed.Where(entry => entry.Avatar is not null).Select(entry => entry.Avatar!.File).ToList();
        Assert.Equal(2, entries.Distinct().Count());
        Assert.Equal(2, entries.Count);
    }

    [Fact]
    public async Task A_reply_answers_a_message_that_is_taken_before_it_and_not_itself()
    {
        var conversation = await _fixture.Group(2);
        var (good, bad) = (conversation.Message(), conversation.Message() with { SessionKeyUuid = Guid.NewGuid().ToString() });
        var itself = Guid.NewGuid();
        var later = conversation.Message();
        var results = await conversation.Grain.AddMessages(conversation.Members[0], new[]
        {
            bad, conversation.Message(reply: Guid.Parse(bad.MessageUuid)), conversation.Message(itself, itself), conversation.Message(reply: Guid.Parse(later.MessageUuid)),
            good, conversation.Message(reply: Guid.Parse(good.MessageUuid)), later,
        }.AsImmutable());
        Assert.Equal([false, false, false, false, true, true, true], results.Select(result => result.Error is null));
        Assert.All(results[..4], result => Assert.Equal(Statuses.BadRequest, result.Error!.Status));
    }

    private static SessionKeyValue[] Keys(TestConversation conversation, string what, params int[] people) =>
        [.. people.Select(at => TestConversation.Value(conversation.Members[at].UserId) with { KeyEncryptedBase64 = $"{what}-{at}", SignatureBase64 = what })];

    private static async Task<string> Rekey(TestConversation conversation, int who, SessionKeyValue[] keys) =>
        (await conversation.Grain.AddNewSessionKeys(conversation.Members[who], new RequestAddNewSessionKeys(conversation.Uuid, keys))).Value!.SessionKeyUuid;

    private int Rekeyed(TestConversation conversation) => _fixture.Silo.Log.Committed.Count(entry => entry.Conversation == conversation.Id && entry.NewKey is not null && !entry.Creates);

    /// <summary>Begins one call, lets another happen when the first has seen what it reads, and lets it go on.</summary>
    private async Task<string?> While(Func<Task<string?>> change, Func<Task> meanwhile)
    {
        var (seen, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        _fixture.Silo.Log.AfterRead = () =>
        {
            _fixture.Silo.Log.AfterRead = null;
            seen.SetResult();
            return goOn.Task;
        };
        var changing = change();
        await seen.Task.WaitAsync(Timeout);
        await meanwhile().WaitAsync(Timeout);
        goOn.SetResult();
        return await changing.WaitAsync(Timeout);
    }

    /// <summary>Both have asked the directory before either goes on.</summary>
    private async Task<T[]> Concurrently<T>(params Func<Task<T>>[] calls)
    {
        var asked = 0;
        var all = new TaskCompletionSource();
        _fixture.Silo.Users.AfterRead = () =>
        {
            if (Interlocked.Increment(ref asked) >= calls.Length)
            {
                all.TrySetResult();
            }

            return all.Task;
        };
        var results = await Task.WhenAll(calls.Select(call => call())).WaitAsync(Timeout);
        _fixture.Silo.Users.AfterRead = null;
        return results;
    }

    private static async Task<string?> Status(Task<Result> call) => (await call).Error?.Status;

    private static async Task<string?> Status(Task<Result[]> call) => (await call)[0].Error?.Status;

    private static async Task<string?> Status(Task<Result<Contracts.SerializedResponse>> call) => (await call).Error?.Status;
}
