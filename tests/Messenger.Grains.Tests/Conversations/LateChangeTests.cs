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
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private Stage _stage = null!;

    public async Task InitializeAsync() => _stage = await Stage.Open();

    public async Task DisposeAsync() => await _stage.DisposeAsync();

    /// <summary>Each of these has to look an old message up; its caller is kicked meanwhile.</summary>
    [Theory]
    [InlineData("reply")]
    [InlineData("delivered")]
    [InlineData("read")]
    [InlineData("all read")]
    [InlineData("file")]
    public async Task Who_is_kicked_while_the_log_is_read_changes_nothing(string what)
    {
        var scene = await _stage.Group(3);
        var kicked = scene.Cast[2];
        var own = scene.Message() with { HasFiles = true };
        await scene.Send(kicked, own);
        var others = await scene.Sent(scene.Cast[0]);
        await Told.Until(() => _stage.Silo.Log.Unsettled.Count == 0);
        await _stage.Silo.Deactivate(scene.Grain);
        await scene.Grain.GetMembersList(kicked, new RequestGetMembersList(scene.Uuid));

        var change = await While(
            () => what switch
            {
                "reply" => Status(scene.Send(kicked, scene.Message(reply: Guid.Parse(others.Uuid)))),
                "delivered" => Status(scene.Grain.Delivered(kicked, new[] { new MessageDelivered(scene.Uuid, others.Uuid) }.AsImmutable())),
                "read" => Status(scene.Grain.Readed(kicked, new[] { new RequestMessagesReaded(scene.Uuid, [others.Uuid]) }.AsImmutable())),
                "all read" => Status(scene.Grain.MarkAllReaded(kicked, new RequestMarkAllReaded(scene.Uuid))),
                _ => Status(scene.Grain.AddFile(kicked, own.MessageUuid, new(Guid.NewGuid(), "n", "n", null, "m", 1, 1, null, 5))),
            },
            () => scene.Grain.Kick(scene.Cast[0], new RequestKickUser(scene.Uuid, kicked.UserId)));

        Assert.Equal(Statuses.NotFound, change);
        Assert.Equal(EventTypes.Kicked, _stage.Silo.Log.Committed[^1].Messages.Single().EventType);
    }

    /// <summary>Who has left deletes what was their own, and loses an admin's right over the rest.</summary>
    [Fact]
    public async Task An_admin_who_is_kicked_while_the_log_is_read_deletes_their_own_alone()
    {
        var scene = await _stage.Group(3);
        var (kicked, others) = (scene.Cast[2], (await scene.Sent(scene.Cast[1])).Uuid);
        var own = (await scene.Sent(kicked)).Uuid;
        Assert.Null((await scene.Grain.ChangeToAdmin(scene.Cast[0], new RequestChangeToAdmin(scene.Uuid, kicked.UserId))).Refusal);
        await Told.Until(() => _stage.Silo.Log.Unsettled.Count == 0);
        await _stage.Silo.Deactivate(scene.Grain);
        await scene.Grain.GetMembersList(kicked, new RequestGetMembersList(scene.Uuid));

        var change = await While(
            () => Status(scene.Grain.DeleteMessages(kicked, new RequestDeleteMessages(scene.Uuid, [own, others]))),
            () => scene.Grain.Kick(scene.Cast[0], new RequestKickUser(scene.Uuid, kicked.UserId)));

        Assert.Equal(Statuses.Forbidden, change);
        Assert.Equal(EventTypes.Kicked, _stage.Silo.Log.Committed[^1].Messages.Single().EventType);
        Assert.Null((await scene.Grain.DeleteMessage(kicked, new RequestDeleteMessage(scene.Uuid, own))).Refusal);
    }

    [Fact]
    public async Task Who_is_blacklisted_while_the_log_is_read_does_not_write()
    {
        var scene = await _stage.Dialog();
        var old = await scene.Sent(scene.Cast[1]);
        await Told.Until(() => _stage.Silo.Log.Unsettled.Count == 0);
        await _stage.Silo.Deactivate(scene.Grain);
        await scene.Grain.GetMembersList(scene.Cast[0], new RequestGetMembersList(scene.Uuid));
        var status = await While(
            () => Status(scene.Send(scene.Cast[0], scene.Message(reply: Guid.Parse(old.Uuid)))),
            async () =>
            {
                await _stage.Silo.Users.AddToBlackList(scene.Cast[1].UserId, scene.Cast[0].UserId);
                await scene.Grain.BlackListChanged();
            });
        Assert.Equal(Statuses.Forbidden, status);
    }

    [Fact]
    public async Task A_message_that_is_deleted_while_it_is_reported_stays_deleted()
    {
        var scene = await _stage.Group(3);
        var sent = await scene.Sent(scene.Cast[0]);
        var (kept, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        _stage.Silo.Reports.AfterAdd = () =>
        {
            kept.SetResult();
            return goOn.Task;
        };
        var reporting = scene.Grain.ReportMessage(scene.Cast[1], new AddMessageReport(scene.Uuid, sent.Uuid, null));
        await kept.Task.WaitAsync(Patience);
        Assert.Equal(Answer.Ok, await scene.Grain.DeleteMessage(scene.Cast[0], new RequestDeleteMessage(scene.Uuid, sent.Uuid)));
        goOn.SetResult();
        Assert.Equal(Answer.Ok, await reporting.WaitAsync(Patience));
        var seen = await scene.See(scene.Cast[1], sent.Uuid);
        Assert.Equal((true, true, (string?)null), (seen.Deleted, seen.Objectionable, seen.BodyEncryptedBase64));
    }

    [Fact]
    public async Task Of_two_who_create_one_uuid_at_once_one_has_it_and_the_other_is_told_so()
    {
        // As every real log does: an answer comes in a later turn.
        _stage.Silo.Log.AfterRead = async () => await Task.Yield();
        foreach (var alone in new[] { false, true })
        {
            var cast = new[] { await _stage.Person(0), await _stage.Person(1), await _stage.Person(2) };
            var mine = new Scene(_stage, Guid.NewGuid(), Guid.NewGuid(), alone ? cast[..1] : cast);
            var yours = mine with { Cast = alone ? [cast[1]] : [cast[1], cast[0], cast[2]] };
            var both = await Together(
                () => mine.Grain.Create(cast[0], mine.Request(dialog: false)), () => yours.Grain.Create(cast[1], yours.Request(dialog: false)));
            Assert.Equal([null, Statuses.Conflict], both.Select(answer => answer.Refusal?.Status).Order());
            Assert.Single(_stage.Silo.Log.Committed, entry => entry.Conversation == mine.Id);

            var again = mine with { Id = Guid.NewGuid() };
            both = await Together(
                () => again.Grain.Create(cast[0], again.Request(dialog: false)), () => again.Grain.Create(cast[0], again.Request(dialog: false)));
            Assert.All(both, answer => Assert.Equal(again.Uuid, answer.Value?.Conversation.Uuid));
            Assert.Single(_stage.Silo.Log.Committed, entry => entry.Conversation == again.Id);
        }
    }

    [Fact]
    public async Task Who_creates_what_another_silo_has_just_created_is_told_so()
    {
        var cast = new[] { await _stage.Person(0), await _stage.Person(1) };
        var mine = new Scene(_stage, Guid.NewGuid(), Guid.NewGuid(), [cast[0]]);
        var key = new SessionKeyHeader(Guid.NewGuid(), "key", 1);
        var elsewhere = new LogEntry(mine.Id, 0)
        {
            Creates = true,
            Header = new ConversationRow(mine.Uuid, false, null, cast[1].UserId, key.Uuid, key.UuidText, 1, false, 1, false),
            Members = [new MemberRow(cast[1].UserId, true, null, 1, null, 0)],
            NewKey = key,
        };
        _stage.Silo.Log.Before = async entry =>
        {
            if (!ReferenceEquals(entry, elsewhere))
            {
                _stage.Silo.Log.Before = null;
                _stage.Silo.Log.Write(elsewhere);
            }

            await Task.CompletedTask;
        };
        Assert.Equal(Statuses.Conflict, (await mine.Grain.Create(cast[0], mine.Request(dialog: false))).Refusal?.Status);
    }

    [Fact]
    public async Task A_re_key_said_again_after_somebody_elses_makes_no_third_key_and_one_copy_more_is_another_key()
    {
        var scene = await _stage.Group(3);
        var mine = Keys(scene, "mine", 0, 1, 2);
        var first = await Rekey(scene, 0, mine);
        var second = await Rekey(scene, 1, Keys(scene, "yours", 0, 1, 2));
        Assert.Equal(first, await Rekey(scene, 0, mine));
        Assert.Equal(2, Rekeyed(scene));

        var late = await _stage.Person(8);
        Caller[] everyone = [.. scene.Cast, late];

        // Another order is the same; one changed copy, another signature, another actor or one copy more is not.
        Assert.Equal(first, await Rekey(scene, 0, [mine[2], mine[1], mine[0]]));
        Assert.Equal(2, Rekeyed(scene));
        SessionKeyValue[][] others =
        [
            [mine[0], mine[1] with { KeyEncryptedBase64 = "else" }, mine[2]],
            [mine[0], mine[1] with { SignatureBase64 = "else" }, mine[2]],
            [.. mine, Scene.Value(late.UserId) with { KeyEncryptedBase64 = "late" }],
        ];
        var made = second;
        for (var i = 0; i < others.Length; i++)
        {
            if (others[i].Length > 3)
            {
                // A key names everyone who is there: one copy more is for one person more.
                Assert.Null((await scene.Grain.AddMember(scene.Cast[0], new RequestAddMember(scene.Uuid, made, Scene.Value(late.UserId)))).Refusal);
            }

            made = await Rekey(scene, 0, others[i]);
            Assert.Equal(3 + i, Rekeyed(scene));
            foreach (var copy in others[i])
            {
                var own = Array.Find(everyone, person => person.UserId == copy.UserId)!;
                var kept = (await scene.Grain.GetSessionKey(own, new RequestGetSessionKey(scene.Uuid, made))).Value!.SessionKey;
                Assert.Equal(copy.KeyEncryptedBase64, kept.KeyEncryptedBase64);
            }
        }

        Assert.NotEqual(made, await Rekey(scene, 1, others[^1]));
        Assert.NotEqual(first, second);
    }

    [Fact]
    public async Task The_same_re_key_twice_at_once_is_one_key()
    {
        var scene = await _stage.Group(3);
        var keys = Keys(scene, "mine", 0, 1, 2);
        var reads = 0;
        var both = new TaskCompletionSource();
        _stage.Silo.Log.AfterRead = () =>
        {
            if (Interlocked.Increment(ref reads) >= 2)
            {
                both.TrySetResult();
            }

            return both.Task;
        };
        var made = await Task.WhenAll(Rekey(scene, 0, keys), Rekey(scene, 0, keys)).WaitAsync(Patience);
        Assert.Equal(made[0], made[1]);
        Assert.Equal(1, Rekeyed(scene));
    }

    [Fact]
    public async Task Two_avatars_at_once_are_two_events_and_the_same_twice_is_one()
    {
        var scene = await _stage.Group(2);
        _stage.Silo.Log.AfterRead = async () => await Task.Yield();
        var (one, two) = (new Contracts.AvatarFile(Guid.NewGuid(), "m", 1), new Contracts.AvatarFile(Guid.NewGuid(), "m", 1));
        var setting = new List<Task>();
        foreach (var avatar in new[] { one, one, two })
        {
            await _stage.Told.Begins(nameof(scene.Grain.SetAvatar), () => setting.Add(scene.Grain.SetAvatar(scene.Cast[0], avatar)));
        }

        await Task.WhenAll(setting).WaitAsync(Patience);
        var entries = _stage.Silo.Log.Committed.Where(entry => entry.Avatar is not null).Select(entry => entry.Avatar!.File).ToList();
        Assert.Equal(2, entries.Distinct().Count());
        Assert.Equal(2, entries.Count);
    }

    [Fact]
    public async Task A_reply_answers_a_message_that_is_taken_before_it_and_not_itself()
    {
        var scene = await _stage.Group(2);
        var (good, bad) = (scene.Message(), scene.Message() with { SessionKeyUuid = Guid.NewGuid().ToString() });
        var itself = Guid.NewGuid();
        var later = scene.Message();
        var answers = await scene.Grain.AddMessages(scene.Cast[0], new[]
        {
            bad, scene.Message(reply: Guid.Parse(bad.MessageUuid)), scene.Message(itself, itself), scene.Message(reply: Guid.Parse(later.MessageUuid)),
            good, scene.Message(reply: Guid.Parse(good.MessageUuid)), later,
        }.AsImmutable());
        Assert.Equal([false, false, false, false, true, true, true], answers.Select(answer => answer.Refusal is null));
        Assert.All(answers[..4], answer => Assert.Equal(Statuses.BadRequest, answer.Refusal!.Status));
    }

    private static SessionKeyValue[] Keys(Scene scene, string what, params int[] people) =>
        [.. people.Select(at => Scene.Value(scene.Cast[at].UserId) with { KeyEncryptedBase64 = $"{what}-{at}", SignatureBase64 = what })];

    private static async Task<string> Rekey(Scene scene, int who, SessionKeyValue[] keys) =>
        (await scene.Grain.AddNewSessionKeys(scene.Cast[who], new RequestAddNewSessionKeys(scene.Uuid, keys))).Value!.SessionKeyUuid;

    private int Rekeyed(Scene scene) => _stage.Silo.Log.Committed.Count(entry => entry.Conversation == scene.Id && entry.NewKey is not null && !entry.Creates);

    /// <summary>Begins one call, lets another happen when the first has seen what it reads, and lets it go on.</summary>
    private async Task<string?> While(Func<Task<string?>> change, Func<Task> meanwhile)
    {
        var (seen, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        _stage.Silo.Log.AfterRead = () =>
        {
            _stage.Silo.Log.AfterRead = null;
            seen.SetResult();
            return goOn.Task;
        };
        var changing = change();
        await seen.Task.WaitAsync(Patience);
        await meanwhile().WaitAsync(Patience);
        goOn.SetResult();
        return await changing.WaitAsync(Patience);
    }

    /// <summary>Both have asked the directory before either goes on.</summary>
    private async Task<T[]> Together<T>(params Func<Task<T>>[] calls)
    {
        var asked = 0;
        var all = new TaskCompletionSource();
        _stage.Silo.Users.AfterRead = () =>
        {
            if (Interlocked.Increment(ref asked) >= calls.Length)
            {
                all.TrySetResult();
            }

            return all.Task;
        };
        var answers = await Task.WhenAll(calls.Select(call => call())).WaitAsync(Patience);
        _stage.Silo.Users.AfterRead = null;
        return answers;
    }

    private static async Task<string?> Status(Task<Answer> call) => (await call).Refusal?.Status;

    private static async Task<string?> Status(Task<Answer[]> call) => (await call)[0].Refusal?.Status;

    private static async Task<string?> Status(Task<Answer<Contracts.Accepted>> call) => (await call).Refusal?.Status;
}
