using System.Text.Json;
using CsCheck;
using Messenger.Contracts;
using Messenger.Grains.Tests.Fakes;
using Messenger.Ports;
using Messenger.Protocol;
using Orleans.Concurrency;
using Xunit;

namespace Messenger.Grains.Tests.Conversations;

/// <summary>
/// Random joins, leaves, kicks, comebacks, ends of accounts, messages, receipts, deletions and restarts, several of them under way at once. What the
/// log has in the end says by itself who was there at each place: everything that was told, is counted and can be seen must follow from that.
/// </summary>
public sealed class AudienceModelTests : IAsyncLifetime
{
    private const int People = 5;

    /// <summary>What a reader gets in one page: a life is shorter.</summary>
    private const int Page = 100;

    private static readonly Gen<Act> AnyAct = Gen.Frequency(
        (6, Gen.Const(Kind.Send)), (3, Gen.Const(Kind.Join)), (2, Gen.Const(Kind.Kick)), (2, Gen.Const(Kind.Leave)),
        (5, Gen.Const(Kind.Read)), (2, Gen.Const(Kind.Deliver)), (1, Gen.Const(Kind.Delete))).SelectMany(
        kind => Gen.Select(Gen.Int[0, People - 1], Gen.Int[0, 9]).Select((who, back) => new Act(kind, who, back)));

    /// <summary>At once; or alone, because what it covers depends on what came before it.</summary>
    private static readonly Gen<Act[]> AnyStep = Gen.Frequency(
        (8, AnyAct.Array[1, 4]),
        (1, Gen.Int[0, People - 1].Select(who => new[] { new Act(Kind.ReadAll, who, 0) })),
        (1, Gen.Int[1, People - 1].Select(who => new[] { new Act(Kind.EndAccount, who, 0) })),
        (1, Gen.Const(new[] { new Act(Kind.Restart, 0, 0) })));

    private ConversationFixture _fixture = null!;

    private enum Kind
    {
        Send,
        Join,
        Kick,
        Leave,
        Read,
        Deliver,
        Delete,
        ReadAll,
        EndAccount,
        Restart,
    }

    public async Task InitializeAsync() => _fixture = await ConversationFixture.Open();

    public async Task DisposeAsync() => await _fixture.DisposeAsync();

    [Fact]
    public async Task Who_hears_sees_and_counts_follows_from_the_log() =>
        await AnyStep.Array[5, 20].SampleAsync(steps => Live(steps), iter: 150, threads: 1);

    private async Task Live(Act[][] steps)
    {
        var tested = await _fixture.Group(People);
        var run = new ModelRun(tested);
        foreach (var step in steps)
        {
            await run.Take(step);
        }

        await run.Holds();
        await _fixture.Silo.Deactivate(tested.Grain);
        await run.Holds();
    }

    /// <param name="Back">Which of the newest messages it is about.</param>
    private readonly record struct Act(Kind Kind, int Who, int Back);

    private sealed class ModelRun(TestConversation tested)
    {
        private readonly List<string> _sent = [];
        private readonly HashSet<(string User, string Message)> _read = [];
        private readonly HashSet<(string User, string Message)> _delivered = [];

        /// <summary>The last sequence of an earlier owner of the number.</summary>
        private readonly Dictionary<string, long> _ended = [];

        private FakeLog Log => tested.Fixture.Silo.Log;

        /// <summary>The grain has had all of a step before any of it is on disk: what asks last is answered from memory, after all of them.</summary>
        public async Task Take(Act[] step)
        {
            var commit = new TaskCompletionSource();
            Log.Before = _ => commit.Task;
            var all = step.Select(Do).ToList();
            await tested.Grain.GetMembersList(tested.Members[0], new RequestGetMembersList(tested.Uuid));
            Log.Before = null;
            commit.SetResult();
            await Task.WhenAll(all);
        }

        public async Task Holds()
        {
            var log = await Log.Read(tested.Id, new SequenceRange(1, long.MaxValue), int.MaxValue, newestFirst: false);
            var there = Audiences(log);
            foreach (var person in tested.Members)
            {
                var id = person.UserId;
                var visible = log.Where(row => there[row.Sequence].Contains(id) && row.Sequence > _ended.GetValueOrDefault(id)).Reverse().ToList();
                var page = (await tested.Grain.GetMessages(person, new RequestGetMessages(tested.Uuid, null, Page))).Value?.Messages ?? [];
                Assert.Equal(visible.Select(row => row.UuidText), page.Select(message => message.Uuid));
                foreach (var (row, message) in visible.Zip(page))
                {
                    Assert.Equal(Counted(row, there[row.Sequence]), (message.Members, message.ReadedMembers, message.DeliveredMembers));
                    Assert.Equal(row.UserId == id || _read.Contains((id, row.UuidText)), message.Readed);
                }

                if ((await tested.Grain.Get(person, new RequestGetConversationFull(tested.Uuid, null))).Value is { } conversation)
                {
                    var unread = visible.Count(row => row is { IsEvent: false, Deleted: false } && row.UserId != id && !_read.Contains((id, row.UuidText)));
                    Assert.Equal(unread, conversation.Conversation.UnreadedCounter);
                }

                await Heard(person, log, there);
            }
        }

