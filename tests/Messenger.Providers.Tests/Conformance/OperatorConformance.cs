using Messenger.Ports;
using Xunit;

namespace Messenger.Providers.Tests.Conformance;

/// <summary>What the operator's ports promise, whatever is behind them.</summary>
public abstract class OperatorConformance(Store store)
{
    [Fact]
    public async Task Reports_are_listed_newest_first_and_closed_once()
    {
        var subject = $"subject-{Guid.NewGuid():N}";
        foreach (var n in Enumerable.Range(0, 3))
        {
            await store.Reports.Add(new ReportRow("message", Sample.User($"ann{n}"), subject, n == 0 ? null : Guid.NewGuid(), "spam", n, AuthorId: null));
        }

        var open = (await store.Desk.List("open", null, 100)).Where(report => report.Report.Subject == subject).ToList();
        Assert.Equal([2L, 1L, 0L], open.Select(report => report.Report.Created));
        Assert.Equal([open[2].Id], (await store.Desk.List("open", open[1].Id, 1)).Select(report => report.Id));

        Assert.True(await store.Desk.Close(open[1].Id, "resolved", "alice", "done", 77));
        Assert.False(await store.Desk.Close(open[1].Id, "dismissed", "bob", null, 78));
        var closed = (await store.Desk.Find(open[1].Id))!;
        Assert.Equal(("resolved", "alice", "done", 77L), (closed.State, closed.ClosedBy, closed.Note, closed.ClosedAt));
        Assert.Contains(await store.Desk.List("resolved", null, 100), report => report.Id == open[1].Id);
        Assert.Contains(await store.Desk.List(null, null, 100), report => report.Id == open[1].Id);
        Assert.Null(await store.Desk.Find(long.MaxValue));
    }

    [Fact]
    public async Task The_audit_log_has_what_began_and_how_it_ended()
    {
        var at = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var begun = new AuditEntry(Guid.NewGuid(), at, "alice", "POST /x", "user", "::1", null, "why");
        var rejected = new AuditEntry(Guid.NewGuid(), at + 1, null, "GET /y", null, null, 401);
        await store.Audit.Enter(begun);
        await store.Audit.Enter(rejected);
        Assert.Equal([rejected, begun], (await store.Audit.List(at + 2, 2)));
        await store.Audit.Close(begun.Id, 200, null);
        Assert.Equal([begun with { Status = 200 }], await store.Audit.List(at + 1, 1));
        await store.Audit.Close(begun.Id, 200, "what");
        Assert.Equal([begun with { Status = 200, Detail = "what" }], await store.Audit.List(at + 1, 1));
    }

    [Fact]
    public async Task The_budget_of_SMS_holds_for_a_prefix_and_for_all_and_for_those_who_come_at_once()
    {
        var prefix = $"x{Guid.NewGuid():N}";
        var taken = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => store.Budget.Take("", prefix, 1_000_000, 10)));
        Assert.InRange(taken.Count(one => one is not null), 1, 10);
        for (var i = 0; i < 10; i++)
        {
            await store.Budget.Take("", prefix, 1_000_000, 10);
        }

        Assert.Null(await store.Budget.Take("", prefix, 1_000_000, 10));
        Assert.NotNull(await store.Budget.Take("owners:", prefix, 1_000_000, 10));
        Assert.NotNull(await store.Budget.Take("", $"{prefix}y", 1_000_000, 10));
        Assert.Null(await store.Budget.Take("", $"{prefix}z", 1, 10));
        Assert.Null(await store.Budget.Take("", $"{prefix}0", 1_000_000, 0));
        Assert.True((await store.Counts.Count()).SmsThisHour >= 2);

        // What is put back can be taken again, and no more than that.
        await store.Budget.GiveBack("", prefix, DateTimeOffset.UtcNow.ToUnixTimeSeconds() / 3600);
        Assert.NotNull(await store.Budget.Take("", prefix, 1_000_000, 10));
        Assert.Null(await store.Budget.Take("", prefix, 1_000_000, 10));
    }

    [Fact]
    public async Task The_badge_counts_what_is_unread_in_all_conversations()
    {
        var (ann, bob, key) = (Sample.User("ann"), Sample.User("bob"), Guid.NewGuid());
        Assert.Equal(0, (await store.Unread.Unread(ann, Guid.Empty, 999)).Badge);
        foreach (var read in new[] { "1-2", "" })
        {
            var group = Guid.NewGuid();
            var rows = new[] { Sample.Message(1, bob), Sample.Message(2, bob), Sample.Message(3, ann), Sample.Message(4, bob, eventType: "Renamed"), Sample.Message(5, bob) };
            Assert.Equal(LogOutcome.Committed, await store.Log.Append(
                Sample.Created(group, key, false, ann, bob) with { Messages = rows, Receipts = [Sample.Receipt(ann, read)] }));
        }

        Assert.Equal(1 + 3, (await store.Unread.Unread(ann, Guid.Empty, 999)).Badge);
        Assert.Equal(2, (await store.Unread.Unread(ann, Guid.Empty, 2)).Badge);
        Assert.Equal(2, (await store.Unread.Unread(bob, Guid.Empty, 999)).Badge);
    }

    [Fact]
    public async Task Old_messages_go_in_steps_and_the_newest_stays_as_a_shell()
    {
        var (user, old, young, quiet) = (Sample.User("ann"), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        MessageRow At(long sequence, long created) => Sample.Message(sequence, user) with { Created = created };
        async Task Say(Guid conversation, params MessageRow[] rows) => Assert.Equal(
            LogOutcome.Committed, await store.Log.Append(Sample.Created(conversation, Guid.NewGuid(), false, user) with { Messages = rows }));
        await Say(old, [.. Enumerable.Range(1, 8).Select(n => At(n, n))]);
        await Say(young, At(1, 5), At(2, 6), At(3, Sample.Now));
        await Say(quiet);

        var counted = await Round(10, 100, dryRun: true);
        Assert.Equal(10, counted);
        Assert.Equal(8, (await Rows(old)).Count);

        var (steps, removed, after) = (0, 0L, (Guid?)null);
        do
        {
            var step = await store.Retention.Step(10, after, 3, dryRun: false);
            Assert.True(step.Removed <= 4, $"a step of at most 3 removed {step.Removed}");
            (steps, removed, after) = (steps + 1, removed + step.Removed, step.Next);
        }
        while (after is not null);

        Assert.True(steps > 2);
        Assert.True(removed >= 10);
        var shell = Assert.Single(await Rows(old));
        Assert.True(shell is { Sequence: 8, Deleted: true, Body: null, Iv: null });
        Assert.Equal([3L], (await Rows(young)).Select(row => row.Sequence));
        Assert.False((await Rows(young))[0].Deleted);
        Assert.Equal(8, (await store.Log.Load(old))!.Head);
        Assert.Equal(0, await Round(10, 100, dryRun: false));
    }

    private Task<IReadOnlyList<MessageRow>> Rows(Guid conversation) => store.Log.Read(conversation, new SequenceRange(1, long.MaxValue), 100, newestFirst: false);

    private async Task<long> Round(long before, int max, bool dryRun)
    {
        var removed = 0L;
        var step = await store.Retention.Step(before, null, max, dryRun);
        for (removed += step.Removed; step.Next is not null; removed += step.Removed)
        {
            step = await store.Retention.Step(before, step.Next, max, dryRun);
        }

        return removed;
    }
}
