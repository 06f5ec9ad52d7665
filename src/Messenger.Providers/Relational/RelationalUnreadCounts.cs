using Messenger.Ports;

namespace Messenger.Providers.Relational;

/// <summary>Two round trips: where the user reads, then what lies outside of what was read.</summary>
internal sealed class RelationalUnreadCounts(IDatabase database, TimeProvider timeProvider) : IUnreadCounts
{
    public async Task<UnreadCount> Unread(string userId, Guid about, int most)
    {
        var places = await database.Read(
            """
            select me.conversation, me.joined_at, me.earlier_stays, coalesce(r.read_ranges, ''),
                (select max(m.sequence) from message m where m.conversation = me.conversation and m.sequence >= me.joined_at),
                coalesce(x.muted_until, 0)
            from member me
            join conversation c on c.conversation = me.conversation
            left join receipt r on r.conversation = me.conversation and r.user_id = me.user_id
            left join preference x on x.user_id = me.user_id and x.conversation = me.conversation
            where me.user_id = @user and me.left_at is null and not c.deleted
            """,
            reader => Rows.All(reader, row => (
                Conversation: row.GetGuid(0), Stays: MemberRow.StaysOf(new IntervalText(row.GetString(2)), row.GetInt64(1), leftAt: null),
                Read: new IntervalText(row.GetString(3)), Last: row.IsDBNull(4) ? (long?)null : row.GetInt64(4), MutedUntil: row.GetInt64(5))),
            ("user", userId));
        var now = timeProvider.GetUtcNow().ToUnixTimeMilliseconds();
        var muted = places.Exists(place => place.Conversation == about && place.MutedUntil > now);
        var gaps = places.Where(place => place.Last is not null && place.MutedUntil <= now)
            .SelectMany(place => Rows.Gaps(place.Conversation, place.Stays, place.Read, place.Last!.Value)).ToList();
        if (gaps.Count == 0)
        {
            return new UnreadCount(0, muted);
        }

        var (sql, arguments) = database.Spans(gaps, "gap");
        return await database.Read(
            $"select cast(coalesce(sum((select count(*) from (select 1 {Rows.Unread} limit @most) found)), 0) as bigint) from {sql}",
            async reader => new UnreadCount((int)Math.Min(most, (await Rows.All(reader, row => row.GetInt64(0)))[0]), muted),
            [.. arguments, ("user", userId), ("most", most), ("now", now)]);
    }
}