        private static HashSet<string> Seats(IEnumerable<string> people) => new(people, StringComparer.Ordinal);

        /// <summary>Who was there at each place: what the events of the log say, and nothing else.</summary>
        private Dictionary<long, HashSet<string>> Audiences(IReadOnlyList<MessageRow> log)
        {
            var present = Seats(tested.Members.Select(person => person.UserId));
            var there = new Dictionary<long, HashSet<string>>();
            foreach (var row in log)
            {
                if (row.EventType == EventTypes.Added)
                {
                    present.Add(row.EventUserId!);
                }

                there[row.Sequence] = Seats(present);
                if (row.EventType is EventTypes.Leaved or EventTypes.Kicked)
                {
                    present.Remove(row.EventUserId!);
                }
            }

            return there;
        }

        private (int Members, int Readed, int Delivered) Counted(MessageRow row, HashSet<string> audience)
        {
            var others = audience.Where(user => user != row.UserId).ToList();
            return (1 + others.Count, 1 + others.Count(user => _read.Contains((user, row.UuidText))), 1 + others.Count(user => _delivered.Contains((user, row.UuidText))));
        }

        /// <summary>Everybody hears each row of theirs once, in order, with the number of people it was for.</summary>
        private async Task Heard(Caller person, IReadOnlyList<MessageRow> log, Dictionary<long, HashSet<string>> there)
        {
            List<(string, int)> expected =
                [.. log.Where(row => there[row.Sequence].Contains(person.UserId)).Select(row => (row.UuidText, there[row.Sequence].Union([row.UserId]).Count()))];
            await DeliveryRecorder.Until(() => Messages().Count >= expected.Count);
            Assert.Equal(expected, Messages());

            List<(string, int)> Messages() =>
            [
                .. tested.Fixture.Deliveries.By(person).Where(one => one.Type == nameof(NotificationAddedMessageToConversation))
                    .Select(one => JsonDocument.Parse(one.Payload).RootElement.GetProperty("message"))
                    .Where(message => message.GetProperty("conversationUuid").GetString() == tested.Uuid)
                    .Select(message => (message.GetProperty("uuid").GetString()!, message.GetProperty("members").GetInt32())),
            ];
        }

        private async Task Do(Act act)
        {
            var (admin, me) = (tested.Members[0], tested.Members[act.Who]);
            var message = _sent.Count == 0 ? Guid.NewGuid().ToString() : _sent[Math.Max(0, _sent.Count - 1 - act.Back)];
            switch (act.Kind)
            {
                case Kind.Send:
                    if (await tested.Send(me) is { Value: { } accepted })
                    {
                        lock (_read)
                        {
                            _sent.Add(TestConversation.Read(accepted).Uuid);
                        }
                    }

                    break;
                case Kind.Join:
                    await tested.Grain.AddMember(admin, new RequestAddMember(tested.Uuid, tested.Key.ToString(), TestConversation.Value(me.UserId)));
                    break;
                case Kind.Kick:
                    await tested.Grain.Kick(admin, new RequestKickUser(tested.Uuid, me.UserId));
                    break;
                case Kind.Leave when act.Who > 0:
                    await tested.Grain.Leave(me, new RequestLeaveConversation(tested.Uuid));
                    break;
                case Kind.Read:
                    Received(me, message, (await tested.Grain.Readed(me, new[] { new RequestMessagesReaded(tested.Uuid, [message]) }.AsImmutable()))[0], read: true);
                    break;
                case Kind.Deliver:
                    Received(me, message, (await tested.Grain.Delivered(me, new[] { new MessageDelivered(tested.Uuid, message) }.AsImmutable()))[0], read: false);
                    break;
                case Kind.Delete:
                    await tested.Grain.DeleteMessage(me, new RequestDeleteMessage(tested.Uuid, message));
                    break;
                case Kind.ReadAll:
                    var result = await tested.Grain.MarkAllReaded(me, new RequestMarkAllReaded(tested.Uuid));
                    foreach (var one in (await tested.Grain.GetMessages(me, new RequestGetMessages(tested.Uuid, null, Page))).Value?.Messages ?? [])
                    {
                        Received(me, one.Uuid, result, read: true);
                    }

                    break;
                case Kind.EndAccount:
                    if (await tested.Grain.EndAccount(me) is { Error: null })
                    {
                        _ended[me.UserId] = (await Log.Read(tested.Id, new SequenceRange(1, long.MaxValue), 1, newestFirst: true))[0].Sequence;
                    }

                    break;
                case Kind.Restart:
                    await tested.Fixture.Silo.Deactivate(tested.Grain);
                    break;
            }
        }

        private void Received(Caller me, string message, Result result, bool read)
        {
            if (result.Error is null)
            {
                lock (_read)
                {
                    _delivered.Add((me.UserId, message));
                    _ = read && _read.Add((me.UserId, message));
                }
            }
        }
    }
}
