using Messenger.Ports;
using Messenger.Protocol;

namespace Messenger.Grains.Conversations;

/// <summary>The files of messages, and the avatar.</summary>
internal sealed partial class ConversationGrain
{
    /// <summary>Messages whose files are being added, so that two of one name do not pass each other.</summary>
    private readonly HashSet<(long Sequence, string PathName)> _joining = [];

    public async Task<Answer<MessageFiles>> GetFiles(Caller me, string messageUuid)
    {
        if (await Reader(me) is not { } here)
        {
            return NotFound();
        }

        return await Visible(here.Live, here.Member, [messageUuid]) is [var row]
            ? new MessageFiles(here.Live.Header.UuidText, row.UuidText, [.. (await FilesOf(row)).Select(View)])
            : NoMessage();
    }

    public async Task<Answer> MayAddFile(Caller me, string messageUuid, string pathName, long size)
    {
        var (row, _, refusal) = await Attachable(me, messageUuid);
        return refusal is not null ? refusal
            : Clash(await FilesOf(row!), pathName, size) is { } clash ? clash
            : Answer.Ok;
    }

    public async Task<Answer> AddFile(Caller me, string messageUuid, MessageFile file)
    {
        var (row, _, refusal) = await Attachable(me, messageUuid);
        if (refusal is not null)
        {
            return refusal;
        }

        var place = (row!.Sequence, file.PathName);
        if (!_joining.Add(place))
        {
            return Refused.Unavailable("a file of this name is just being added; send the same request again");
        }

        try
        {
            var present = await FilesOf(row);
            if (Clash(present, file.PathName, file.Size) is { } clash)
            {
                return clash;
            }

            // The message may have gone, or the actor, while the rows were read.
            (row, var live, refusal) = await Attachable(me, messageUuid);
            return refusal is not null ? refusal
                : present.Any(other => other.PathName == file.PathName) ? await Confirmed(live!)
                : await Join(live!, row!, file);
        }
        finally
        {
            _joining.Remove(place);
        }
    }

    public async Task<Answer> MayAvatar(Caller me, bool change)
    {
        if (await Membership(me) is not { } here)
        {
            return NotFound();
        }

        // Both sides of a dialog are its admins.
        return !change || here.Live.Roster.IsAdmin(me.UserId) ? Answer.Ok : Refused.Forbidden("admins only");
    }

    public async Task<Answer> SetAvatar(Caller me, AvatarFile? avatar)
    {
        var earlier = await files.Avatar(AvatarOwners.Conversation(Id));
        if (await MayAvatar(me, change: true) is { Refusal: { } refusal })
        {
            return refusal;
        }

        if (await Membership(me) is not { } here)
        {
            return NotFound();
        }

        var live = here.Live;
        if (earlier?.File == avatar?.File)
        {
            // A retry, or nothing to remove.
            return await Confirmed(live);
        }

        var changed = Event(live, EventTypes.AvatarChanged, me.UserId, null);
        Appended(live, [changed]);
        live.Header = live.Header with { HasAvatar = avatar is not null, AvatarUpdated = Math.Max(changed.Created, live.Header.AvatarUpdated + 1) };
        var entry = new LogEntry(Id, live.Term)
        {
            Header = live.Header,
            Messages = [changed],
            Avatar = new AvatarRow(AvatarOwners.Conversation(Id), avatar?.File, avatar?.MimeType ?? "", avatar?.Size ?? 0, live.Header.AvatarUpdated),
        };
        if (await Commit(live, entry) is { } unconfirmed)
        {
            return unconfirmed;
        }

        // It came by HTTP, which is no device's connection: every device hears of it.
        Tell(live, [changed], Everyone(live), null, new ConversationAvatarChangedNotification(live.Header.UuidText, live.Header.AvatarUpdated));
        return Answer.Ok;
    }

    private async Task<Answer> Join(LiveConversation live, MessageRow row, MessageFile file)
    {
        var joined = new FileRow(
            file.Id, row.Sequence, file.Name, file.PathName, file.PreviewName, file.MimeType, file.Width, file.Height, file.Duration, file.Size, Now);
        if (await Commit(live, new LogEntry(Id, live.Term) { Files = [joined] }) is { } refusal)
        {
            return refusal;
        }

        // Signed and completed by each gateway that sends it. Who joined after the message does not see it.
        var path = FilePaths.Download(live.Header.UuidText, row.UuidText, file.PathName);
        var audience = live.Roster.Present.Where(member => Roster.Covers(member, row.Sequence)).Select(member => member.UserId);
        Tell(live, [], audience, null, new FileReadyNotification(path, live.Header.UuidText, row.UuidText));
        return Answer.Ok;
    }

    /// <summary>The actor's own message that takes files, or why it is none.</summary>
    private async Task<(MessageRow? Row, LiveConversation? Live, Refused? Refusal)> Attachable(Caller me, string messageUuid)
    {
        if (await Membership(me) is not { } here)
        {
            return (null, null, NotFound());
        }

        if (await Visible(here.Live, here.Member, [messageUuid]) is not [{ Deleted: false } row])
        {
            return (null, null, NoMessage());
        }

        var refusal = row.UserId != me.UserId || row.IsEvent ? Refused.Forbidden("only its author adds files to a message")
            : !row.HasFiles ? Refused.Forbidden("the message was sent without hasFiles")
            : null;
        return (row, here.Live, refusal);
    }

    /// <summary>A name is taken by a file of another size. One of the same size is the same file, sent again.</summary>
    private static Refused? Clash(IReadOnlyList<FileRow> present, string pathName, long size) =>
        present.FirstOrDefault(file => file.PathName == pathName) is { } same
            ? same.Size == size ? null : Refused.Conflict("the message has a file of this name and another size")
            : present.Count >= Limits.FilesOfMessage ? Refused.BadRequest($"a message takes at most {Limits.FilesOfMessage} files")
            : null;

    private static MessageFile View(FileRow row) => new(
        row.File, row.Name, row.PathName, row.PreviewName, row.MimeType, row.Width, row.Height, row.Duration, row.Size, row.Created);

    private Task<IReadOnlyList<FileRow>> FilesOf(MessageRow row) =>
        row.HasFiles && !row.Deleted ? files.FilesOf(Id, row.Sequence) : Task.FromResult<IReadOnlyList<FileRow>>([]);

    private static Refused NoMessage() => Refused.NotFound("there is no such message");
}
