using Messenger.Ports;

namespace Messenger.Providers.Relational;

/// <summary>Where a person is in the tables. A test holds this against the schema: a new table or column is named here, on one side or the other.</summary>
internal static class PersonalTables
{
    private const string Conversation = "The conversation's uuid.";
    private const string When = "Milliseconds since the Unix epoch.";

    public static readonly IReadOnlyList<PersonalSection> Sections =
    [
        new("account", "user_profile", "The account. Its id is Base64 of the SHA-256 of the phone number, which is not stored.", "user_profile t where t.user_id = @user",
        [
            Text("t.user_id", "userId", "The id."), Text("t.public_key", "publicKey", "The public key, which others encrypt with."),
            Text("t.key_pair_uuid", "keyPairUuid", "The key pair's uuid."), Text("t.nick", "nick", "The nick, as the client gave it."),
            Number("t.created", "created", When), Number("t.last_login", "lastLogin", When), Number("t.avatar_updated", "avatarUpdated", When),
            Number("t.keys_updated", "keysUpdated", When), Flag("t.suspended", "suspended", "Whether the operator suspended the account."),
            Number("t.last_seen", "lastSeen", "Who is shown the last login: 0 contacts and people of accepted conversations, 1 contacts, 2 nobody."),
            Flag("t.discoverable", "discoverable", "Whether those who have the number find the account."),
        ], [("t.user_id", "string")]),
        new("avatar", "avatar", "The picture; the file itself is not in here.", "avatar t where t.owner = @owner",
        [
            Uuid("t.file", "file", "The file's uuid."), Text("t.mime_type", "mimeType", "What kind of file."), Number("t.size", "size", "Bytes."),
            Number("t.updated", "updated", When),
        ], [("t.owner", "string")]),
        new("blocked", "blacklist", "Whom this person blocked.", "blacklist t where t.user_id = @user",
            [Text("t.blocked_id", "userId", "The id of who is blocked.")], [("t.id", "integer")]),
        new("memberships", "member", "Conversations that this person is or was in.", "member t where t.user_id = @user",
        [
            Uuid("t.conversation", "conversation", Conversation), Flag("t.is_admin", "isAdmin", "Whether the person may administer it."),
            Text("t.nick", "nick", "The person's nick in it, encrypted by the client."), Number("t.joined_at", "joinedAt", "The number of the first message that may be seen."),
            Number("t.left_at", "leftAt", "The number of the last one; null for who is still there."), Number("t.position", "position", "The place in the list."),
            Text("t.earlier_stays", "earlierStays", "Numbers of messages of stays before this one."), Number("t.nick_since", "nickSince", "Since which message that nick."),
        ], [("t.conversation", "uuid")]),
        new("preferences", "preference", "What this person alone set for a conversation.", "preference t where t.user_id = @user",
        [
            Uuid("t.conversation", "conversation", Conversation), Number("t.muted_until", "mutedUntil", When), Flag("t.pinned", "pinned", "Whether it is pinned."),
            Flag("t.archived", "archived", "Whether it is archived."), Text("t.data", "data", "What the client keeps besides, as it gave it."),
            Number("t.version", "version", "How often it was changed."),
        ], [("t.conversation", "uuid")]),
        new("accountChanges", "account_change", "Which parts of the account were changed: devices that were away are told.", "account_change t where t.user_id = @user",
            [Text("t.section", "section", "Such as contacts or keys.")], [("t.section", "string")]),
        new("invitations", "invitation", "Conversations of people outside the contacts in which this person has not written.", "invitation t where t.user_id = @user",
            [Uuid("t.conversation", "conversation", Conversation), Text("t.maker", "maker", "Who made it.")], [("t.conversation", "uuid")]),
        new("receipts", "receipt", "What this person has received and read, by numbers of messages.", "receipt t where t.user_id = @user",
        [
            Uuid("t.conversation", "conversation", Conversation), Text("t.read_ranges", "read", "Numbers that were read, such as 1-57,60."),
            Text("t.delivered_ranges", "delivered", "Numbers that were delivered."),
        ], [("t.conversation", "uuid")]),
        new("messages", "message", "Messages that this person sent, as stored: the texts are encrypted, and the server has no key to them.",
            // By way of the person's conversations: messages have no index on their authors.
            "member p join message t on t.conversation = p.conversation and t.user_id = p.user_id where p.user_id = @user",
        [
            Uuid("t.conversation", "conversation", Conversation), Number("t.sequence", "sequence", "Its number in the conversation."), Text("t.uuid_text", "uuid", "The message's uuid."),
            Text("t.session_key", "sessionKeyUuid", "Which key it is encrypted with."), Text("t.iv", "iv", "The initialisation vector."), Text("t.body", "bodyEncrypted", "The text, encrypted."),
            Number("t.created", "created", When), Flag("t.has_files", "hasFiles", "Whether files belong to it."), Text("t.event_type", "eventType", "For an event, which one."),
            Text("t.event_user_id", "eventUserId", "For an event, whom it is about."), Flag("t.deleted", "deleted", "Whether it was deleted: then there is no text."),
            Text("t.reply_uuid", "replyUuid", "The message that it answers."), Number("t.expires", "expires", "From when on it is as deleted, in milliseconds since the Unix epoch; null for never."),
        ], [("t.conversation", "uuid"), ("t.sequence", "integer")]),
        new("files", "message_file", "Files of this person's messages; the bytes are not in here.",
            "member p join message m on m.conversation = p.conversation and m.user_id = p.user_id and m.has_files "
            + "join message_file t on t.conversation = m.conversation and t.sequence = m.sequence where p.user_id = @user",
        [
            Uuid("t.conversation", "conversation", Conversation), Number("t.sequence", "sequence", "The message's number."), Text("t.path_name", "pathName", "The name in URLs."),
            Uuid("t.file", "file", "The file's uuid."), Text("t.name", "name", "The name that was given."), Text("t.preview_name", "previewName", "The name of its preview."),
            Text("t.mime_type", "mimeType", "What kind of file."), Number("t.width", "width", "Pixels."), Number("t.height", "height", "Pixels."),
            Number("t.duration", "duration", "Of a recording."), Number("t.size", "size", "Bytes."), Number("t.created", "created", When),
        ], [("t.conversation", "uuid"), ("t.sequence", "integer"), ("t.path_name", "string")]),
        new("keyCopies", "wrapped_key", "Keys of conversations that were wrapped for this person; the wrapped keys themselves are left out.", "wrapped_key t where t.user_id = @user",
        [
            Uuid("t.conversation", "conversation", Conversation), Text("t.uuid_text", "keyUuid", "The key's uuid."), Number("t.created", "created", When),
        ], [("t.conversation", "uuid"), ("t.uuid", "uuid")]),
        new("removals", "removal", "Conversations that this person was removed from, kept for 400 days.", "removal t where t.user_id = @user",
        [
            Uuid("t.conversation", "conversation", Conversation), Text("t.reason", "reason", "Why."), Number("t.removed", "removed", When),
        ], [("t.conversation", "uuid")]),
        new("reports", "report", "What this person reported to the operator.", "report t where t.reporter_id = @user",
        [
            Number("t.id", "id", "The report's number."), Text("t.kind", "kind", "message, conversation or user."), Text("t.subject", "subject", "What was reported: a uuid or a user id."),
            Uuid("t.conversation", "conversation", Conversation), Text("t.reason", "reason", "The reason that was given."), Number("t.created", "created", When),
            Text("t.state", "state", "open, resolved or dismissed."), Number("t.closed_at", "closedAt", When),
        ], [("t.id", "integer")]),
        new("uploads", "upload", "Uploads that are under way, or ended a while ago.", "upload t where t.user_id = @user",
        [
            Uuid("t.id", "id", "The upload's uuid."), Text("t.target", "target", "What it is for."), Number("t.length", "length", "Bytes."), Number("t.offset_", "received", "Bytes that came."),
            Flag("t.finished", "finished", "Whether it is complete."), Number("t.created", "created", When), Number("t.expires", "expires", When),
        ], [("t.id", "uuid")]),
        new("uploadDays", "upload_day", "Bytes that were uploaded in a day.", "upload_day t where t.user_id = @user",
            [Number("t.day", "day", "Days since the Unix epoch."), Number("t.bytes", "bytes", "Bytes.")], [("t.day", "integer")]),
        new("pushes", "push_queue", "Notices to this person's devices that wait to be sent.", "push_queue t where substr(t.device, 1, 45) = @prefix",
        [
            Uuid("t.conversation", "conversation", Conversation), Text("t.application_type", "applicationType", "The kind of device."), Text("t.message", "message", "The message's uuid."),
            Number("t.queued", "queued", When), Number("t.due", "due", When), Number("t.tries", "tries", "How often it was tried."),
        ], [("t.id", "uuid")]),
    ];

