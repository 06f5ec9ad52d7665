using Messenger.Contracts;
using Messenger.Grains.Budgets;
using Messenger.Ports;
using Messenger.Protocol;

namespace Messenger.Grains.Conversations;

/// <summary>The files of messages, and the avatar.</summary>
internal sealed partial class ConversationGrain
{
    /// <summary>Messages whose files are being added, so that two of one name do not pass each other.</summary>
    private readonly HashSet<(Guid Message, string PathName)> _joining = [];

    public async Task<Result<MessageFiles>> GetFiles(Caller me, string messageUuid)
    {
        if (await Reader(me) is not { } here)
        {
            return NotFound();
        }

        if (await Visible(here.Live, here.Member, [messageUuid]) is not [var row])
        {
            return NoMessage();
        }

        // Who was removed, before or while the rows were read, sees the files of then: those that joined before its last sequence.
        var joined = await FilesOf(row);
        var left = here.Live.Roster.Reader(me.UserId) is { } still ? still.LeftAt ?? long.MaxValue : 0;
        return new MessageFiles(here.Live.Header.UuidText, row.UuidText, [.. joined.Where(file => file.JoinedAt <= left).Select(View)]);
    }

    public Task<Result> MayAddFile(Caller me, string messageUuid, string name, long size)
    {
        var read = new RowsRead();
        IReadOnlyList<FileRow>? present = null;
        return Change(me, (live, member) => Attachable(live, member, messageUuid, read, out var row) is { } not ? not
            : present is null ? Decision.After(Read(row!))
            : Clash(present, name, size) is { } clash ? clash
            : Decision.Ok);

        async Task Read(MessageRow row) => present = await FilesOf(row);
    }

    public async Task<Result> AddFile(Caller me, string messageUuid, MessageFile file)
    {
        var place = (Guid.Parse(messageUuid), file.PathName);
        if (!_joining.Add(place))
        {
            return Error.Unavailable("a file of this name is just being added; send the same request again");
        }

        try
        {
            var read = new RowsRead();
            IReadOnlyList<FileRow>? present = null;
            return await Change(me, (live, member) => Attachable(live, member, messageUuid, read, out var row) is { } not ? not
                : present is null ? Decision.After(Read(row!))
                : Clash(present, file.Name, file.Size) is { } clash ? clash
                : present.Any(other => other.PathName == file.PathName) ? Decision.Ok
                : Join(live, row!, file));

            async Task Read(MessageRow row) => present = await FilesOf(row);
        }
        finally
        {
            _joining.Remove(place);
        }
    }

    public async Task<Result> MayAvatar(Caller me, bool change)
    {
        if (await Membership(me) is not { } here)
        {
            return NotFound();
        }

        // Both sides of a dialog are its admins.
        return !change ? Result.Ok
            : Blocked(here.Live, me) is { } blocked ? blocked
            : here.Live.Roster.IsAdmin(me.UserId) ? Result.Ok
            : Error.Forbidden("admins only");
    }

    // Both sides of a dialog are its admins.
    public Task<Result> SetAvatar(Caller me, AvatarFile? avatar) => PutAvatar(avatar, me.UserId, budgets.For(me.UserId), live =>
        live.Roster.Member(me.UserId) is null ? NotFound()
        : !live.Roster.IsAdmin(me.UserId) ? Error.Forbidden("admins only")
        : Blocked(live, me));

