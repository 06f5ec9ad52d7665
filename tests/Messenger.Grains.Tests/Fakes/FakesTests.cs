using Messenger.Contracts;
using Messenger.Grains.Conversations;
using Messenger.Grains.Views;
using Messenger.Ports;
using Xunit;

namespace Messenger.Grains.Tests.Fakes;

/// <summary>What the other tests stand on.</summary>
public sealed class FakesTests
{
    private static readonly Guid Id = Guid.NewGuid();
    private static readonly Guid Key = Guid.NewGuid();

    [Fact]
    public async Task A_silo_starts_on_the_fakes_and_stops()
    {
        await using var silo = await GrainSilo.Start();
        await silo.Grains.GetGrain<IConversationGrain>(Guid.NewGuid()).RequireResyncAfter("a dead writer");
    }

    [Fact]
    public async Task The_log_writes_a_sequence_once_and_a_uuid_once()
    {
        var log = new FakeLog();
        var row = Row(1, "a");
        Assert.Equal(LogOutcome.Committed, await log.Append(First(row)));
        Assert.Equal(LogOutcome.Fenced, await log.Append(new LogEntry(Id, 0) { Messages = [Row(1, "b")] }));
        Assert.Equal(LogOutcome.Duplicate, await log.Append(new LogEntry(Id, 0) { Messages = [row with { Sequence = 2 }] }));
        Assert.Equal([row], await log.Read(Id, new SequenceRange(0, long.MaxValue), 10, newestFirst: true));
        Assert.Equal([Id], log.Unsettled);
        log.Settled(Id);
        Assert.Empty(log.Unsettled);
    }

    [Fact]
    public async Task The_directory_counts_what_is_unread()
    {
        var log = new FakeLog();
        await log.Append(First(Row(1, "a"), Row(2, "b"), Row(3, "a"), Row(4, "a"), Row(5, "b") with { EventType = "Added" }) with
        {
            Receipts = [new ReceiptRow("b", new IntervalText("1-2"), new IntervalText("1-4"))],
        });
        var sync = Assert.Single(await log.Sync("b"));
        Assert.Equal(2, sync.Unread);
        Assert.Equal((await log.Read(Id, new SequenceRange(3, 3), 1, newestFirst: false))[0].UuidText, sync.FirstUnread);
        Assert.Equal(5, sync.Last?.Sequence);
        Assert.Equal(2, await log.CountUnread(Id, "b", [new SequenceRange(3, 9)]));
        Assert.Equal(["a"], await log.CompanionsOf("b"));
    }

    private static LogEntry First(params MessageRow[] rows) => new(Id, 0)
    {
        Header = new ConversationRow(Id.ToString(), true, null, "a", Key, Key.ToString(), 1, false, 0, false),
        Members = [new MemberRow("a", true, null, 1, null, 0), new MemberRow("b", true, null, 1, null, 1)],
        Messages = rows,
    };

    private static MessageRow Row(long sequence, string author)
    {
        var uuid = Guid.NewGuid();
        return new MessageRow(sequence, uuid, uuid.ToString(), author, Key.ToString(), "iv", "body", sequence, false, null, null, false, false, null);
    }
}
