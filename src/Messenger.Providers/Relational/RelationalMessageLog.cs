using Messenger.Ports;
using Messenger.Providers.Commits;

namespace Messenger.Providers.Relational;

/// <summary>The message log: written by the group commit, read by statements that both engines understand.</summary>
internal sealed class RelationalMessageLog(IDatabase database, CommitQueue commits, IWriterName self, IStoreHistory history, TimeProvider timeProvider) : IMessageLog
{
    public long History => history.Steps;

    public bool IsAway => commits.Away;

    private long Now => timeProvider.GetUtcNow().ToUnixTimeMilliseconds();

    public Task<LogOutcome> Append(LogEntry entry) => commits.Append(entry);

    public void Settled(Guid conversation) => commits.Settled(conversation);

    public Task Leave(Guid conversation) => commits.Leave(conversation);

    public Task Close() => commits.Close();

    public async Task<ConversationState?> Load(Guid conversation)
    {
        var undelivered = await commits.Loading(conversation);

        // Of the moment before: a step that is seen while it is read makes what was read stale.
        var steps = history.Steps;

        // The term never repeats, not even where a crash of the store loses one that nothing rests on yet: the clock goes on.
        // A writer that was taken over raises none: the living activation would have to give way to it.
        var takeOver =
            $"update conversation set term = case when term < @now then @now else term + 1 end where conversation = @conversation and {database.MayWrite}";

        // From here on no other activation changes a roster or a receipt. The head is read first: what another one still appends after it
        // shows up as a taken sequence.
        var sql = $"""
            select {database.MayWrite};
            select w.name from log_writer w where w.name <> @writer and {database.Names("w.unsettled")};
            select m.sequence, m.created, coalesce(m.active, m.created) from message m where m.conversation = @conversation order by m.sequence desc limit 1;
            select {Rows.Conversation}, c.term from conversation c where c.conversation = @conversation;
            select {Rows.Member} from member p where p.conversation = @conversation order by p.position;
            select {Rows.SessionKey} from session_key s where s.conversation = @conversation order by s.created;
            select {Rows.Receipt} from receipt r where r.conversation = @conversation;
            select b.user_id from conversation c
            join member p on p.conversation = c.conversation and p.left_at is null
            join member o on o.conversation = c.conversation and o.left_at is null and o.user_id <> p.user_id
            join blacklist b on b.user_id = p.user_id and b.blocked_id = o.user_id
            where c.conversation = @conversation and c.is_dialog;
            select i.user_id from invitation i where i.conversation = @conversation
            """;
        return await database.ChangeAndRead(
            takeOver,
            sql,
            async reader =>
            {
                if (!(await Rows.All(reader, row => row.GetBoolean(0)))[0])
                {
                    commits.FoundFenced();
                    throw new WriterFencedException();
                }

                var names = await Rows.Next(reader, row => row.GetString(0));
                var heads = await Rows.Next(reader, row => (Sequence: row.GetInt64(0), Created: row.GetInt64(1), Active: (long?)row.GetInt64(2)));
                var headers = await Rows.Next(reader, row => (Row: Rows.ToConversation(row), Term: row.GetInt64(Rows.ConversationColumns)));
                var members = await Rows.Next(reader, row => Rows.ToMember(row));
                var keys = await Rows.Next(reader, row => Rows.ToSessionKey(row));
                var receipts = await Rows.Next(reader, row => Rows.ToReceipt(row));
                var blacklisting = await Rows.Next(reader, row => row.GetString(0));
                var unaccepted = await Rows.Next(reader, row => row.GetString(0));
                var (head, created, active) = heads.Count > 0 ? heads[0] : default;
                return headers.Count > 0
                    ? new ConversationState(headers[0].Row, head, created, members, keys, receipts, headers[0].Term)
                    {
                        LastActive = active,
                        UndeliveredBy = names,
                        Undelivered = undelivered,
                        History = steps,
                        Blacklisting = blacklisting.ToHashSet(StringComparer.Ordinal),
                        Unaccepted = unaccepted,
                    }
                    : null;
            },
            ("conversation", conversation), ("now", Now), ("writer", self.Name));
    }

    public async Task<IReadOnlyList<MessageRow>> Read(Guid conversation, SequenceRange range, int size, bool newestFirst) =>
        await database.Read(
            $"""
            select {Rows.Message} from message m where m.conversation = @conversation and m.sequence between @from and @to
            order by m.sequence {(newestFirst ? "desc" : "asc")} limit @size
            """,
            reader => Rows.All(reader, row => Rows.ToMessage(row)),
            ("conversation", conversation), ("from", range.From), ("to", range.To), ("size", size));

    public async Task<IReadOnlyList<MessageRow>> Find(Guid conversation, IReadOnlyCollection<Guid> uuids) =>
        uuids.Count == 0 ? [] : await database.Read(
            $"select {Rows.Message} from message m where m.conversation = @conversation and {database.Among("m.uuid", "@uuids")}",
            reader => Rows.All(reader, row => Rows.ToMessage(row)),
            ("conversation", conversation), Argument.List("uuids", uuids));

