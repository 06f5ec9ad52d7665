using Messenger.Ports;
using Xunit;

namespace Messenger.Providers.Tests.Conformance;

/// <summary>What <see cref="IMessageLog"/> promises, whatever is behind it.</summary>
public abstract class MessageLogConformance(Store store)
{
    private readonly Guid _conversation = Guid.NewGuid();

    protected IMessageLog Log => store.Log;

    [Fact]
    public async Task Of_two_creations_of_one_conversation_the_second_is_fenced_and_changes_nothing()
    {
        var (conversation, key) = (Guid.NewGuid(), Guid.NewGuid());
        var first = Sample.Created(conversation, key, dialog: false, "ann") with { Creates = true };
        var second = Sample.Created(conversation, key, dialog: false, "bob") with { Creates = true };

        Assert.Equal([LogOutcome.Committed, LogOutcome.Fenced], await Task.WhenAll(Log.Append(first), Log.Append(second)));
        Assert.Equal(first.Header, (await Log.Load(conversation))!.Header);
        Assert.Equal(LogOutcome.Fenced, await Log.Append(second));
        var state = (await Log.Load(conversation))!;
        Assert.Equal((first.Header, "ann"), (state.Header, Assert.Single(state.Members).UserId));
    }

    [Fact]
    public async Task A_dialog_comes_with_who_of_its_people_blacklists_the_other()
    {
        var (ann, bob, cid) = (Sample.User("ann"), Sample.User("bob"), Sample.User("cid"));
        var (dialog, group) = (Guid.NewGuid(), Guid.NewGuid());
        await Log.Append(Sample.Created(dialog, Guid.NewGuid(), dialog: true, ann, bob) with { Creates = true });
        await Log.Append(Sample.Created(group, Guid.NewGuid(), dialog: false, ann, bob) with { Creates = true });
        await store.Users.AddToBlackList(ann, cid);
        Assert.Empty((await Log.Load(dialog))!.Blacklisting!);
        await store.Users.AddToBlackList(bob, ann);
        Assert.Equal([bob], (await Log.Load(dialog))!.Blacklisting!);
        await store.Users.AddToBlackList(ann, bob);
        Assert.Equal(new[] { ann, bob }.Order(), (await Log.Load(dialog))!.Blacklisting!.Order());
        Assert.Empty((await Log.Load(group))!.Blacklisting!);

        // There is nobody left whom it could keep out.
        var term = (await Log.Load(dialog))!.Term;
        Assert.Equal(LogOutcome.Committed, await Log.Append(new(dialog, term) { Members = [Sample.Member(bob, 2, left: 1)], Notifies = false }));
        Assert.Empty((await Log.Load(dialog))!.Blacklisting!);
    }

    [Fact]
    public async Task Copies_are_found_with_all_others_of_their_key()
    {
        var (conversation, one, two) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        await Log.Append(Sample.Created(conversation, one, dialog: false, "ann", "bob"));
        SessionKeyRow[] copies = [Sample.Key(two, "ann") with { KeyEncrypted = "anew" }, Sample.Key(two, "bob") with { KeyEncrypted = "anew too" }];
        await Log.Append(new(conversation, 0) { NewKey = new SessionKeyHeader(two, $"{two}", Sample.Now), Keys = copies, Notifies = false });

        Assert.Equal(copies, (await Log.FindCopies(conversation, "ann", "anew")).OrderBy(row => row.UserId));
        Assert.Equal(
            [Sample.Key(one, "ann"), Sample.Key(one, "bob")], (await Log.FindCopies(conversation, "bob", "wrapped for bob")).OrderBy(row => row.UserId));
        Assert.Empty(await Log.FindCopies(conversation, "ann", "anew too"));
        Assert.Empty(await Log.FindCopies(Guid.NewGuid(), "ann", "anew"));
    }

