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

    /// <param name="now">Milliseconds since the Unix epoch: what has expired by then is shown as deleted.</param>
    public static Message Message(MessageRow row, ConversationRow header, string? nick, Tally tally, bool readed, long now, bool? @event = null)
    {
        var shown = row.At(now);
        return new Message(
            shown.UuidText, header.UuidText, shown.SessionKey, shown.UserId, shown.Iv, shown.Body, shown.Created, shown.HasFiles, readed, row.Expires <= now ? null : nick, shown.IsEvent,
            shown.EventType, shown.EventUserId, tally.Members, tally.Readed, tally.Delivered, shown.Objectionable, shown.Deleted, shown.ReplyUuid, @event);
    }

    /// <summary>With what a session sees besides that named these features.</summary>
    public static Message For(this Message message, MessageRow row, Features features) =>
        (row.IsSilent && (features & Features.Hints) != 0) || (row.Expires is not null && (features & Features.Expiry) != 0)
            ? message with
            {
                Kind = row.IsSilent && (features & Features.Hints) != 0 ? MessageKinds.Silent : null,
                Expires = (features & Features.Expiry) != 0 ? row.Expires : null,
            }
            : message;

    /// <inheritdoc cref="For(Message, MessageRow, Features)"/>
    public static Conversation For(this Conversation conversation, ConversationRow header, Features features) =>
        (features & Features.Expiry) != 0 ? conversation with { ExpirySeconds = header.ExpirySeconds } : conversation;

    /// <summary>A message straight from the rows of a query, as the asker sees it.</summary>
    public static Message Message(
        MessageRow row, ConversationRow header, IReadOnlyList<MemberRow> members, IReadOnlyList<ReceiptRow> receipts, string asker, long now, bool? @event = null)
    {
        var parsed = receipts.ToDictionary(receipt => receipt.UserId, Receipt.Parse, StringComparer.Ordinal);
        var readed = row.UserId == asker || parsed.GetValueOrDefault(asker)?.Read.Contains(row.Sequence) == true;
        var nick = Roster.Nick(members.FirstOrDefault(member => member.UserId == row.UserId), row.Sequence, members.FirstOrDefault(member => member.UserId == asker));
        return Message(row, header, nick, Tally.Of(row.Sequence, row.UserId, members, parsed.GetValueOrDefault), readed, now, @event);
    }

    public static SessionKey SessionKey(SessionKeyRow row, ConversationRow header) => new(
        row.UuidText, header.UuidText, row.UserId, row.KeyEncrypted, row.Signature, row.SignerUserId, row.Created, row.SignerKeyPair);

    public static ConversationPreferences Preferences(PreferenceRow row) => new(
        row.Uuid, row.MutedUntil == long.MaxValue ? RequestSetConversationPreferences.ForEver : row.MutedUntil == 0 ? null : row.MutedUntil,
        row.Pinned, row.Archived, row.Data, row.Version);

    /// <inheritdoc cref="Message(MessageRow, ConversationRow, string?, Tally, bool, long, bool?)"/>
    public static UpdatedMessageNotification Updated(MessageRow row, ConversationRow header, Tally tally, long now) => new(
        row.UuidText, header.UuidText, tally.Members, tally.Readed, tally.Delivered, row.Objectionable, row.At(now).Deleted);
}