    public async Task<int> CountUnread(Guid conversation, string userId, IReadOnlyList<SequenceRange> ranges)
    {
        if (ranges.Count == 0)
        {
            return 0;
        }

        var (spans, arguments) = database.Spans([.. ranges.Select(part => new SequenceSpan(conversation, part.From, part.To))], "gap");
        return await database.Read(
            $"select cast(coalesce(sum((select count(*) {Rows.Unread})), 0) as bigint) from {spans}",
            async reader => (await Rows.All(reader, row => row.GetInt32(0)))[0],
            [.. arguments, ("user", userId), ("now", Now)]);
    }

    public async Task<UnreadMessages> FindUnread(Guid conversation, string userId, IReadOnlyList<SequenceRange> ranges)
    {
        if (ranges.Count == 0)
        {
            return default;
        }

        var (spans, arguments) = database.Spans([.. ranges.Select(part => new SequenceSpan(conversation, part.From, part.To))], "gap");
        var found = await database.Read(
            $"select (select count(*) {Rows.Unread}), (select m.uuid_text {Rows.Unread} order by m.sequence limit 1) from {spans} order by g.low",
            reader => Rows.All(reader, row => (Count: row.GetInt32(0), First: Rows.Text(row, 1))),
            [.. arguments, ("user", userId), ("now", Now)]);
        return new UnreadMessages(found.Sum(gap => gap.Count), found.Select(gap => gap.First).FirstOrDefault(first => first is not null));
    }

    public async Task<SessionKeyRow?> FindKey(Guid conversation, Guid sessionKey, string userId) =>
        (await database.Read(
            $"select {Rows.WrappedKey} from wrapped_key k where k.conversation = @conversation and k.uuid = @key and k.user_id = @user",
            reader => Rows.All(reader, row => Rows.ToWrappedKey(row)),
            ("conversation", conversation), ("key", sessionKey), ("user", userId))).FirstOrDefault();

    public async Task<IReadOnlyList<SessionKeyRow>> FindCopies(Guid conversation, string userId, string keyEncrypted) => (await database.Read(
        $"""
        select {Rows.WrappedKey} from session_key s
        join wrapped_key w on w.conversation = s.conversation and w.uuid = s.uuid and w.user_id = @user and w.key_encrypted = @copy
        join wrapped_key k on k.conversation = s.conversation and k.uuid = s.uuid
        where s.conversation = @conversation
        """,
        reader => Rows.All(reader, row => Rows.ToWrappedKey(row)!),
        ("conversation", conversation), ("user", userId), ("copy", keyEncrypted)));

    public async Task<int> Purge(int max)
    {
        await database.Write(
            "delete from removal where removed < @old", ("old", timeProvider.GetUtcNow().Add(-RemovalRow.Kept).ToUnixTimeMilliseconds()));
        var gone = 0;
        while (gone < max && await Tombstone() is { } conversation)
        {
            var rest = max - gone;
            rest -= await PurgeFiles(conversation, rest);
            foreach (var (table, key) in Purged)
            {
                rest -= rest <= 0 ? 0 : await database.Write(
                    $"""
                    delete from {table} where conversation = @conversation
                    and ({key}) in (select {key} from {table} where conversation = @conversation limit @rest)
                    """,
                    ("conversation", conversation), ("rest", rest));
            }

            gone = max - Math.Max(0, rest);
            if (rest > 0)
            {
                await database.Write(
                    "update conversation set purged = true where conversation = @conversation", ("conversation", conversation));
            }
        }

        return gone;
    }

    /// <summary>The files of a conversation, and its avatar, become garbage: each of them costs two rows.</summary>
    private async Task<int> PurgeFiles(Guid conversation, int max)
    {
        var avatar = new AvatarRow(AvatarOwners.Conversation(conversation), null, "", 0, 0);
        await database.Write(string.Join(";\n", AvatarStatements.For(avatar)), AvatarStatements.Arguments(avatar));
        const string some = "select path_name, sequence from message_file where conversation = @conversation order by sequence, path_name limit @max";
        return await database.Write(
            $"""
            insert into file_garbage (file) select f.file from message_file f where f.conversation = @conversation
            and (f.path_name, f.sequence) in ({some}) on conflict do nothing;
            delete from message_file where conversation = @conversation and (path_name, sequence) in ({some})
            """,
            ("conversation", conversation), ("max", Math.Max(1, max / 2)));
    }

    /// <summary>What goes with a conversation, each with the rest of its key.</summary>
    private static readonly (string Table, string Key)[] Purged =
    [
        ("message", "sequence"), ("wrapped_key", "uuid, user_id"), ("session_key", "uuid"), ("receipt", "user_id"), ("member", "user_id"),
    ];

    private async Task<Guid?> Tombstone()
    {
        var found = await database.Read(
            "select c.conversation from conversation c where c.deleted and not c.purged limit 1",
            reader => Rows.All(reader, row => row.GetGuid(0)));
        return found.Count > 0 ? found[0] : null;
    }
}
