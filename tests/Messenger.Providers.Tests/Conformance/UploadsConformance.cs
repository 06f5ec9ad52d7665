using Messenger.Ports;
using Xunit;

namespace Messenger.Providers.Tests.Conformance;

/// <summary>What <see cref="IUploads"/>, <see cref="IFileDirectory"/>, <see cref="IFileGarbage"/> and <see cref="IFileSecrets"/> promise.</summary>
public abstract class UploadsConformance(Store store)
{
    private static readonly UploadLimits Wide = new(long.MaxValue / 2, 1000);

    private readonly string _ann = Sample.User("ann");

    [Fact]
    public async Task An_upload_goes_on_at_whoever_took_it_last()
    {
        var upload = await Reserved(100);
        var first = (await store.Uploads.Take(upload.Id))!;
        Assert.True(await store.Uploads.Advance(upload.Id, first.Generation, 40, "state", upload.Expires + 1));
        var second = (await store.Uploads.Take(upload.Id))!;

        Assert.Equal(upload with { Offset = 40, State = "state", Generation = 2, Expires = upload.Expires + 1 }, second);
        Assert.False(await store.Uploads.Advance(upload.Id, first.Generation, 60, null, upload.Expires));
        Assert.False(await store.Uploads.Holds(upload.Id, first.Generation));
        Assert.True(await store.Uploads.Holds(upload.Id, second.Generation));
        Assert.Equal(second, await store.Uploads.Find(upload.Id));
        Assert.Null(await store.Uploads.Take(Guid.NewGuid()));
    }

    [Fact]
    public async Task Limits_count_a_users_day_and_what_is_unfinished()
    {
        var limits = new UploadLimits(1000, 2);
        Assert.Equal(Reservation.Made, await store.Uploads.Reserve(Row(600), limits));
        Assert.Equal(Reservation.TooMuchToday, await store.Uploads.Reserve(Row(401), limits));
        var second = Row(100);
        Assert.Equal(Reservation.Made, await store.Uploads.Reserve(second, limits));
        Assert.Equal(Reservation.TooManyAtOnce, await store.Uploads.Reserve(Row(1), limits));

        // What is given up before it came is given back.
        await store.Uploads.Drop(second.Id);
        Assert.Equal(Reservation.Made, await store.Uploads.Reserve(Row(400), limits));
        Assert.Equal(Reservation.Made, await store.Uploads.Reserve(Row(1000) with { UserId = Sample.User("bob") }, limits));
    }