    [Fact]
    public async Task An_entry_reads_back_whole()
    {
        var key = Guid.NewGuid();
        var created = Sample.Created(_conversation, key, false, "ann", "bob") with
        {
            Messages = [Sample.Message(1, "ann", body: null, eventType: "Added"), Sample.Message(2, "bob")],
            Receipts = [Sample.Receipt("bob", "1-2", "1-2")],
        };

        Assert.Equal(LogOutcome.Committed, await Log.Append(created));

        var state = await Log.Load(_conversation);
        Assert.NotNull(state);
        Assert.Equal(created.Header, state.Header);
        Assert.Equal(2, state.Head);
        Assert.Equal(Sample.Now + 2, state.LastCreated);
        Assert.Equal(created.Members, state.Members);
        Assert.Equal([created.NewKey!], state.Keys);
        Assert.Equal(created.Receipts, state.Receipts);
        Assert.Equal(created.Messages, await Log.Read(_conversation, new(1, long.MaxValue), 10, newestFirst: false));
        Assert.Equal(created.Keys[1], await Log.FindKey(_conversation, key, "bob"));
        Assert.Null(await Log.FindKey(_conversation, key, "eve"));
    }

    [Fact]
    public async Task What_is_not_there_is_null() => Assert.Null(await Log.Load(_conversation));

    [Fact]
    public async Task Rows_are_replaced_and_the_rest_is_left_as_it_is()
    {
        var key = Guid.NewGuid();
        var created = Sample.Created(_conversation, key, false, "ann", "bob");
        await Log.Append(created);
        var gone = Sample.Member("bob", 2, left: 7, nick: "b");
        var renamed = created.Header! with { Title = null, Deleted = false };

        await Log.Append(new(_conversation, 0) { Members = [gone], Header = renamed, Receipts = [Sample.Receipt("ann", "1")] });
        await Log.Append(new(_conversation, 0) { Receipts = [Sample.Receipt("ann", "1-3,5", "1-5")] });

        var state = await Log.Load(_conversation);
        Assert.Equal([created.Members[0], gone], state!.Members);
        Assert.Equal(renamed, state.Header);
        Assert.Equal([Sample.Receipt("ann", "1-3,5", "1-5")], state.Receipts);
    }

    [Fact]
    public async Task Of_entries_appended_together_the_last_stands()
    {
        var appended = Enumerable.Range(1, 200).Select(count => Log.Append(new(_conversation, 0)
        {
            Header = Sample.Conversation(Guid.Empty, "ann") with { UuidText = "same", SessionKeyText = "same", Title = $"{count}" },
            Members = [Sample.Member("ann", count)],
            Receipts = [Sample.Receipt("ann", $"{count}")],
        })).ToList();

        Assert.All(await Task.WhenAll(appended), outcome => Assert.Equal(LogOutcome.Committed, outcome));

        var state = await Log.Load(_conversation);
        Assert.Equal("200", state!.Header.Title);
        Assert.Equal(200, Assert.Single(state.Members).Position);
        Assert.Equal("200", Assert.Single(state.Receipts).Read.Text);
    }

    [Fact]
    public async Task A_page_is_contiguous_bounded_and_in_the_order_asked_for()
    {
        await Log.Append(Sample.Said(_conversation, [.. new long[] { 1, 2, 4, 5, 6, 9 }.Select(sequence => Sample.Message(sequence, "ann"))]));

        async Task<IEnumerable<long>> Page(long from, long to, int size, bool newestFirst) =>
            (await Log.Read(_conversation, new(from, to), size, newestFirst)).Select(row => row.Sequence);

        Assert.Equal([2, 4, 5], await Page(2, 100, 3, newestFirst: false));
        Assert.Equal([9, 6], await Page(1, long.MaxValue, 2, newestFirst: true));
        Assert.Equal([5, 4, 2], await Page(2, 5, 100, newestFirst: true));
        Assert.Empty(await Page(7, 8, 100, newestFirst: true));
    }

