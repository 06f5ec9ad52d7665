using System.Data.Common;
using Messenger.Ports;

namespace Messenger.Providers.Relational;

/// <summary>Conversations seen from a user.</summary>
internal sealed class RelationalConversationDirectory(IDatabase database, TimeProvider timeProvider) : IConversationDirectory
{
    /// <summary>The conversations the user is in now, each once: what joins them needs no distinct.</summary>
    private const string Mine = "member me join conversation c on c.conversation = me.conversation";

    /// <summary>Messages at either end among which it is looked who wrote: what a ring costs does not grow with the conversation.</summary>
    private const int WrittenWindow = 1000;

    private const string AreMine = "me.user_id = @user and me.left_at is null and not c.deleted";

    /// <summary>Two round trips, however many conversations: what they are, then the rows of them that matter.</summary>
    public Task<IReadOnlyList<SyncRow>> Sync(string userId, long mostBytes) => Sync(userId, only: null, mostBytes);

    /// <param name="only">Null: all of the user's.</param>
    public async Task<IReadOnlyList<SyncRow>> Sync(string userId, IReadOnlyCollection<Guid>? only, long mostBytes = long.MaxValue)
    {
        if (only is { Count: 0 })
        {
            return [];
        }

        var mine = await Heads(userId, only);
        if (mine.Heads.Count == 0)
        {
            return [];
        }

        var (last, unread) = await Messages(userId, mine.Heads, mostBytes);
        return [.. mine.Heads.Select(head => new SyncRow(
            head.Conversation,
            head.Header,
            [.. mine.Members[head.Conversation].Select(member => member.Row)],
            last.GetValueOrDefault(head.Conversation),
            [.. mine.Receipts[head.Conversation].Select(receipt => receipt.Row)],
            unread.GetValueOrDefault(head.Conversation).Count,
            unread.GetValueOrDefault(head.Conversation).First,
            head.Key)
        {
            Accepted = head.Accepted,
            Preferences = mine.Preferences.GetValueOrDefault(head.Conversation),
        })];
    }

    public async Task<IReadOnlyList<Guid>> ConversationsOf(string userId) =>
        await database.Read($"select me.conversation from {Mine} where {AreMine}", reader => Rows.All(reader, row => row.GetGuid(0)), ("user", userId));

    public async Task<IReadOnlyList<Guid>> EverOf(string userId) => await database.Read(
        $"""
        select me.conversation from {Mine} where me.user_id = @user and not c.deleted
        and (me.left_at is null or me.joined_at <= me.left_at or me.earlier_stays <> '')
        """,
        reader => Rows.All(reader, row => row.GetGuid(0)),
        ("user", userId));

    /// <summary>
    /// Where this maker has few and nobody's list is full, which is nearly always, that is all that is asked. Touched is what was read in, muted, pinned or
    /// archived, or has a nick of one's own.
    /// </summary>
    public async Task<IReadOnlyList<string>> Crowded(IReadOnlyCollection<string> userIds, string maker, int most, int ofOne, int ofAll)
    {
        var (full, many) = await database.Read(
            $"""
            select i.user_id from invitation i where {database.Among("i.user_id", "@users")}
                and not exists (select 1 from contact k where k.user_id = i.user_id and k.contact_id = @maker)
            group by i.user_id having count(*) >= @ofAll;
            select i.user_id from invitation i where i.maker = @maker and {database.Among("i.user_id", "@users")}
            group by i.user_id having count(*) >= @ofOne
            """,
            async reader => (await Rows.All(reader, row => row.GetString(0)), await Rows.Next(reader, row => row.GetString(0))),
            ("maker", maker), ("ofOne", ofOne), ("ofAll", ofAll), Argument.List("users", userIds));
        return many.Count == 0 || full.Count > 0 ? full : await database.Read(
            $"""
            select i.user_id from invitation i
            join member m on m.conversation = i.conversation and m.user_id = i.user_id
            left join receipt r on r.conversation = i.conversation and r.user_id = i.user_id
            where {database.Among("i.user_id", "@users")} and coalesce(r.read_ranges, '') = '' and m.nick is null
                and not exists (select 1 from preference p where p.user_id = i.user_id and p.conversation = i.conversation)
            group by i.user_id
            having count(*) >= @most and sum(case when i.maker = @maker then 1 else 0 end) >= @ofOne
            """,
            reader => Rows.All(reader, row => row.GetString(0)),
            ("maker", maker), ("ofOne", ofOne), ("most", most), Argument.List("users", many));
    }

