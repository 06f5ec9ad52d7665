using Messenger.Ports;
using Xunit;

namespace Messenger.Providers.Tests.Conformance;

/// <summary>What expires is nowhere counted from its time on, and is found by the sweep until it is deleted.</summary>
public abstract class ExpiryConformance(Store store)
{
    private static readonly long Later = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeMilliseconds();

    private readonly Guid _group = Guid.NewGuid();
    private readonly string _ann = Sample.User("ann");
    private readonly string _bob = Sample.User("bob");

    [Fact]
    public async Task What_has_expired_counts_as_unread_nowhere()
    {
        var (expired, stands, plain) = (Row(1, Sample.Now + 5), Row(2, Later), Sample.Message(3, _bob));
        await Commit(expired, stands, plain);
        Assert.Equal(2, await store.Log.CountUnread(_group, _ann, [new(1, 9)]));
        Assert.Equal((2, stands.UuidText), await store.Log.FindUnread(_group, _ann, [new(1, 9)]) is var found ? (found.Count, found.First) : default);
        Assert.Equal(2, (await store.Unread.Unread(_ann, Guid.Empty, 999)).Badge);
        var told = Assert.Single(await store.Conversations.Sync(_ann));
        Assert.Equal((2, stands.UuidText), (told.Unread, told.FirstUnread));

        // The rows are as they were written: whoever shows them says what they are by then.
        Assert.Equal([expired, stands, plain], await store.Log.Read(_group, new(1, 9), 9, newestFirst: false));
    }

    [Fact]
    public async Task The_sweep_finds_what_is_due_until_it_is_deleted()
    {
        var (second, first, stands) = (Row(1, Sample.Now + 500), Row(2, Sample.Now + 400), Row(3, Later));
        await Commit(second, first, stands, Sample.Message(4, _bob));
        Assert.Empty(await store.Expiries.Due(_group, Sample.Now + 399, 9));
        Assert.Equal([first], await store.Expiries.Due(_group, Sample.Now + 400, 9));
        Assert.Equal([first, second], await store.Expiries.Due(_group, Sample.Now + 500, 9));
        Assert.Equal([first], await store.Expiries.Due(_group, Sample.Now + 500, 1));
        Assert.Contains(_group, await Conversations(Sample.Now + 400));
        Assert.DoesNotContain(_group, await Conversations(Sample.Now + 399));

        await Delete(1, 2);
        Assert.Empty(await store.Expiries.Due(_group, Sample.Now + 500, 9));
        Assert.DoesNotContain(_group, await Conversations(Sample.Now + 500));
        var gone = (await store.Log.Read(_group, new(1, 1), 1, newestFirst: false))[0];
        Assert.Equal(second with { Deleted = true, Body = null, Iv = null }, gone);
    }

    [Fact]
    public async Task Conversations_come_page_by_page_and_deleted_ones_not_at_all()
    {
        await Commit(Row(1, Sample.Now + 5));
        var before = await Conversations(Sample.Now + 5);
        var place = before.ToList().IndexOf(_group);
        Assert.Equal(_group, Assert.Single(await store.Expiries.Conversations(Sample.Now + 5, place == 0 ? Guid.Empty : before[place - 1], 1)));
        Assert.DoesNotContain(_group, await store.Expiries.Conversations(Sample.Now + 5, _group, 1000));
        var state = (await store.Log.Load(_group))!;
        Assert.Equal(LogOutcome.Committed, await store.Log.Append(new LogEntry(_group, state.Term) { Header = state.Header with { Deleted = true }, History = state.History, Notifies = false }));
        Assert.DoesNotContain(_group, await Conversations(Sample.Now + 5));
    }

    [Fact]
    public async Task The_timer_is_kept()
    {
        await Commit();
        var state = (await store.Log.Load(_group))!;
        Assert.Equal(0, state.Header.ExpirySeconds);
        await store.Log.Append(new LogEntry(_group, state.Term) { Header = state.Header with { ExpirySeconds = 31_536_000 }, History = state.History, Notifies = false });
        Assert.Equal(31_536_000, (await store.Log.Load(_group))!.Header.ExpirySeconds);
        Assert.Equal(31_536_000, Assert.Single(await store.Conversations.Sync(_ann)).Header.ExpirySeconds);
    }

