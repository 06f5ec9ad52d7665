using Messenger.Ports;
using Messenger.Protocol;

namespace Messenger.Grains.Views;

/// <summary>Rows as clients see them: the one place where a row becomes a wire record.</summary>
internal static class WireViews
{
    /// <param name="lastMessage">When the last message came, in milliseconds since the Unix epoch.</param>
    public static Conversation Conversation(
        ConversationRow header, IEnumerable<MemberRow> members, long lastMessage, int unread, bool blocked, bool? dialog = null)
    {
        var present = members.Where(member => member.LeftAt is null).OrderBy(member => member.Position).ToLookup(member => member.IsAdmin, member => member.UserId);
        return new Conversation(
            header.UuidText, header.IsDialog, header.Title, header.SessionKeyText, header.Created, lastMessage, unread,
            [.. present[true]], [.. present[false]], header.HasAvatar, header.AvatarUpdated, null, blocked, dialog);
    }

    /// <summary>As the notification of an added member shows it: without its roster, which would make creating a group quadratic.</summary>
    public static Conversation Announced(ConversationRow header, long lastMessage) =>
        Conversation(header, [], lastMessage, 0, false);

    public static Message Message(MessageRow row, ConversationRow header, string? nick, Tally tally, bool readed, bool? @event = null) => new(
        row.UuidText, header.UuidText, row.SessionKey, row.UserId, row.Iv, row.Body, row.Created, row.HasFiles, readed, nick, row.IsEvent,
        row.EventType, row.EventUserId, tally.Members, tally.Readed, tally.Delivered, row.Objectionable, row.Deleted, row.ReplyUuid, @event);

    /// <summary>A message straight from the rows of a query, as the asker sees it.</summary>
    public static Message Message(
        MessageRow row, ConversationRow header, IReadOnlyList<MemberRow> members, IReadOnlyList<ReceiptRow> receipts, string asker, bool? @event = null)
    {
        var parsed = receipts.ToDictionary(receipt => receipt.UserId, Receipt.Parse, StringComparer.Ordinal);
        var readed = row.UserId == asker || parsed.GetValueOrDefault(asker)?.Read.Contains(row.Sequence) == true;
        var nick = Roster.Nick(members.FirstOrDefault(member => member.UserId == row.UserId), row.Sequence, members.FirstOrDefault(member => member.UserId == asker));
        return Message(row, header, nick, Tally.Of(row.Sequence, row.UserId, members, parsed.GetValueOrDefault), readed, @event);
    }

    public static SessionKey SessionKey(SessionKeyRow row, ConversationRow header) => new(
        row.UuidText, header.UuidText, row.UserId, row.KeyEncrypted, row.Signature, row.SignerUserId, row.Created, row.SignerKeyPair);

    public static UpdatedMessageNotification Updated(MessageRow row, ConversationRow header, Tally tally) => new(
        row.UuidText, header.UuidText, tally.Members, tally.Readed, tally.Delivered, row.Objectionable, row.Deleted);
}