    public async Task<IReadOnlyList<string>> Ringable(Guid conversation, string caller, IReadOnlyCollection<string> named) => await database.Read(
        $"""
        select m.user_id from member m
        where m.conversation = @conversation and m.left_at is null and {database.Among("m.user_id", "@named")}
            and (exists (select 1 from contact k where k.user_id = m.user_id and k.contact_id = @caller)
                or exists (select 1 from message w where w.conversation = @conversation and w.sequence <= @window and w.user_id = m.user_id and w.event_type is null)
                or exists (
                    select 1 from message w where w.conversation = @conversation and w.user_id = m.user_id and w.event_type is null
                        and w.sequence > (select max(h.sequence) from message h where h.conversation = @conversation) - @window))
        """,
        reader => Rows.All(reader, row => row.GetString(0)),
        ("conversation", conversation), ("caller", caller), ("window", WrittenWindow), Argument.List("named", named));

    public async Task<IReadOnlyList<Guid>> DialogsOf(string userId, string peer) =>
        await database.Read(
            """
            select c.conversation from member me
            join member peer on peer.conversation = me.conversation and peer.user_id = @peer
            join conversation c on c.conversation = me.conversation
            where me.user_id = @user and c.is_dialog and not c.deleted
            """,
            reader => Rows.All(reader, row => row.GetGuid(0)),
            ("user", userId), ("peer", peer));

    public async Task<string?> OpenDialogOf(string userId, string peer)
    {
        var pair = DialogPair.Of(userId, peer);
        return (await database.Read(
            $"select c.uuid_text from dialog_pair p join conversation c on c.conversation = p.conversation where p.low = @low and p.high = @high and {DialogPairs.IsOpen}",
            reader => Rows.All(reader, row => row.GetString(0)),
            ("low", pair.Low), ("high", pair.High))).FirstOrDefault();
    }

    public async Task<IReadOnlyList<string>> CompanionsOf(string userId) =>
        await database.Read(
            $"""
            select distinct p.user_id from {Mine} join member p on p.conversation = me.conversation
            where {AreMine} and p.left_at is null and p.user_id <> @user
            """,
            reader => Rows.All(reader, row => row.GetString(0)),
            ("user", userId));

    private Task<Found> Heads(string userId, IReadOnlyCollection<Guid>? only)
    {
        var areMine = only is null ? AreMine : $"{AreMine} and {database.Among("me.conversation", "@only")}";
        return database.Read(
        $"""
        select me.conversation, {Rows.Conversation}, me.joined_at, me.earlier_stays, coalesce(r.read_ranges, ''),
            (select max(m.sequence) from message m where m.conversation = me.conversation and m.sequence >= me.joined_at),
            not exists (select 1 from invitation i where i.user_id = @user and i.conversation = me.conversation),
            {Rows.WrappedKey}
        from {Mine}
        left join receipt r on r.conversation = me.conversation and r.user_id = me.user_id
        left join wrapped_key k on k.conversation = me.conversation and k.uuid = c.session_key and k.user_id = me.user_id
        where {areMine};
        select p.conversation, {Rows.Member} from {Mine} join member p on p.conversation = me.conversation where {areMine} order by p.position;
        select r.conversation, {Rows.Receipt} from {Mine} join receipt r on r.conversation = me.conversation where {areMine};
        select {RelationalPreferences.Columns} from {RelationalPreferences.Source}
        where x.user_id = @user and {(only is null ? "false" : database.Among("x.conversation", "@only"))}
        """,
        async reader => new Found(
            await Rows.All(reader, ToHead),
            (await Rows.Next(reader, row => (Conversation: row.GetGuid(0), Row: Rows.ToMember(row, 1)))).ToLookup(row => row.Conversation),
            (await Rows.Next(reader, row => (Conversation: row.GetGuid(0), Row: Rows.ToReceipt(row, 1)))).ToLookup(row => row.Conversation),
            (await Rows.Next(reader, RelationalPreferences.ToPreference)).ToDictionary(row => row.Conversation)),
        only is null ? [("user", userId)] : [("user", userId), Argument.List("only", only)]);
    }

