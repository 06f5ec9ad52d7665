using Messenger.Ports;
using Messenger.Providers.Commits;

namespace Messenger.Providers.Relational;

/// <summary>The tables of the log, as they are written. <see cref="Rows"/> reads them.</summary>
internal static class Tables
{
    public static readonly Table<Keyed<MessageRow>> Message = new("message", [], [
        Column<MessageRow, Guid>("conversation", (at, _) => at),
        Column<MessageRow, long>("sequence", (_, row) => row.Sequence),
        Column<MessageRow, Guid>("uuid", (_, row) => row.Uuid),
        Column<MessageRow, string>("uuid_text", (_, row) => row.UuidText),
        Column<MessageRow, string>("user_id", (_, row) => row.UserId),
        Column<MessageRow, string>("session_key", (_, row) => row.SessionKey),
        Column<MessageRow, string?>("iv", (_, row) => row.Iv),
        Column<MessageRow, string?>("body", (_, row) => row.Body),
        Column<MessageRow, long>("created", (_, row) => row.Created),
        Column<MessageRow, bool>("has_files", (_, row) => row.HasFiles),
        Column<MessageRow, string?>("event_type", (_, row) => row.EventType),
        Column<MessageRow, string?>("event_user_id", (_, row) => row.EventUserId),
        Column<MessageRow, bool>("objectionable", (_, row) => row.Objectionable),
        Column<MessageRow, bool>("deleted", (_, row) => row.Deleted),
        Column<MessageRow, string?>("reply_uuid", (_, row) => row.ReplyUuid),
        Column<MessageRow, long?>("active", (_, row) => row.Active),
        Column<MessageRow, long?>("expires", (_, row) => row.Expires),
    ])
    { IsMarked = true };

    public static readonly Table<Keyed<ConversationRow>> Conversation = new("conversation", ["conversation"], [
        Column<ConversationRow, Guid>("conversation", (at, _) => at),
        Column<ConversationRow, string>("uuid_text", (_, row) => row.UuidText),
        Column<ConversationRow, bool>("is_dialog", (_, row) => row.IsDialog),
        Column<ConversationRow, string?>("title", (_, row) => row.Title),
        Column<ConversationRow, string>("creator_id", (_, row) => row.CreatorId),
        Column<ConversationRow, Guid>("session_key", (_, row) => row.SessionKey),
        Column<ConversationRow, string>("session_key_text", (_, row) => row.SessionKeyText),
        Column<ConversationRow, long>("created", (_, row) => row.Created),
        Column<ConversationRow, bool>("has_avatar", (_, row) => row.HasAvatar),
        Column<ConversationRow, long>("avatar_updated", (_, row) => row.AvatarUpdated),
        Column<ConversationRow, bool>("deleted", (_, row) => row.Deleted),
        Column<ConversationRow, int>("expiry_seconds", (_, row) => row.ExpirySeconds),
    ]);

    /// <summary>One that must not be there yet.</summary>
    public static readonly Table<Keyed<ConversationRow>> NewConversation = Conversation with { Key = [] };

    /// <summary>The open dialog of two people, of whom there must be none yet.</summary>
    public static readonly Table<Keyed<DialogPair>> NewDialog = new("dialog_pair", [], [
        Column<DialogPair, string>("low", (_, row) => row.Low),
        Column<DialogPair, string>("high", (_, row) => row.High),
        Column<DialogPair, Guid>("conversation", (at, _) => at),
    ]);

    public static readonly Table<Keyed<MemberRow>> Member = new("member", ["conversation", "user_id"], [
        Column<MemberRow, Guid>("conversation", (at, _) => at),
        Column<MemberRow, string>("user_id", (_, row) => row.UserId),
        Column<MemberRow, bool>("is_admin", (_, row) => row.IsAdmin),
        Column<MemberRow, string?>("nick", (_, row) => row.Nick),
        Column<MemberRow, long>("joined_at", (_, row) => row.JoinedAt),
        Column<MemberRow, long?>("left_at", (_, row) => row.LeftAt),
        Column<MemberRow, long>("position", (_, row) => row.Position),
        Column<MemberRow, string>("earlier_stays", (_, row) => row.Earlier.Text),
        Column<MemberRow, string>("ended_stays", (_, row) => row.Ended.Text),
        Column<MemberRow, long>("nick_since", (_, row) => row.NickSince),
    ]);

