using System.Data.Common;
using Messenger.Ports;

namespace Messenger.Providers.Relational;

/// <summary>Columns to select, and the rows made of them. Each takes the ordinal of its first column.</summary>
internal static class Rows
{
    public const string Message =
        "m.sequence, m.uuid, m.uuid_text, m.user_id, m.session_key, m.iv, m.body, m.created, m.has_files, m.event_type, m.event_user_id, m.objectionable, m.deleted, m.reply_uuid, m.active, m.expires";

    public const string Conversation =
        "c.uuid_text, c.is_dialog, c.title, c.creator_id, c.session_key, c.session_key_text, c.created, c.has_avatar, c.avatar_updated, c.deleted, c.expiry_seconds";

    public const string Member = "p.user_id, p.is_admin, p.nick, p.joined_at, p.left_at, p.position, p.earlier_stays, p.ended_stays, p.nick_since";

    public const string SessionKey = "s.uuid, s.uuid_text, s.created";

    public const string WrappedKey =
        "k.uuid, k.uuid_text, k.user_id, k.key_encrypted, k.signature, k.signer_user_id, k.signer_key_pair, k.created";

    public const string Receipt = "r.user_id, r.read_ranges, r.delivered_ranges";

    public const string User =
        "u.user_id, u.public_key, u.private_key_encrypted, u.metadata_key_encrypted, u.key_pair_uuid, u.nick, u.created, u.last_login, u.avatar_updated, u.keys_updated, u.suspended, u.discoverable, u.last_seen";

    public const string File =
        "f.file, f.sequence, f.name, f.path_name, f.preview_name, f.mime_type, f.width, f.height, f.duration, f.size, f.created, f.joined_at";

    public const string Avatar = "a.owner, a.file, a.mime_type, a.size, a.updated";

    public const string Upload =
        "u.id, u.user_id, u.target, u.length, u.offset_, u.state, u.generation, u.finished, u.created, u.expires";

    public const int ConversationColumns = 11;

    /// <summary>
    /// What is unread in one span g: messages of others, no events, not deleted, not expired @now, not silent. To be selected span by span and not joined: a planner that guesses the
    /// filters wrong would read every message.
    /// </summary>
    public const string Unread =
        "from message m where m.conversation = g.conversation and m.sequence between g.low and g.high and m.user_id <> @user and m.event_type is null and not m.deleted and m.active is null and (m.expires is null or m.expires > @now)";

    /// <summary>The spans up to the newest row in which a member has something to read: what it may see and has not read.</summary>
    public static IEnumerable<SequenceSpan> Gaps(Guid conversation, IReadOnlyList<SequenceRange> stays, IntervalText read, long last)
    {
        var known = SequenceSet.Parse(read);
        return stays.Where(stay => stay.From <= last)
            .SelectMany(stay => known.Outside(stay with { To = Math.Min(stay.To, last) }))
            .Select(gap => new SequenceSpan(conversation, gap.From, gap.To));
    }

    public static MessageRow ToMessage(DbDataReader row, int at = 0) => new(
        row.GetInt64(at), row.GetGuid(at + 1), row.GetString(at + 2), row.GetString(at + 3), row.GetString(at + 4),
        Text(row, at + 5), Text(row, at + 6), row.GetInt64(at + 7), row.GetBoolean(at + 8), Text(row, at + 9), Text(row, at + 10),
        row.GetBoolean(at + 11), row.GetBoolean(at + 12), Text(row, at + 13))
    {
        Active = row.IsDBNull(at + 14) ? null : row.GetInt64(at + 14),
        Expires = row.IsDBNull(at + 15) ? null : row.GetInt64(at + 15),
    };

    public static ConversationRow ToConversation(DbDataReader row, int at = 0) => new(
        row.GetString(at), row.GetBoolean(at + 1), Text(row, at + 2), row.GetString(at + 3), row.GetGuid(at + 4),
        row.GetString(at + 5), row.GetInt64(at + 6), row.GetBoolean(at + 7), row.GetInt64(at + 8), row.GetBoolean(at + 9))
    {
        ExpirySeconds = row.GetInt32(at + 10),
    };

    public static MemberRow ToMember(DbDataReader row, int at = 0) => new(
        row.GetString(at), row.GetBoolean(at + 1), Text(row, at + 2), row.GetInt64(at + 3),
        row.IsDBNull(at + 4) ? null : row.GetInt64(at + 4), row.GetInt64(at + 5))
    {
        Earlier = new IntervalText(row.GetString(at + 6)),
        Ended = new IntervalText(row.GetString(at + 7)),
        NickSince = row.GetInt64(at + 8),
    };

    public static SessionKeyHeader ToSessionKey(DbDataReader row, int at = 0) =>
        new(row.GetGuid(at), row.GetString(at + 1), row.GetInt64(at + 2));

    /// <summary>Null where an outer join found none.</summary>
    public static SessionKeyRow? ToWrappedKey(DbDataReader row, int at = 0) => row.IsDBNull(at)
        ? null
        : new(
            row.GetGuid(at), row.GetString(at + 1), row.GetString(at + 2), row.GetString(at + 3), row.GetString(at + 4),
            Text(row, at + 5), Text(row, at + 6), row.GetInt64(at + 7));

    public static ReceiptRow ToReceipt(DbDataReader row, int at = 0) =>
        new(row.GetString(at), new IntervalText(row.GetString(at + 1)), new IntervalText(row.GetString(at + 2)));

    public static UserRow ToUser(DbDataReader row, int at = 0) => new(
        row.GetString(at), Text(row, at + 1), Text(row, at + 2), Text(row, at + 3), Text(row, at + 4), Text(row, at + 5),
        row.GetInt64(at + 6), row.GetInt64(at + 7), row.GetInt64(at + 8), row.GetInt64(at + 9), row.GetBoolean(at + 10),
        row.GetBoolean(at + 11))
    {
        LastSeen = (LastSeen)row.GetInt32(at + 12),
    };

    public static FileRow ToFile(DbDataReader row) => new(
        row.GetGuid(0), row.GetInt64(1), row.GetString(2), row.GetString(3), Text(row, 4), row.GetString(5), row.GetInt32(6), row.GetInt32(7),
        row.IsDBNull(8) ? null : row.GetInt32(8), row.GetInt64(9), row.GetInt64(10))
    {
        JoinedAt = row.GetInt64(11),
    };

    public static AvatarRow ToAvatar(DbDataReader row) =>
        new(row.GetString(0), row.GetGuid(1), row.GetString(2), row.GetInt64(3), row.GetInt64(4));

    public static UploadRow ToUpload(DbDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetInt64(3), row.GetInt64(4), Text(row, 5), row.GetInt64(6),
        row.GetBoolean(7), row.GetInt64(8), row.GetInt64(9));

    public static string? Text(DbDataReader row, int at) => row.IsDBNull(at) ? null : row.GetString(at);

    /// <summary>All rows of the current result.</summary>
    public static async Task<List<T>> All<T>(DbDataReader reader, Func<DbDataReader, T> map)
    {
        var rows = new List<T>();
        while (await reader.ReadAsync())
        {
            rows.Add(map(reader));
        }

        return rows;
    }

    /// <summary>All rows of the next result.</summary>
    public static async Task<List<T>> Next<T>(DbDataReader reader, Func<DbDataReader, T> map)
    {
        await reader.NextResultAsync();
        return await All(reader, map);
    }
}
