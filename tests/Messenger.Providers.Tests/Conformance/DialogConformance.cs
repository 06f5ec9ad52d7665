using Messenger.Ports;
using Messenger.Providers.Relational;
using Xunit;

namespace Messenger.Providers.Tests.Conformance;

/// <summary>Two people have one open dialog, whatever is behind it.</summary>
public abstract class DialogConformance(Store store, string engine)
{
    private readonly string _ann = Sample.User("ann");
    private readonly string _bob = Sample.User("bob");

    [Fact]
    public async Task Of_two_that_are_opened_at_once_one_is_there_and_of_the_other_nothing()
    {
        Guid[] both = [Guid.NewGuid(), Guid.NewGuid()];
        var outcomes = await Task.WhenAll(store.Log.Append(Opened(both[0], _ann, _bob)), store.Log.Append(Opened(both[1], _bob, _ann)));

        Assert.Equal([LogOutcome.Committed, LogOutcome.DialogTaken], outcomes.Order());
        var taken = Array.IndexOf(outcomes, LogOutcome.DialogTaken);
        Assert.Null(await store.Log.Load(both[taken]));
        Assert.Equal((await store.Log.Load(both[1 - taken]))!.Header.UuidText, await Open());
        Assert.Equal([both[1 - taken]], await store.Conversations.DialogsOf(_ann, _bob));

        // Who lost may use the same uuid with somebody else.
        Assert.Equal(LogOutcome.Committed, await store.Log.Append(Opened(both[taken], _ann, Sample.User("cid"))));
    }

    [Fact]
    public async Task One_that_closes_makes_room_be_it_left_or_deleted()
    {
        foreach (var deleted in new[] { false, true })
        {
            var dialog = Guid.NewGuid();
            Assert.Equal(LogOutcome.Committed, await store.Log.Append(Opened(dialog, _ann, _bob)));
            Assert.Equal(LogOutcome.Committed, await store.Log.Append(await Closing(dialog, deleted)));
            Assert.Null(await Open());
        }

        Assert.Equal(LogOutcome.Committed, await store.Log.Append(Opened(Guid.NewGuid(), _bob, _ann)));
    }

    [Fact]
    public async Task Opened_and_closed_at_once_it_is_none()
    {
        var dialog = Guid.NewGuid();
        var opened = Opened(dialog, _ann, _bob);
        var closed = new LogEntry(dialog, 0) { Members = [opened.Members[0] with { LeftAt = 1 }], ClosesDialog = true, Notifies = false };
        Assert.Equal([LogOutcome.Committed, LogOutcome.Committed], await Task.WhenAll(store.Log.Append(opened), store.Log.Append(closed)));
        Assert.Equal(LogOutcome.Committed, await store.Log.Append(Opened(Guid.NewGuid(), _ann, _bob)));
    }

    /// <summary>As a process of the release before leaves it, which does not know the table.</summary>
    [Fact]
    public async Task A_row_of_one_that_was_closed_without_it_counts_for_nothing()
    {
        var dialog = Guid.NewGuid();
        await store.Log.Append(Opened(dialog, _ann, _bob));
        Assert.Equal(LogOutcome.Committed, await store.Log.Append(await Closing(dialog, deleted: false) with { ClosesDialog = false }));
        Assert.Null(await Open());
        Assert.Equal(LogOutcome.Committed, await store.Log.Append(Opened(Guid.NewGuid(), _ann, _bob)));
    }

    [Fact]
    public async Task Of_older_ones_the_migration_takes_the_one_written_last_and_the_next_follows_it()
    {
        Guid[] older = [Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid()];
        foreach (var (dialog, at) in older.Select((dialog, at) => (dialog, at)))
        {
            await store.Log.Append(Opened(dialog, _ann, _bob) with { OpensDialog = null, Creates = false });
            await store.Log.Append(Sample.Said(dialog, Sample.Message(1, _ann) with { Created = Sample.Now + new[] { 20, 30, 10 }[at] }));
        }

        Assert.Null(await Open());
        await store.Database.Write("delete from dialog_pair");
        await store.Database.Write(Filling());

        foreach (var next in new[] { 1, 0, 2 })
        {
            Assert.Equal((await store.Log.Load(older[next]))!.Header.UuidText, await Open());
            Assert.Equal(LogOutcome.DialogTaken, await store.Log.Append(Opened(Guid.NewGuid(), _bob, _ann)));
            Assert.Equal(LogOutcome.Committed, await store.Log.Append(await Closing(older[next], deleted: next == 0)));
        }

        Assert.Null(await Open());
    }

    private Task<string?> Open() => store.Conversations.OpenDialogOf(_bob, _ann);

    private static LogEntry Opened(Guid dialog, string one, string other) =>
        Sample.Created(dialog, Guid.NewGuid(), dialog: true, one, other) with { Creates = true, OpensDialog = DialogPair.Of(one, other) };

    private async Task<LogEntry> Closing(Guid dialog, bool deleted)
    {
        var state = (await store.Log.Load(dialog))!;
        return deleted
            ? new LogEntry(dialog, state.Term) { Header = state.Header with { Deleted = true }, ClosesDialog = true, Notifies = false }
            : new LogEntry(dialog, state.Term) { Members = [state.Members[0] with { LeftAt = 1 }], ClosesDialog = true, Notifies = false };
    }

    /// <summary>What the migration does with the dialogs that are there.</summary>
    private string Filling()
    {
        using var script = new StreamReader(typeof(Tables).Assembly.GetManifestResourceStream(
            typeof(Tables).Assembly.GetManifestResourceNames().Single(name => name.Contains($"{engine}/Migrations/", StringComparison.Ordinal) && name.Contains("0046_", StringComparison.Ordinal)))!);
        var text = script.ReadToEnd();
        return text[text.IndexOf("insert into", StringComparison.Ordinal)..];
    }
}