    private Task<(Dictionary<Guid, MessageRow> Last, Dictionary<Guid, (int Count, string? First)> Unread)> Messages(
        string userId, List<Head> heads, long mostBytes)
    {
        var last = heads.Where(head => head.Last is not null).Select(head => new SequenceSpan(head.Conversation, head.Last!.Value, head.Last.Value));
        var gaps = heads.Where(head => head.Last is not null)
            .SelectMany(head => Rows.Gaps(head.Conversation, head.Stays, head.Read, head.Last!.Value));

        var (lastSql, lastArguments) = database.Spans([.. last], "last");
        var (gapSql, gapArguments) = database.Spans([.. gaps], "gap");
        return database.Read(
            $"""
            select g.conversation, {Rows.Message} from {lastSql}
            join message m on m.conversation = g.conversation and m.sequence between g.low and g.high;
            select g.conversation, (select count(*) {Rows.Unread}), (select m.uuid_text {Rows.Unread} order by m.sequence limit 1)
            from {gapSql} order by g.low
            """,
            async reader => (
                (await Rows.All(reader, Newest(mostBytes)))
                    .ToDictionary(row => row.Conversation, row => row.Row),
                (await Rows.Next(reader, row => (Conversation: row.GetGuid(0), Count: row.GetInt32(1), First: Rows.Text(row, 2))))
                    .GroupBy(gap => gap.Conversation)
                    .ToDictionary(gaps => gaps.Key, gaps => (gaps.Sum(gap => gap.Count), gaps.Select(gap => gap.First).FirstOrDefault(first => first is not null)))),
            [.. lastArguments, .. gapArguments, ("user", userId), ("now", timeProvider.GetUtcNow().ToUnixTimeMilliseconds())]);
    }

    /// <summary>Counts while they come: not one more than may be held is read. Made for each try, since a read that broke is made again.</summary>
    private static Func<DbDataReader, (Guid Conversation, MessageRow Row)> Newest(long mostBytes)
    {
        var bytes = 0L;
        return row =>
        {
            var message = Rows.ToMessage(row, 1);
            bytes += message.Body?.Length ?? 0;
            return bytes <= mostBytes ? (row.GetGuid(0), message) : throw new ListTooLargeException($"the newest messages have more than {mostBytes} bytes");
        };
    }

    private static Head ToHead(DbDataReader row)
    {
        var next = 1 + Rows.ConversationColumns;
        return new(
            row.GetGuid(0), Rows.ToConversation(row, 1),
            MemberRow.StaysOf(new IntervalText(row.GetString(next + 1)), row.GetInt64(next), leftAt: null), new IntervalText(row.GetString(next + 2)),
            row.IsDBNull(next + 3) ? null : row.GetInt64(next + 3), row.GetBoolean(next + 4), Rows.ToWrappedKey(row, next + 5));
    }

    private sealed record Head(
        Guid Conversation, ConversationRow Header, IReadOnlyList<SequenceRange> Stays, IntervalText Read, long? Last, bool Accepted, SessionKeyRow? Key);

    private sealed record Found(
        List<Head> Heads, ILookup<Guid, (Guid Conversation, MemberRow Row)> Members, ILookup<Guid, (Guid Conversation, ReceiptRow Row)> Receipts,
        Dictionary<Guid, PreferenceRow> Preferences);
}