    /// <summary>Columns of those tables that are no field, and why.</summary>
    public static readonly IReadOnlyDictionary<string, string> Withheld = new Dictionary<string, string>
    {
        ["user_profile.private_key_encrypted"] = "opens messages to who guesses the passphrase",
        ["user_profile.metadata_key_encrypted"] = "opens nicks and contacts to who guesses the passphrase",
        ["wrapped_key.key_encrypted"] = "opens messages to who has the private key",
        ["wrapped_key.signature"] = "of the wrapped key",
        ["wrapped_key.signer_user_id"] = "what another person did",
        ["wrapped_key.signer_key_pair"] = "what another person did",
        ["wrapped_key.uuid"] = "shown as keyUuid",
        ["member.user_id"] = "the person",
        ["preference.user_id"] = "the person",
        ["account_change.user_id"] = "the person",
        ["account_change.changed"] = "of the server",
        ["invitation.user_id"] = "the person",
        ["preference.changed"] = "of the server",
        ["receipt.user_id"] = "the person",
        ["message.user_id"] = "the person",
        ["blacklist.user_id"] = "the person",
        ["wrapped_key.user_id"] = "the person",
        ["removal.user_id"] = "the person",
        ["report.reporter_id"] = "the person",
        ["upload.user_id"] = "the person",
        ["upload_day.user_id"] = "the person",
        ["avatar.owner"] = "the person",
        ["push_queue.device"] = "the person, and a device by its credential's hash",
        ["member.ended_stays"] = "of earlier owners of the number",
        ["message_file.joined_at"] = "when it joined, in the order of the conversation",
        ["message.uuid"] = "shown in its author's spelling",
        ["message.objectionable"] = "what others reported",
        ["report.closed_by"] = "what the operator did",
        ["report.note"] = "what the operator wrote",
        ["report.author_id"] = "another person",
        ["upload.state"] = "of the file store",
        ["upload.generation"] = "of the server",
        ["upload_day.latest"] = "an upload's uuid",
        ["push_queue.id"] = "of the server",
        ["push_queue.claim"] = "of the server",
        ["push_queue.expires"] = "of the message, whose own is in here",
        ["blacklist.id"] = "of the server",
        ["user_profile.changed"] = "of the server",
        ["message.active"] = "when the message before a silent one came",
        ["message.changed"] = "of the server",
        ["receipt.changed"] = "of the server",
        ["removal.changed"] = "of the server",
    };

