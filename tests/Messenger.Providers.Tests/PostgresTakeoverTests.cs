using Messenger.Ports;
using Messenger.Providers.Relational;
using Xunit;

namespace Messenger.Providers.Tests;

/// <summary>Two processes on one log: what one had not settled, and that it can write no more.</summary>
[Collection("PostgreSQL")]
[Trait("Needs", "Servers")]
public sealed class PostgresTakeoverTests(PostgresFixture fixture) : IAsyncLifetime
{
    private readonly Store _dying = Store.Postgres(fixture.ConnectionString, $"dying-{Guid.NewGuid():N}");
    private readonly Store _survivor = Store.Postgres(fixture.ConnectionString, $"survivor-{Guid.NewGuid():N}");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _dying.DisposeAsync();
        await _survivor.DisposeAsync();
    }

    [Fact]
    public async Task What_was_committed_and_not_settled_is_handed_over()
    {
        var (first, second, silent) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        await Said(_dying, first);
        await Said(_dying, second);
        await _dying.Log.Append(Sample.Said(silent, Sample.Message(1, "ann")) with { Notifies = false });

        Assert.Contains(_dying.Name, await _survivor.Takeover.Writers());
        Assert.Contains(_survivor.Name, await _survivor.Takeover.Writers());
        var unsettled = await _survivor.Takeover.Fence(_dying.Name);

        Assert.Equal(new[] { first, second }.Order(), unsettled.Order());
        Assert.Equal(unsettled, await _survivor.Takeover.Fence(_dying.Name));
    }

    [Fact]
    public async Task A_conversation_is_unsettled_until_its_last_entry_is()
    {
        var at = Guid.NewGuid();
        await Said(_dying, at);
        await _dying.Log.Append(Sample.Said(at, Sample.Message(2, "ann")));

        _dying.Log.Settled(at);
        await _dying.Log.Append(new(Guid.NewGuid(), 0) { Receipts = [Sample.Receipt("ann", "1")], Notifies = false });
        Assert.Equal([at], await Journal());

        _dying.Log.Settled(at);
        await Until.True(async () => (await Journal()).Length == 0);
    }

    [Fact]
    public async Task A_fenced_writer_commits_nothing_any_more()
    {
        var at = Guid.NewGuid();
        await Said(_dying, at);

        await _survivor.Takeover.Fence(_dying.Name);

        // The take-over ended its connection: it may hear of that first.
        var outcome = await _dying.Log.Append(Sample.Said(at, Sample.Message(2, "ann")));
        Assert.Contains(outcome, new[] { LogOutcome.Fenced, LogOutcome.Unknown });
        Assert.Equal(LogOutcome.Fenced, await _dying.Log.Append(Sample.Said(Guid.NewGuid(), Sample.Message(1, "ann"))));
        Assert.Equal(1, (await _survivor.Log.Load(at))!.Head);
        Assert.Equal(LogOutcome.Committed, await _survivor.Log.Append(Sample.Said(at, Sample.Message(2, "bob"))));
    }

    [Fact]
    public async Task A_retired_name_is_forgotten_and_still_cannot_write()
    {
        await Said(_dying, Guid.NewGuid());
        await _survivor.Takeover.Retire(_dying.Name);
        Assert.Contains(_dying.Name, await _survivor.Takeover.Writers());

        await _survivor.Takeover.Fence(_dying.Name);
        await _survivor.Takeover.Retire(_dying.Name);

        Assert.DoesNotContain(_dying.Name, await _survivor.Takeover.Writers());
        Assert.NotEqual(LogOutcome.Committed, await _dying.Log.Append(Sample.Said(Guid.NewGuid(), Sample.Message(1, "ann"))));
        Assert.Equal(LogOutcome.Fenced, await _dying.Log.Append(Sample.Said(Guid.NewGuid(), Sample.Message(1, "ann"))));
    }

    [Fact]
    public async Task A_name_can_be_fenced_before_its_first_commit()
    {
        Assert.Empty(await _survivor.Takeover.Fence(_dying.Name));

        Assert.Equal(LogOutcome.Fenced, await _dying.Log.Append(Sample.Said(Guid.NewGuid(), Sample.Message(1, "ann"))));
    }

    [Fact]
    public async Task A_fenced_writer_loads_nothing_and_raises_no_term()
    {
        var at = Guid.NewGuid();
        await Said(_dying, at);
        var living = (await _survivor.Log.Load(at))!;
        await _survivor.Takeover.Fence(_dying.Name);

        // It has not heard of it: nothing it wrote since was refused.
        Assert.False(_dying.Commits.Fenced);
        await Assert.ThrowsAsync<WriterFencedException>(() => _dying.Log.Load(at));

        Assert.True(_dying.Commits.Fenced);
        await Assert.ThrowsAsync<WriterFencedException>(() => _dying.Log.Load(at));
        Assert.Equal(
            LogOutcome.Committed,
            await _survivor.Log.Append(new(at, living.Term) { Receipts = [Sample.Receipt("ann", "1")], Notifies = false }));
    }

    [Fact]
    public async Task Who_never_wrote_and_was_forgotten_loads_nothing()
    {
        var at = Guid.NewGuid();
        await Said(_survivor, at);
        await _dying.Log.Load(at);
        await _survivor.Takeover.Fence(_dying.Name);
        await _survivor.Takeover.Retire(_dying.Name);

        await Assert.ThrowsAsync<WriterFencedException>(() => _dying.Log.Load(at));
    }

    [Fact]
    public async Task A_load_says_whose_journals_name_the_conversation()
    {
        var (at, other) = (Guid.NewGuid(), Guid.NewGuid());
        await Said(_dying, at);
        await Said(_dying, other);

        var found = (await _survivor.Log.Load(at))!;
        Assert.Equal([_dying.Name], found.UndeliveredBy);
        Assert.Equal(0, found.Undelivered);
        Assert.Empty((await _dying.Log.Load(at))!.UndeliveredBy);
        Assert.Equal(1, (await _dying.Log.Load(at))!.Undelivered);
    }

    [Fact]
    public async Task A_conversation_that_left_in_order_is_in_no_journal_while_its_process_lives_on()
    {
        var (moved, untold) = (Guid.NewGuid(), Guid.NewGuid());
        await Said(_dying, moved);
        await Said(_dying, untold);
        _dying.Log.Settled(moved);

        await _dying.Log.Leave(moved);
        await _dying.Log.Leave(untold);

        Assert.Empty((await _survivor.Log.Load(moved))!.UndeliveredBy);
        Assert.Equal([_dying.Name], (await _survivor.Log.Load(untold))!.UndeliveredBy);
    }

    [Fact]
    public async Task Who_leaves_without_debts_gives_its_name_up_and_who_owes_something_does_not()
    {
        var at = Guid.NewGuid();
        await Said(_dying, at);
        _dying.Log.Settled(at);
        await Said(_survivor, Guid.NewGuid());

        await _dying.Log.Close();
        await _survivor.Log.Close();

        var third = Store.Postgres(fixture.ConnectionString, $"third-{Guid.NewGuid():N}");
        await using var _ = third;
        var names = await third.Takeover.Writers();
        Assert.DoesNotContain(_dying.Name, names);
        Assert.Contains(_survivor.Name, names);
        Assert.NotEqual(LogOutcome.Committed, await _dying.Log.Append(Sample.Said(at, Sample.Message(2, "ann"))));
        await Assert.ThrowsAsync<WriterFencedException>(() => _dying.Log.Load(at));
    }

    [Fact]
    public async Task Of_two_activations_the_second_to_write_is_fenced()
    {
        var at = Guid.NewGuid();

        var outcomes = await Task.WhenAll(
            _dying.Log.Append(Sample.Said(at, Sample.Message(1, "ann"))), _survivor.Log.Append(Sample.Said(at, Sample.Message(1, "bob"))));

        Assert.Equal([LogOutcome.Committed, LogOutcome.Fenced], outcomes.Order());
        Assert.Single(await _dying.Log.Read(at, new(1, 9), 9, newestFirst: false));
    }

    private static async Task Said(Store store, Guid at) => Assert.Equal(
        LogOutcome.Committed,
        await store.Log.Append(Sample.Said(at, Sample.Message(1, "ann")) with { Header = Sample.Conversation(Guid.NewGuid(), "ann") }));

    private async Task<Guid[]> Journal() => (await _survivor.Database.Read(
        "select unsettled from log_writer where name = @name",
        reader => Rows.All(reader, row => row.GetFieldValue<Guid[]>(0)),
        ("name", _dying.Name)))[0];
}