    [Fact]
    public async Task Rows_are_found_by_uuid()
    {
        var rows = new[] { Sample.Message(1, "ann"), Sample.Message(2, "ann"), Sample.Message(3, "ann") };
        await Log.Append(Sample.Said(_conversation, rows));

        var found = await Log.Find(_conversation, [rows[2].Uuid, Guid.NewGuid(), rows[0].Uuid]);

        Assert.Equal([rows[0], rows[2]], found.OrderBy(row => row.Sequence));
        Assert.Empty(await Log.Find(Guid.NewGuid(), [rows[0].Uuid]));
        Assert.Empty(await Log.Find(_conversation, []));
    }

    [Fact]
    public async Task Unread_are_the_rows_of_others_that_are_no_events_and_not_deleted()
    {
        await Log.Append(Sample.Said(
            _conversation,
            [
                Sample.Message(1, "bob"), Sample.Message(2, "ann"), Sample.Message(3, "bob", eventType: "Added"), Sample.Message(4, "bob"),
                Sample.Message(5, "cid"), Sample.Message(7, "bob"), Sample.Message(8, "bob"),
            ]));
        await Log.Append(new(_conversation, 0) { Marks = [new(5, Deleted: true, Objectionable: false)] });

        Task<int> Unread(params SequenceRange[] ranges) => Log.CountUnread(_conversation, "ann", ranges);

        Assert.Equal(4, await Unread(new SequenceRange(1, long.MaxValue)));
        Assert.Equal(3, await Unread(new SequenceRange(2, long.MaxValue)));
        Assert.Equal(2, await Unread(new SequenceRange(1, 6)));
        Assert.Equal(1, await Unread(new SequenceRange(5, 7), new SequenceRange(9, long.MaxValue)));
        Assert.Equal(2, await Unread(new SequenceRange(1, 3), new SequenceRange(8, 8)));
        Assert.Equal(0, await Unread());
    }

    [Fact]
    public async Task Every_stay_of_a_member_is_kept()
    {
        var key = Guid.NewGuid();
        await Log.Append(Sample.Created(_conversation, key, false, "ann", "bob"));
        var back = Sample.Member("bob", 3, joined: 9, nick: "n") with { Earlier = new("1-5,7"), Ended = new("6"), NickSince = 8 };
        await Log.Append(new(_conversation, 0) { Members = [back] });

        Assert.Equal([Sample.Member("ann", 1, admin: true), back], (await Log.Load(_conversation))!.Members);
    }

    [Fact]
    public async Task The_keys_of_an_account_that_ended_go_and_a_new_owners_come()
    {
        var (key, later) = (Guid.NewGuid(), Guid.NewGuid());
        await Log.Append(Sample.Created(_conversation, key, false, "ann", "bob"));
        await Log.Append(new(_conversation, 0) { NewKey = new(later, later.ToString(), Sample.Now), Keys = [Sample.Key(later, "ann"), Sample.Key(later, "bob")] });

        await Log.Append(new(_conversation, 0) { Ended = ["bob"] });

        Assert.Null(await Log.FindKey(_conversation, key, "bob"));
        Assert.Null(await Log.FindKey(_conversation, later, "bob"));
        Assert.NotNull(await Log.FindKey(_conversation, key, "ann"));

        // In whatever batches they come: what ends takes what was before it, and not what is after.
        await Task.WhenAll(
            Log.Append(new(_conversation, 0) { Keys = [Sample.Key(key, "bob")] }),
            Log.Append(new(_conversation, 0) { Ended = ["bob"] }),
            Log.Append(new(_conversation, 0) { Keys = [Sample.Key(later, "bob")] }));
        Assert.Null(await Log.FindKey(_conversation, key, "bob"));
        Assert.NotNull(await Log.FindKey(_conversation, later, "bob"));
    }