    /// <summary>Tables in which no person's own rows are, and why.</summary>
    public static readonly IReadOnlyDictionary<string, string> Others = new Dictionary<string, string>
    {
        ["conversation"] = "belongs to its members together",
        ["session_key"] = "belongs to a conversation",
        ["dialog_pair"] = "names an open dialog, which is among the person's memberships",
        ["admin_audit"] = "what the operator did",
        ["sms_spend"] = "counts by prefix",
        ["daily_figure"] = "counts by day",
        ["server_control"] = "the operator's settings",
        ["file_garbage"] = "files of nobody any more",
        ["file_signing_key"] = "of the server",
        ["file_store"] = "of the server",
        ["log_writer"] = "of the server",
        ["log_progress"] = "of the server",
        ["schema_version"] = "of the server",
        ["change_clock"] = "of the server",
        ["store_epoch"] = "of the server",
        ["cluster_identity"] = "of the server",
        ["cluster_member"] = "of the server",
        ["orleansquery"] = "of the server",
        ["contact"] = "told by the person's actor, which moves what an earlier release kept",
        ["contact_list"] = "counts the changes of a list",
        ["log_retired"] = "of the server",
        ["orleansstorage"] = "what actors keep: devices, contacts, parameters and codes of the person are sections of their own",
    };

    private static (string Column, DataField Field) Text(string column, string name, string tells) => (column, new DataField(name, "string", tells));

    private static (string Column, DataField Field) Number(string column, string name, string tells) => (column, new DataField(name, "integer", tells));

    private static (string Column, DataField Field) Flag(string column, string name, string tells) => (column, new DataField(name, "boolean", tells));

    private static (string Column, DataField Field) Uuid(string column, string name, string tells) => (column, new DataField(name, "uuid", tells));
}