    /// <param name="payment">Whose budget it comes out of; null for nobody's.</param>
    private Task<Result> PutAvatar(AvatarFile? avatar, string by, Payment? payment, Func<LiveConversation, Error?> refuse)
    {
        long? asOf = null;
        AvatarRow? earlier = null;
        return InTurn(live =>
        {
            if (live is not { Header.Deleted: false })
            {
                return NotFound();
            }

            if (refuse(live) is { } refused)
            {
                return refused;
            }

            // One under way says what it is; else it is read, again where it changed meanwhile.
            var underWay = live.Carrying(entry => entry.Avatar is not null ? true : null) is not null;
            if (underWay && live.Carrying(Says) is not null)
            {
                return Carried(live, Says);
            }

            if (!underWay && asOf != live.Header.AvatarUpdated)
            {
                return Decision.After(Read(live.Header.AvatarUpdated));
            }

            if (!underWay && earlier?.File == avatar?.File)
            {
                // A retry, or nothing to remove.
                return Decision.Ok;
            }

            if (payment is not null && Unpaid(payment, WriteCost.Of(2 * live.Roster.Present.Count, 0)) is { } unpaid)
            {
                return unpaid;
            }

            var changed = Event(live, EventTypes.AvatarChanged, by, null);
            Appended(live, [changed]);
            live.Header = live.Header with { HasAvatar = avatar is not null, AvatarUpdated = Math.Max(changed.Created, live.Header.AvatarUpdated + 1) };
            var entry = new LogEntry(Id, live.Term)
            {
                Header = live.Header,
                Messages = [changed],
                Avatar = new AvatarRow(AvatarOwners.Conversation(Id), avatar?.File, avatar?.MimeType ?? "", avatar?.Size ?? 0, live.Header.AvatarUpdated),
            };

            // It came by HTTP, which is no device's connection: every device hears of it.
            return Commit(live, entry, () =>
                Tell(live, [changed], Audience(live, changed), null, new ConversationAvatarChangedNotification(live.Header.UuidText, live.Header.AvatarUpdated)));
        });

        bool? Says(LogEntry entry) => entry.Avatar is { } one ? one.File == avatar?.File : null;

        async Task Read(long updated)
        {
            earlier = await files.Avatar(AvatarOwners.Conversation(Id));
            asOf = updated;
        }
    }

    private Decision Join(LiveConversation live, MessageRow row, MessageFile file)
    {
        var joined = new FileRow(
            file.Id, row.Sequence, file.Name, file.PathName, file.PreviewName, file.MimeType, file.Width, file.Height, file.Duration, file.Size, Now)
        {
            JoinedAt = live.Head + 1,
        };

        // Who joined after the message does not see it, and who joins meanwhile finds it.
        var audience = Onlookers(live, row);
        return Commit(live, new LogEntry(Id, live.Term) { Files = [joined] }, () =>
        {
            // Signed and completed by each gateway that sends it.
            var path = FilePaths.Download(live.Header.UuidText, row.UuidText, file.PathName);
            Tell(live, [], audience, null, new FileReadyNotification(path, live.Header.UuidText, row.UuidText));
        });
    }

    /// <summary>The actor's own message that takes files: null; else what to do instead, be it to read the message first.</summary>
    private Decision? Attachable(LiveConversation live, MemberRow member, string messageUuid, RowsRead read, out MessageRow? row)
    {
        var uuid = Guid.Parse(messageUuid);
        row = read.Row(live, uuid);
        return !read.Knows(live, uuid) ? Decision.After(read.Read(messages, live, [uuid]))
            : row is null || row.At(Now).Deleted || !member.Sees(row.Sequence) ? NoMessage()
            : row.UserId != member.UserId || row.IsEvent ? Error.Forbidden("only its author adds files to a message")
            : Blocked(live, member.UserId) is { } blocked ? blocked
            : !row.HasFiles ? Error.Forbidden("the message was sent without hasFiles")
            : (Decision?)null;
    }

    /// <summary>
    /// A name is taken by a file of another size, or by one whose URL is the same. The same name and the same size is the same file, sent again.
    /// </summary>
    private static Error? Clash(IReadOnlyList<FileRow> present, string name, long size) =>
        present.FirstOrDefault(file => file.PathName == FilePaths.PathName(name)) is { } same
            ? same.Name != name
                ? Error.Conflict("the message has a file whose name differs from this one in / and _ only: their URLs would be the same, so choose another name")
                : same.Size == size ? null : Error.Conflict("the message has a file of this name and another size")
            : present.Count >= Limits.FilesOfMessage ? Error.BadRequest($"a message takes at most {Limits.FilesOfMessage} files")
            : null;

    private static MessageFile View(FileRow row) => new(
        row.File, row.Name, row.PathName, row.PreviewName, row.MimeType, row.Width, row.Height, row.Duration, row.Size, row.Created);

    private Task<IReadOnlyList<FileRow>> FilesOf(MessageRow row) =>
        row.HasFiles && !row.At(Now).Deleted ? files.FilesOf(Id, row.Sequence) : Task.FromResult<IReadOnlyList<FileRow>>([]);

    private static Error NoMessage() => Error.NotFound("there is no such message");
}