    [Fact]
    public async Task A_mark_deletes_or_objects_and_never_takes_back()
    {
        var row = Sample.Message(1, "ann");
        await Log.Append(Sample.Said(_conversation, row));

        await Log.Append(new(_conversation, 0) { Marks = [new(1, Deleted: false, Objectionable: true)] });
        await Log.Append(new(_conversation, 0) { Marks = [new(1, Deleted: true, Objectionable: false)] });
        await Log.Append(new(_conversation, 0) { Marks = [new(1, Deleted: false, Objectionable: false)] });

        var stored = Assert.Single(await Log.Find(_conversation, [row.Uuid]));
        Assert.Equal(row with { Deleted = true, Objectionable = true, Body = null, Iv = null }, stored);
    }

    [Fact]
    public async Task A_mark_may_come_in_the_batch_of_its_row()
    {
        var row = Sample.Message(1, "ann");

        await Task.WhenAll(
            Log.Append(Sample.Said(_conversation, row)),
            Log.Append(new(_conversation, 0) { Marks = [new(1, Deleted: true, Objectionable: false)] }),
            Log.Append(new(_conversation, 0) { Marks = [new(1, Deleted: false, Objectionable: true)] }));

        var stored = Assert.Single(await Log.Find(_conversation, [row.Uuid]));
        Assert.True(stored is { Deleted: true, Objectionable: true, Body: null, Iv: null });
    }

    [Fact]
    public async Task A_uuid_that_is_taken_fails_its_entry_and_nothing_else()
    {
        var first = Sample.Message(1, "ann");
        await Log.Append(Sample.Said(_conversation, first));
        var elsewhere = Guid.NewGuid();

        var outcomes = await Task.WhenAll(
            Log.Append(Sample.Said(_conversation, Sample.Message(2, "ann"))),
            Log.Append(Sample.Said(_conversation, first with { Sequence = 3 }) with { Members = [Sample.Member("eve", 1)] }),
            Log.Append(Sample.Said(elsewhere, first)),
            Log.Append(Sample.Said(_conversation, Sample.Message(4, "ann"))));

        Assert.Equal([LogOutcome.Committed, LogOutcome.Duplicate, LogOutcome.Committed, LogOutcome.Committed], outcomes);
        Assert.Equal([1, 2, 4], (await Log.Read(_conversation, new(1, 9), 9, false)).Select(row => row.Sequence));
        Assert.Single(await Log.Find(elsewhere, [first.Uuid]));
        await Log.Append(new(_conversation, 0) { Header = Sample.Conversation(Guid.NewGuid(), "ann") });
        Assert.Empty((await Log.Load(_conversation))!.Members);
    }

    [Fact]
    public async Task A_sequence_that_is_taken_fences_the_conversation_until_it_is_loaded()
    {
        await Log.Append(Sample.Said(_conversation, Sample.Message(1, "ann"), Sample.Message(2, "ann")));
        var elsewhere = Guid.NewGuid();

        var outcomes = await Task.WhenAll(
            Log.Append(Sample.Said(elsewhere, Sample.Message(1, "bob"))),
            Log.Append(Sample.Said(_conversation, Sample.Message(2, "ann"))),
            Log.Append(Sample.Said(_conversation, Sample.Message(3, "ann"))),
            Log.Append(Sample.Said(elsewhere, Sample.Message(2, "bob"))));
        var behind = await Log.Append(Sample.Said(_conversation, Sample.Message(3, "ann")));

        Assert.Equal([LogOutcome.Committed, LogOutcome.Fenced, LogOutcome.Fenced, LogOutcome.Committed], outcomes);
        Assert.Equal(LogOutcome.Fenced, behind);
        Assert.Equal([1, 2], (await Log.Read(_conversation, new(1, 9), 9, false)).Select(row => row.Sequence));

        await Log.Load(_conversation);
        Assert.Equal(LogOutcome.Committed, await Log.Append(Sample.Said(_conversation, Sample.Message(3, "ann"))));
    }