    [Fact]
    public async Task A_file_of_what_has_expired_is_not_found()
    {
        var (expired, stands) = (Row(1, Sample.Now + 5), Row(2, Later));
        await Commit(expired, stands);
        var state = (await store.Log.Load(_group))!;
        FileRow[] files = [.. new[] { 1, 2 }.Select(sequence => new FileRow(Guid.NewGuid(), sequence, "name", "name", null, "text/plain", 0, 0, null, 1, Sample.Now))];
        Assert.Equal(LogOutcome.Committed, await store.Log.Append(new LogEntry(_group, state.Term) { Files = files, History = state.History, Notifies = false }));
        Assert.Null(await store.Files.Find(_group, expired.Uuid, "name"));
        Assert.NotNull(await store.Files.Find(_group, stands.Uuid, "name"));
    }

    [Fact]
    public async Task Uploads_of_one_message_are_ended_however_its_uuid_is_spelled()
    {
        var (message, other) = (Guid.NewGuid(), Guid.NewGuid());
        var uploads = new[] { Upload(message.ToString().ToUpperInvariant(), _ann), Upload(other.ToString(), _ann), Upload(message.ToString(), _bob) };
        foreach (var upload in uploads)
        {
            Assert.Equal(Reservation.Made, await store.Uploads.Reserve(upload, new UploadLimits(long.MaxValue / 2, 1000)));
        }

        await store.Uploads.DropFor(_ann, message);
        Assert.Null(await store.Uploads.Find(uploads[0].Id));
        Assert.NotNull(await store.Uploads.Find(uploads[1].Id));
        Assert.NotNull(await store.Uploads.Find(uploads[2].Id));
    }

    [Fact]
    public async Task A_push_about_what_has_expired_is_not_sent_and_goes()
    {
        var (device, type) = ($"{_ann}/phone", $"type-{Guid.NewGuid():N}");
        var push = new QueuedPush(Guid.NewGuid(), device, type, _group, "message", Sample.Now, Sample.Now) { Expires = Sample.Now + 50 };
        await store.Pushes.Put([push]);
        Assert.Empty(await Claim(Sample.Now + 50));
        Assert.Equal(push.Id, Assert.Single(await Claim(Sample.Now + 49)).Id);

        // Of two that replace each other the later time stands, and none is the latest.
        await store.Pushes.Put([push with { Id = Guid.NewGuid(), Expires = Sample.Now + 40, Due = Sample.Now }]);
        await store.Pushes.ForgetExpired(Sample.Now + 49);
        Assert.Single(await Claim(Sample.Now + 49));
        await store.Pushes.Put([push with { Id = Guid.NewGuid(), Expires = null }]);
        await store.Pushes.ForgetExpired(Sample.Now + 1000);
        Assert.Single(await Claim(Sample.Now + 1000));
        await store.Pushes.Put([push with { Id = Guid.NewGuid(), Conversation = Guid.NewGuid() }]);
        await store.Pushes.ForgetExpired(Sample.Now + 50);
        Assert.Empty(await Claim(Sample.Now + 49));

        Task<IReadOnlyList<QueuedPush>> Claim(long now) => store.Pushes.Claim(9, now, now, new PushFilter([type]));
    }

    private static UploadRow Upload(string message, string user) =>
        new(Guid.NewGuid(), user, $"{{\"messageUuid\":\"{message}\"}}", 10, 0, null, 0, Finished: false, Sample.Now, Later);

    private MessageRow Row(long sequence, long expires) => Sample.Message(sequence, _bob) with { Expires = expires };

    private Task<IReadOnlyList<Guid>> Conversations(long now) => store.Expiries.Conversations(now, Guid.Empty, 10_000);

    private async Task Commit(params MessageRow[] rows) => Assert.Equal(
        LogOutcome.Committed, await store.Log.Append(Sample.Created(_group, Guid.NewGuid(), false, _bob, _ann) with { Messages = rows }));

    private async Task Delete(params long[] sequences)
    {
        var state = (await store.Log.Load(_group))!;
        var marks = sequences.Select(sequence => new MessageMark(sequence, Deleted: true, Objectionable: false)).ToList();
        Assert.Equal(LogOutcome.Committed, await store.Log.Append(new LogEntry(_group, state.Term) { Marks = marks, History = state.History, Notifies = false }));
    }
}