    public static readonly Table<Keyed<SessionKeyHeader>> SessionKey = new("session_key", ["conversation", "uuid"], [
        Column<SessionKeyHeader, Guid>("conversation", (at, _) => at),
        Column<SessionKeyHeader, Guid>("uuid", (_, row) => row.Uuid),
        Column<SessionKeyHeader, string>("uuid_text", (_, row) => row.UuidText),
        Column<SessionKeyHeader, long>("created", (_, row) => row.Created),
    ]);

    public static readonly Table<Keyed<SessionKeyRow>> WrappedKey = new("wrapped_key", ["conversation", "uuid", "user_id"], [
        Column<SessionKeyRow, Guid>("conversation", (at, _) => at),
        Column<SessionKeyRow, Guid>("uuid", (_, row) => row.Uuid),
        Column<SessionKeyRow, string>("uuid_text", (_, row) => row.UuidText),
        Column<SessionKeyRow, string>("user_id", (_, row) => row.UserId),
        Column<SessionKeyRow, string>("key_encrypted", (_, row) => row.KeyEncrypted),
        Column<SessionKeyRow, string>("signature", (_, row) => row.Signature),
        Column<SessionKeyRow, string?>("signer_user_id", (_, row) => row.SignerUserId),
        Column<SessionKeyRow, string?>("signer_key_pair", (_, row) => row.SignerKeyPair),
        Column<SessionKeyRow, long>("created", (_, row) => row.Created),
    ]);

    public static readonly Table<Keyed<ReceiptRow>> Receipt = new("receipt", ["conversation", "user_id"], [
        Column<ReceiptRow, Guid>("conversation", (at, _) => at),
        Column<ReceiptRow, string>("user_id", (_, row) => row.UserId),
        Column<ReceiptRow, string>("read_ranges", (_, row) => row.Read.Text),
        Column<ReceiptRow, string>("delivered_ranges", (_, row) => row.Delivered.Text),
    ])
    { IsMarked = true };

    public static readonly Table<Keyed<RemovalRow>> Removal = new("removal", ["user_id", "conversation"], [
        Column<RemovalRow, Guid>("conversation", (at, _) => at),
        Column<RemovalRow, string>("user_id", (_, row) => row.UserId),
        Column<RemovalRow, string>("reason", (_, row) => row.Reason),
        Column<RemovalRow, long>("removed", (_, row) => row.Removed),
    ])
    { IsMarked = true };

    public static readonly Table<Keyed<FileRow>> MessageFile = new("message_file", ["conversation", "sequence", "path_name"], [
        Column<FileRow, Guid>("conversation", (at, _) => at),
        Column<FileRow, long>("sequence", (_, row) => row.Sequence),
        Column<FileRow, string>("path_name", (_, row) => row.PathName),
        Column<FileRow, Guid>("file", (_, row) => row.File),
        Column<FileRow, string>("name", (_, row) => row.Name),
        Column<FileRow, string?>("preview_name", (_, row) => row.PreviewName),
        Column<FileRow, string>("mime_type", (_, row) => row.MimeType),
        Column<FileRow, int>("width", (_, row) => row.Width),
        Column<FileRow, int>("height", (_, row) => row.Height),
        Column<FileRow, int?>("duration", (_, row) => row.Duration),
        Column<FileRow, long>("size", (_, row) => row.Size),
        Column<FileRow, long>("created", (_, row) => row.Created),
        Column<FileRow, long>("joined_at", (_, row) => row.JoinedAt),
    ]);

    private static Column<Keyed<T>, TValue> Column<T, TValue>(string name, Func<Guid, T, TValue> get) =>
        new(name, row => get(row.Conversation, row.Row));
}