    [Fact]
    public async Task Who_loads_takes_over_and_the_one_before_changes_nothing_any_more()
    {
        var created = Sample.Created(_conversation, Guid.NewGuid(), false, "ann", "bob");
        await Log.Append(created);
        var before = (await Log.Load(_conversation))!.Term;
        var after = (await Log.Load(_conversation))!.Term;
        Assert.True(after > before);

        LogEntry Read(long term, string ranges) => new(_conversation, term) { Receipts = [Sample.Receipt("bob", ranges)] };
        Assert.Equal(LogOutcome.Fenced, await Log.Append(Read(0, "1-7")));
        await Log.Load(Guid.NewGuid());
        var mine = (await Log.Load(_conversation))!.Term;
        Assert.Equal(LogOutcome.Committed, await Log.Append(Read(mine, "1-2")));
        Assert.Equal(LogOutcome.Fenced, await Log.Append(Read(after, "1-9")));
        Assert.Equal(LogOutcome.Fenced, await Log.Append(new(_conversation, mine) { Members = [Sample.Member("bob", 9)] }));

        var state = (await Log.Load(_conversation))!;
        Assert.Equal([Sample.Receipt("bob", "1-2")], state.Receipts);
        Assert.Equal(created.Members, state.Members);
    }

    [Fact]
    public async Task A_change_under_a_passed_term_fails_alone_in_its_batch()
    {
        var others = Enumerable.Range(0, 20).Select(_ => Guid.NewGuid()).ToList();
        await Log.Append(Sample.Created(_conversation, Guid.NewGuid(), false, "ann"));
        await Log.Load(_conversation);

        var outcomes = await Task.WhenAll(others.Append(_conversation).Select(at =>
            Log.Append(new(at, 0) { Receipts = [Sample.Receipt("ann", "1")], Notifies = false })));

        Assert.All(outcomes[..^1], outcome => Assert.Equal(LogOutcome.Committed, outcome));
        Assert.Equal(LogOutcome.Fenced, outcomes[^1]);
    }

    [Fact]
    public async Task Many_bad_entries_in_one_batch_fail_alone()
    {
        var taken = Sample.Message(1, "ann");
        var conversations = Enumerable.Range(0, 100).Select(_ => Guid.NewGuid()).ToList();
        await Task.WhenAll(conversations.Select(at => Log.Append(Sample.Said(at, taken))));

        var outcomes = await Task.WhenAll(conversations.Select((at, index) => Log.Append(Sample.Said(
            at, index % 10 == 0 ? taken with { Sequence = 2 } : Sample.Message(2, "ann")))));

        Assert.All(
            outcomes.Index(),
            outcome => Assert.Equal(outcome.Index % 10 == 0 ? LogOutcome.Duplicate : LogOutcome.Committed, outcome.Item));
    }

    /// <summary>The same of both stores, whatever one of them could keep.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(0xD800)]
    [InlineData(0xDC00)]
    public async Task A_value_that_no_store_takes_is_refused_alone_and_closes_nothing(int unit)
    {
        var bad = $"a{(char)unit}b";
        var second = Guid.NewGuid();
        var outcomes = await Task.WhenAll(
            Log.Append(Sample.Said(_conversation, Sample.Message(1, "ann"))),
            Log.Append(Sample.Said(second, Sample.Message(1, "ann", body: bad))),
            Log.Append(Sample.Said(_conversation, Sample.Message(2, "ann", body: bad))),
            Log.Append(Sample.Said(_conversation, Sample.Message(3, "bob", body: "a\ud83d\ude00b"))),
            Log.Append(Sample.Said(second, Sample.Message(2, "bob"))));

        Assert.Equal([LogOutcome.Committed, LogOutcome.Refused, LogOutcome.Refused, LogOutcome.Committed, LogOutcome.Committed], outcomes);
        var kept = await Log.Read(_conversation, new SequenceRange(1, long.MaxValue), 10, newestFirst: false);
        Assert.Equal([1, 3], kept.Select(row => row.Sequence));
        Assert.Equal("a\ud83d\ude00b", kept[1].Body);
    }