    [Fact]
    public async Task Reservations_at_once_do_not_pass_a_limit()
    {
        var made = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => store.Uploads.Reserve(Row(100), new UploadLimits(500, 1000))));
        Assert.Equal(5, made.Count(one => one == Reservation.Made));
    }

    [Fact]
    public async Task What_is_dropped_or_expired_becomes_garbage_and_what_is_finished_does_not()
    {
        var (dropped, expired, finished, replaced, fresh) = (await Reserved(1), await Reserved(2), await Reserved(3), await Reserved(4), await Reserved(5));
        await store.Uploads.Advance(dropped.Id, 0, 1, "what the store remembers", dropped.Expires);
        await Joined(finished.Id);
        await store.Uploads.Finish(finished.Id);
        await store.Uploads.Finish(replaced.Id);
        await store.Uploads.Drop(dropped.Id);
        await store.Uploads.Drop(finished.Id);
        Assert.True((await store.Uploads.Find(finished.Id))!.Finished);

        while (await store.Uploads.Expire(fresh.Expires, 100) > 0)
        {
        }

        var garbage = await Garbage();
        Assert.Equal(new GarbageRow(dropped.Id, "what the store remembers"), garbage[dropped.Id]);
        Assert.Contains(expired.Id, garbage.Keys);
        Assert.Contains(replaced.Id, garbage.Keys);
        Assert.DoesNotContain(finished.Id, garbage.Keys);
        Assert.NotNull(await store.Uploads.Find(fresh.Id));
        await store.Garbage.Removed([dropped.Id]);
        Assert.DoesNotContain(dropped.Id, (await Garbage()).Keys);
    }

    [Fact]
    public async Task A_users_uploads_end_with_the_user()
    {
        var upload = await Reserved(10);
        await store.Uploads.DropOf(_ann);
        Assert.Null(await store.Uploads.Find(upload.Id));
        Assert.Contains(upload.Id, (await Garbage()).Keys);
    }

    [Fact]
    public async Task Files_are_found_by_message_and_name_and_go_with_their_message()
    {
        var (conversation, message, row) = await Joined(Guid.NewGuid());
        Assert.Equal([row], await store.Files.FilesOf(conversation, 1));
        Assert.Equal(row, await store.Files.Find(conversation, message, row.PathName));
        Assert.Null(await store.Files.Find(conversation, message, "other"));

        Assert.Equal(LogOutcome.Committed, await store.Log.Append(new LogEntry(conversation, 0) { Marks = [new MessageMark(1, Deleted: true, Objectionable: false)] }));

        Assert.Empty(await store.Files.FilesOf(conversation, 1));
        Assert.Null(await store.Files.Find(conversation, message, row.PathName));
        Assert.Contains(row.File, (await Garbage()).Keys);
    }

    [Fact]
    public async Task Files_older_than_they_are_kept_become_garbage_in_steps()
    {
        var joined = new List<(Guid Conversation, Guid Message, FileRow Row)>();
        for (var number = 0; number < 5; number++)
        {
            joined.Add(await Joined(Guid.NewGuid()));
        }

        var limit = joined[0].Row.Created + 1;
        async Task<long> Round(bool dryRun)
        {
            var (removed, after) = (0L, (Guid?)null);
            do
            {
                var step = await store.FileRetention.Step(limit, after, 2, dryRun);
                Assert.True(step.Removed <= 2);
                (removed, after) = (removed + step.Removed, step.Next);
            }
            while (after is not null);

            return removed;
        }

        Assert.True(await Round(dryRun: true) >= joined.Count);
        Assert.NotEmpty(await store.Files.FilesOf(joined[0].Conversation, 1));
        Assert.True(await Round(dryRun: false) >= joined.Count);
        Assert.Equal(0, await Round(dryRun: false));
        var garbage = await Garbage();
        foreach (var (conversation, _, row) in joined)
        {
            Assert.Empty(await store.Files.FilesOf(conversation, 1));
            Assert.Contains(row.File, garbage.Keys);
        }
    }

    [Fact]
    public async Task Messages_older_than_they_are_kept_take_their_files_with_them()
    {
        var (conversation, _, row) = await Joined(Guid.NewGuid());
        for (var step = await store.Retention.Step(long.MaxValue, null, 100, dryRun: false); step.Next is not null;)
        {
            step = await store.Retention.Step(long.MaxValue, step.Next, 100, dryRun: false);
        }

        Assert.Empty(await store.Files.FilesOf(conversation, 1));
        Assert.Contains(row.File, (await Garbage()).Keys);
    }

    [Fact]
    public async Task A_file_that_is_replaced_becomes_garbage_even_in_one_batch()
    {
        var (conversation, _, row) = await Joined(Guid.NewGuid());
        var (second, third) = (row with { File = Guid.NewGuid() }, row with { File = Guid.NewGuid(), Duration = null });

        await Task.WhenAll(
            store.Log.Append(new LogEntry(conversation, 0) { Files = [second] }),
            store.Log.Append(new LogEntry(conversation, 0) { Files = [third] }));

        Assert.Equal([third], await store.Files.FilesOf(conversation, 1));
        var garbage = await Garbage();
        Assert.Contains(row.File, garbage.Keys);
        Assert.Contains(second.File, garbage.Keys);
    }

    [Fact]
    public async Task The_files_of_a_deleted_conversation_become_garbage_and_its_avatar_too()
    {
        var (conversation, message, row) = await Joined(Guid.NewGuid());
        var avatar = new AvatarRow(AvatarOwners.Conversation(conversation), Guid.NewGuid(), "image/png", 5, 6);
        await store.Log.Append(new LogEntry(conversation, 0) { Avatar = avatar });
        Assert.Equal(avatar, await store.Files.Avatar(avatar.Owner));

        await store.Log.Append(new LogEntry(conversation, 0) { Header = Sample.Conversation(Guid.NewGuid(), _ann) with { Deleted = true } });
        Assert.Null(await store.Files.Find(conversation, message, row.PathName));
        while (await store.Log.Purge(1000) > 0)
        {
        }

        var garbage = await Garbage();
        Assert.Contains(row.File, garbage.Keys);
        Assert.Contains(avatar.File!.Value, garbage.Keys);
        Assert.Null(await store.Files.Avatar(avatar.Owner));
    }

    [Fact]
    public async Task An_avatar_is_set_replaced_and_removed()
    {
        var first = new AvatarRow(AvatarOwners.User(_ann), Guid.NewGuid(), "image/png", 5, 6);
        await store.Files.PutAvatar(first);
        await store.Files.PutAvatar(first);
        Assert.Equal(first, await store.Files.Avatar(first.Owner));
        Assert.DoesNotContain(first.File!.Value, (await Garbage()).Keys);

        var second = first with { File = Guid.NewGuid(), Updated = 7 };
        await store.Files.PutAvatar(second);
        await store.Files.PutAvatar(second with { File = null });
        await store.Files.PutAvatar(second with { File = null });

        Assert.Null(await store.Files.Avatar(first.Owner));
        Assert.Superset(new HashSet<Guid> { first.File.Value, second.File!.Value }, (await Garbage()).Keys.ToHashSet());
    }

    [Fact]
    public async Task Whatever_a_row_names_is_named()
    {
        var upload = await Reserved(1);
        var (_, _, row) = await Joined(Guid.NewGuid());
        var avatar = new AvatarRow(AvatarOwners.User(_ann), Guid.NewGuid(), "image/png", 5, 6);
        await store.Files.PutAvatar(avatar);
        var dropped = await Reserved(1);
        await store.Uploads.Drop(dropped.Id);
        Guid[] named = [upload.Id, row.File, avatar.File!.Value, dropped.Id];

        Assert.Equal(named.Order(), (await store.Garbage.Named([.. named, Guid.NewGuid()])).Order());
        Assert.Empty(await store.Garbage.Named([]));
    }

    [Fact]
    public async Task Keys_are_shared_and_the_store_has_one_mark()
    {
        await store.Secrets.AddSigningKey(new SigningKeyRow("one", "c2VjcmV0", 100), unless: 50, forget: 0);
        await store.Secrets.AddSigningKey(new SigningKeyRow("at once", "c2VjcmV0", 101), unless: 50, forget: 0);
        await store.Secrets.AddSigningKey(new SigningKeyRow("two", "c2VjcmV0Mg==", 200), unless: 150, forget: 0);
        Assert.Equal(["two", "one"], (await store.Secrets.SigningKeys()).Select(key => key.Name));
        await store.Secrets.AddSigningKey(new SigningKeyRow("three", "c2VjcmV0Mw==", 300), unless: 250, forget: 150);
        Assert.Equal(["three", "two"], (await store.Secrets.SigningKeys()).Select(key => key.Name));

        var mark = await store.Secrets.StoreMark("mine");
        Assert.Equal(mark, await store.Secrets.StoreMark("another"));
    }

    private UploadRow Row(long length) =>
        new(Guid.NewGuid(), _ann, "target", length, 0, null, 0, Finished: false, Sample.Now, Sample.Now + 1000 + Random.Shared.Next(1000));

    private async Task<UploadRow> Reserved(long length)
    {
        // Every one expires later than those before it.
        var row = Row(length) with { Expires = Sample.Now + Interlocked.Increment(ref _expiry) };
        Assert.Equal(Reservation.Made, await store.Uploads.Reserve(row, Wide));
        return row;
    }

    private static long _expiry;

    private async Task<(Guid Conversation, Guid Message, FileRow Row)> Joined(Guid file)
    {
        var (conversation, key) = (Guid.NewGuid(), Guid.NewGuid());
        await store.Log.Append(Sample.Created(conversation, key, false, _ann));
        var message = Sample.Message(1, _ann);
        var row = new FileRow(file, 1, "a/b+c=", "a_b+c=", "preview", "image/jpeg", 632, -1, 7, 380_038, Sample.Now) { JoinedAt = 5 };
        Assert.Equal(LogOutcome.Committed, await store.Log.Append(Sample.Said(conversation, message)));
        Assert.Equal(LogOutcome.Committed, await store.Log.Append(new LogEntry(conversation, 0) { Files = [row] }));
        return (conversation, message.Uuid, row);
    }

    private async Task<Dictionary<Guid, GarbageRow>> Garbage() => (await store.Garbage.Take(10_000)).ToDictionary(row => row.File);
}
