using Messenger.Ports;
using Xunit;

namespace Messenger.Providers.Tests.Conformance;

/// <summary>What <see cref="IPreferences"/> promises, whatever is behind it.</summary>
public abstract class PreferencesConformance(Store store)
{
    private readonly string _ann = Sample.User("ann");
    private readonly string _bob = Sample.User("bob");

    [Fact]
    public async Task What_was_put_is_there_and_an_older_version_never_replaces_it()
    {
        var group = await Group();
        var uuid = (await store.Changes.Read(_ann, [group]))[0].Header.UuidText;
        var first = new PreferenceRow(group, uuid, long.MaxValue, true, false, "opaque", 1);
        Assert.Equal(first, await store.Preferences.Put(_ann, first));
        var second = new PreferenceRow(group, uuid, 0, false, true, null, 2);
        Assert.Equal(second, await store.Preferences.Put(_ann, second));
        Assert.Equal(second, await store.Preferences.Put(_ann, first));
        Assert.Equal([second], await store.Preferences.Of(_ann, null));
        Assert.Empty(await store.Preferences.Of(_ann, [Guid.NewGuid()]));
        Assert.Empty(await store.Preferences.Of(_ann, []));
        Assert.Empty(await store.Preferences.Of(_bob, null));
        Assert.Equal(second, Assert.Single(await store.Changes.Read(_ann, [group])).Preferences);
        Assert.Null(Assert.Single(await store.Changes.Read(_bob, [group])).Preferences);
    }

    [Fact]
    public async Task Who_is_no_member_has_none_and_who_leaves_loses_them()
    {
        var (left, kicked, stays) = (await Group(), await Group(), await Group());
        Assert.Null(await store.Preferences.Put(Sample.User("cid"), Row(left)));
        Assert.Null(await store.Preferences.Put(_ann, Row(Guid.NewGuid())));
        foreach (var group in new[] { left, kicked, stays })
        {
            Assert.NotNull(await store.Preferences.Put(_ann, Row(group)));
            Assert.NotNull(await store.Preferences.Put(_bob, Row(group)));
        }

        await Commit(new(left, 0) { Members = [Sample.Member(_ann, 1, left: 1)], Removals = [new(_ann, RemovalReasons.Left, Sample.Now)], Notifies = false });
        await Commit(new(kicked, 0) { Members = [Sample.Member(_ann, 1, left: 1)], Ended = [_ann], Notifies = false });
        Assert.Equal([stays], (await store.Preferences.Of(_ann, null)).Select(row => row.Conversation));
        Assert.Equal(3, (await store.Preferences.Of(_bob, null)).Count);
        Assert.Null(await store.Preferences.Put(_ann, Row(left) with { Version = 9 }));

        // Who comes back begins anew.
        await Commit(new(left, 0) { Members = [Sample.Member(_ann, 1)], Notifies = false });
        Assert.Equal([stays], (await store.Preferences.Of(_ann, null)).Select(row => row.Conversation));
    }

    [Fact]
    public async Task A_change_of_them_is_a_change_for_their_owner_alone()
    {
        var group = await Group();
        var since = (await store.Changes.Now()).Position;
        await store.Preferences.Put(_ann, Row(group));
        Assert.Equal([group], await store.Changes.Changed(_ann, since, Guid.Empty, 10));
        Assert.Empty(await store.Changes.Changed(_bob, since, Guid.Empty, 10));
    }

    [Fact]
    public async Task What_is_muted_is_not_in_the_badge()
    {
        var (loud, muted, over) = (await Group(), await Group(), await Group());
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        await store.Preferences.Put(_ann, Row(muted) with { MutedUntil = long.MaxValue });
        await store.Preferences.Put(_ann, Row(over) with { MutedUntil = now - 1 });
        foreach (var group in new[] { loud, muted, over })
        {
            await Commit(Sample.Said(group, Sample.Message(1, _bob)));
        }

        Assert.Equal(new UnreadCount(2, IsMuted: true), await store.Unread.Unread(_ann, muted, 99));
        Assert.Equal(new UnreadCount(2, IsMuted: false), await store.Unread.Unread(_ann, over, 99));
        Assert.Equal(new UnreadCount(0, IsMuted: false), await store.Unread.Unread(_bob, muted, 99));
        Assert.Equal(1, Assert.Single(await store.Changes.Read(_ann, [muted])).Unread);
        Assert.Equal(new Dictionary<Guid, long> { [muted] = long.MaxValue }, await store.Preferences.Mutes(_ann, now));
    }

    [Fact]
    public async Task Totals_leave_one_out()
    {
        var (one, other) = (await Group(), await Group());
        await store.Preferences.Put(_ann, Row(one) with { Pinned = true, Data = "1234" });
        await store.Preferences.Put(_ann, Row(other) with { Pinned = true, Data = "12" });
        Assert.Equal(new PreferenceTotals(1, 2), await store.Preferences.Totals(_ann, one));
        Assert.Equal(new PreferenceTotals(0, 0), await store.Preferences.Totals(_bob, one));
    }

    private static PreferenceRow Row(Guid conversation) => new(conversation, "", 0, false, false, null, 1);

    private async Task<Guid> Group()
    {
        var conversation = Guid.NewGuid();
        await Commit(Sample.Created(conversation, Guid.NewGuid(), false, _ann, _bob));
        return conversation;
    }

    private async Task Commit(LogEntry entry) => Assert.Equal(LogOutcome.Committed, await store.Log.Append(entry));
}