    [Fact]
    public async Task What_is_handed_in_behind_a_refused_change_waits_for_a_load_and_other_conversations_do_not()
    {
        var other = Guid.NewGuid();
        await Log.Append(Sample.Created(_conversation, Guid.NewGuid(), false, "ann"));
        await Log.Append(Sample.Created(other, Guid.NewGuid(), false, "ann"));
        var outcomes = await Task.WhenAll(
            Log.Append(new(_conversation, 0) { Members = [Sample.Member("ann", 1) with { Nick = "a\0b" }] }),
            Log.Append(Sample.Said(_conversation, Sample.Message(1, "ann"))),
            Log.Append(Sample.Said(other, Sample.Message(1, "ann"))));

        Assert.Equal([LogOutcome.Refused, LogOutcome.Fenced, LogOutcome.Committed], outcomes);
        await Log.Load(_conversation);
        Assert.Equal(LogOutcome.Committed, await Log.Append(Sample.Said(_conversation, Sample.Message(1, "ann"))));
    }

    [Fact]
    public async Task Appenders_side_by_side_share_transactions_and_keep_their_order()
    {
        const int appenders = 50;
        const int each = 40;
        var before = store.Commits.Transactions;

        var outcomes = await Task.WhenAll(Enumerable.Range(0, appenders).SelectMany(_ =>
        {
            var at = Guid.NewGuid();
            return Enumerable.Range(1, each).Select(sequence => Log.Append(Sample.Said(at, Sample.Message(sequence, "ann")) with
            {
                Conversation = at,
                Receipts = [Sample.Receipt("ann", $"1-{sequence}")],
                Header = sequence == 1 ? Sample.Conversation(Guid.NewGuid(), "ann") with { Title = $"{at}" } : null,
            })).ToList();
        }));

        Assert.All(outcomes, outcome => Assert.Equal(LogOutcome.Committed, outcome));
        Assert.InRange(store.Commits.Transactions - before, 1, appenders * each / 4);
    }

    [Fact]
    public async Task A_tombstone_stays_and_the_rest_is_purged_in_steps()
    {
        // What other tests left on this store goes first.
        while (await Log.Purge(1000) > 0)
        {
        }

        var key = Guid.NewGuid();
        var created = Sample.Created(_conversation, key, false, "ann", "bob");
        var other = Sample.Created(Guid.NewGuid(), key, false, "ann", "bob") with { Messages = [Sample.Message(1, "ann")] };
        await Log.Append(created with
        {
            Messages = [.. Enumerable.Range(1, 20).Select(sequence => Sample.Message(sequence, "ann"))],
            Receipts = [Sample.Receipt("bob", "1-20")],
        });
        await Log.Append(other);
        await Log.Append(new(_conversation, 0) { Header = created.Header! with { Deleted = true } });
        Assert.True((await Log.Load(_conversation))!.Header.Deleted);

        Assert.Equal(7, await Log.Purge(7));
        Assert.Equal(7, await Log.Purge(7));
        Assert.Equal(20 + 2 + 2 + 1 + 1 - 14, await Log.Purge(1000));
        Assert.Equal(0, await Log.Purge(1000));

        var left = await Log.Load(_conversation);
        Assert.Equal(created.Header with { Deleted = true }, left!.Header);
        Assert.Equal(0, left.Head);
        Assert.Empty(left.Members);
        Assert.Empty(left.Receipts);
        Assert.Empty(left.Keys);
        Assert.Null(await Log.FindKey(_conversation, key, "ann"));
        Assert.Equal(1, (await Log.Load(other.Conversation))!.Head);
        Assert.Equal(2, (await Log.Load(other.Conversation))!.Members.Count);
    }
}
