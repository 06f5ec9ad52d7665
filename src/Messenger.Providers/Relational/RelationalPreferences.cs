using System.Data.Common;
using Messenger.Ports;

namespace Messenger.Providers.Relational;

/// <inheritdoc cref="IPreferences"/>
internal sealed class RelationalPreferences(IDatabase database) : IPreferences
{
    internal const string Columns = "x.conversation, c.uuid_text, x.muted_until, x.pinned, x.archived, x.data, x.version";

    internal const string Source = "preference x join conversation c on c.conversation = x.conversation";

    private readonly CoalescedReads<(Guid Conversation, long Until)> _mutes = new(async users => (await database.Read(
        $"select x.user_id, x.conversation, x.muted_until from preference x where {database.Among("x.user_id", "@users")} and x.muted_until > 0",
        reader => Rows.All(reader, row => (User: row.GetString(0), Conversation: row.GetGuid(1), Until: row.GetInt64(2))),
        Argument.List("users", users))).ToLookup(row => row.User, row => (row.Conversation, row.Until), StringComparer.Ordinal));

    public async Task<IReadOnlyList<PreferenceRow>> Of(string userId, IReadOnlyCollection<Guid>? only) => only is { Count: 0 } ? [] : await database.Read(
        $"select {Columns} from {Source} where x.user_id = @user{(only is null ? "" : $" and {database.Among("x.conversation", "@only")}")}",
        reader => Rows.All(reader, ToPreference),
        only is null ? [("user", userId)] : [("user", userId), Argument.List("only", only)]);

    public async Task<PreferenceTotals> Totals(string userId, Guid but) => (await database.Read(
        """
        select cast(coalesce(sum(case when x.pinned then 1 else 0 end), 0) as bigint), cast(coalesce(sum(length(x.data)), 0) as bigint)
        from preference x where x.user_id = @user and x.conversation <> @but
        """,
        reader => Rows.All(reader, row => new PreferenceTotals((int)row.GetInt64(0), row.GetInt64(1))),
        ("user", userId), ("but", but)))[0];

    public async Task<IReadOnlyDictionary<Guid, long>> Mutes(string userId, long now) =>
        (await _mutes.Of(userId)).Where(mute => mute.Until > now).ToDictionary(mute => mute.Conversation, mute => mute.Until);

    /// <summary>The member's row is held, so that who leaves at this moment has left before or leaves behind it, and erases it.</summary>
    public async Task<PreferenceRow?> Put(string userId, PreferenceRow row)
    {
        await database.Write(
            $"""
            {database.Tick}
            insert into preference (user_id, conversation, muted_until, pinned, archived, data, version, changed)
            select m.user_id, m.conversation, cast(@muted as bigint), @pinned, @archived, cast(@data as text), cast(@version as bigint), {database.Position} from (
                select me.user_id, me.conversation from member me join conversation c on c.conversation = me.conversation
                where me.conversation = @conversation and me.user_id = @user and me.left_at is null and not c.deleted {database.Held("me")}) m
            where true
            on conflict (user_id, conversation) do update set
                muted_until = excluded.muted_until, pinned = excluded.pinned, archived = excluded.archived, data = excluded.data,
                version = excluded.version, changed = excluded.changed
            where preference.version < excluded.version
            """,
            ("conversation", row.Conversation), ("user", userId), ("muted", row.MutedUntil), ("pinned", row.Pinned), ("archived", row.Archived),
            ("data", row.Data), ("version", row.Version));
        return await Of(userId, [row.Conversation]) is [var stored] ? stored : null;
    }

    internal static PreferenceRow ToPreference(DbDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetInt64(2), row.GetBoolean(3), row.GetBoolean(4), Rows.Text(row, 5), row.GetInt64(6));
}
