using System.Collections.Concurrent;
using Messenger.Ports;
using Messenger.Providers.Commits;
using Messenger.Providers.Relational;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Messenger.Providers.Postgres;

/// <summary>
/// Writes a batch in one round trip, which the server takes as one transaction: the fence, then one statement per table with a row's columns as arrays.
/// </summary>
internal sealed class PostgresBatchWriter(PostgresOptions options, IWriterName name, CommitHistory history, ILogger<PostgresBatchWriter> logger) : IBatchWriter
{
    private const string Claim =
        "insert into log_writer (name, backend) values ($1, pg_backend_pid()) on conflict (name) do update set generation = log_writer.generation + 1, backend = excluded.backend returning generation, fenced";

    // A name that was retired has no row, and must not get one again.
    private const string Reclaim =
        "update log_writer set generation = generation + 1, backend = pg_backend_pid() where name = $1 returning generation, fenced";

    private const string Mark = """
        update message m set
            deleted = m.deleted or x.deleted, objectionable = m.objectionable or x.objectionable,
            body = case when x.deleted then null else m.body end, iv = case when x.deleted then null else m.iv end
        from unnest($1, $2, $3, $4) x(conversation, sequence, deleted, objectionable)
        where m.conversation = x.conversation and m.sequence = x.sequence
        """;

    private const string DropKeys =
        "delete from wrapped_key k using unnest($1, $2) x(conversation, user_id) where k.conversation = x.conversation and k.user_id = x.user_id";

    private const string DropRemovals =
        "delete from removal r using unnest($1, $2) x(conversation, user_id) where r.user_id = x.user_id and r.conversation = x.conversation";

    private const string DropPreferences =
        "delete from preference p using unnest($1, $2) x(conversation, user_id) where p.user_id = x.user_id and p.conversation = x.conversation";

    private const string DropInvitations =
        "delete from invitation i using unnest($1, $2) x(conversation, user_id) where i.user_id = x.user_id and i.conversation = x.conversation";

    private const string Invite = """
        insert into invitation (user_id, conversation, maker)
        select x.user_id, x.conversation, x.maker from unnest($1, $2, $3) x(conversation, user_id, maker)
        where not exists (select 1 from contact k where k.user_id = x.user_id and k.contact_id = x.maker)
        on conflict (user_id, conversation) do update set maker = excluded.maker
        """;

    // What a deleted message had, and what is replaced by the files and avatars of this batch. Before the rows that replace them.
    private const string DropOfDeleted = """
        with gone as (
            delete from message_file f using unnest($1, $2) x(conversation, sequence)
            where f.conversation = x.conversation and f.sequence = x.sequence returning f.file)
        insert into file_garbage (file) select file from gone on conflict do nothing
        """;

    private const string DropReplaced = """
        insert into file_garbage (file)
        select f.file from message_file f join unnest($1, $2, $3, $4) x(conversation, sequence, path_name, file)
        on f.conversation = x.conversation and f.sequence = x.sequence and f.path_name = x.path_name where f.file <> x.file
        on conflict do nothing
        """;

    private const string DropAvatars = """
        with gone as (
            delete from avatar a using unnest($1, $2) x(owner, file)
            where a.owner = x.owner and a.file is distinct from x.file returning a.file)
        insert into file_garbage (file) select file from gone union select unnest($3) on conflict do nothing
        """;

    private const string PutAvatars = """
        insert into avatar (owner, file, mime_type, size, updated) select * from unnest($1, $2, $3, $4, $5)
        on conflict (owner) do update set file = excluded.file, mime_type = excluded.mime_type, size = excluded.size, updated = excluded.updated
        """;

    private static readonly string DropStaleDialogs = DialogPairs.DropStale("(p.low, p.high) in (select * from unnest($1, $2))");

    private static readonly string PassDialogsOn =
        $"update dialog_pair as p set conversation = coalesce(({DialogPairs.Next("c.conversation = any($1)")}), p.conversation) where p.conversation = any($1)";

    private const string DropDialogs = "delete from dialog_pair where conversation = any($1)";

    private const string MarkChanged = $"update conversation set changed = {PostgresDatabase.CommitPosition} where conversation = any($1)";

    private NpgsqlConnection? _connection;
    private long _generation;
    private bool _claimed;

    public bool Journals => true;

    /// <summary>
    /// Raises the generation in this writer's row. That waits for a commit which is still running on the server,
    /// and turns down what an earlier connection may yet bring: so afterwards no earlier commit is in doubt.
    /// </summary>
    public async Task<bool> Open(CancellationToken cancellation)
    {
        await Close();
        var opened = new NpgsqlConnection(options.Writer);
        try
        {
            await opened.OpenAsync(cancellation);
            await using (var durable = new NpgsqlCommand(
                "select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'", opened))
            {
                durable.CommandTimeout = PostgresOptions.OpenSeconds;
                await durable.ExecuteNonQueryAsync(cancellation);
            }

            // Before anything is committed by this connection: whoever remembers more than the server has must know it first.
            var before = history.Before();
            await using var claim = new NpgsqlCommand(_claimed ? Reclaim : Claim, opened) { CommandTimeout = PostgresOptions.OpenSeconds };
            claim.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name.Name });
            await using var reader = await claim.ExecuteReaderAsync(cancellation);
            var may = await reader.ReadAsync(cancellation) && !reader.GetBoolean(1);
            _generation = may ? reader.GetInt64(0) : _generation;
            await reader.CloseAsync();
            history.Connected(before, await Progress(opened, cancellation));
            _claimed = true;
            _connection = opened;
            Log.WriterOpen(logger, name.Name);
            return may;
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
    }

    public async Task Retire()
    {
        await using var retire = new NpgsqlCommand(PostgresStoreHistory.Retire("name = $1 and generation = $2 and not fenced"), _connection)
        {
            CommandTimeout = PostgresOptions.OpenSeconds,
        };
        retire.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name.Name });
        retire.Parameters.Add(new NpgsqlParameter<long> { TypedValue = _generation });
        await retire.ExecuteNonQueryAsync();
    }

    public async Task<BatchOutcome> Write(Batch batch)
    {
        await using var commands = new NpgsqlBatch(_connection);
        var fence = new NpgsqlBatchCommand("select log_commit($1, $2, $3)");
        fence.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name.Name });
        fence.Parameters.Add(new NpgsqlParameter<long> { TypedValue = _generation });
        fence.Parameters.Add(new NpgsqlParameter { Value = (object?)batch.Unsettled ?? DBNull.Value, NpgsqlDbType = UuidArray });
        commands.BatchCommands.Add(fence);

        if (batch.Terms is { Count: > 0 } terms)
        {
            var turn = new NpgsqlBatchCommand("select log_terms($1, $2)");
            turn.Parameters.Add(new NpgsqlParameter { Value = terms.Keys.ToArray() });
            turn.Parameters.Add(new NpgsqlParameter { Value = terms.Values.ToArray() });
            commands.BatchCommands.Add(turn);
        }

        try
        {
            AddRows(commands, batch);
            history.Committing();
            await commands.ExecuteNonQueryAsync();
            history.Committed();
            return BatchOutcome.Written;
        }
        catch (UnstorableException)
        {
            return BatchOutcome.Refused;
        }
        catch (PostgresException e) when (Refusal(e) is { } outcome)
        {
            return outcome;
        }
    }

    public async ValueTask DisposeAsync() => await Close();

    private static void AddRows(NpgsqlBatch commands, Batch batch)
    {
        Insert(commands, Tables.Message, batch.Messages);
        Insert(commands, Tables.NewConversation, batch.Created);
        if (batch.Dialogs is { Count: > 0 } dialogs)
        {
            Add(commands, DropStaleDialogs, dialogs.Select(one => one.Row.Low).ToArray(), dialogs.Select(one => one.Row.High).ToArray());
            Insert(commands, Tables.NewDialog, dialogs);
        }

        Insert(commands, Tables.Conversation, batch.Headers);
        Insert(commands, Tables.Member, batch.Members);
        Insert(commands, Tables.SessionKey, batch.NewKeys);
        var (endedIn, ended) = (batch.Ended.Select(one => one.Conversation).ToArray(), batch.Ended.Select(one => one.Row).ToArray());
        if (ended.Length > 0)
        {
            Add(commands, DropKeys, endedIn, ended);
        }

        Insert(commands, Tables.WrappedKey, batch.Keys);
        Insert(commands, Tables.Receipt, batch.Receipts);
        if (batch.Marks is { Count: > 0 } marks)
        {
            var command = new NpgsqlBatchCommand(Mark);
            command.Parameters.Add(new NpgsqlParameter { Value = marks.Select(mark => mark.Conversation).ToArray() });
            command.Parameters.Add(new NpgsqlParameter { Value = marks.Select(mark => mark.Row.Sequence).ToArray() });
            command.Parameters.Add(new NpgsqlParameter { Value = marks.Select(mark => mark.Row.Deleted).ToArray() });
            command.Parameters.Add(new NpgsqlParameter { Value = marks.Select(mark => mark.Row.Objectionable).ToArray() });
            commands.BatchCommands.Add(command);
        }

        if (batch.ClosedDialogs is { Count: > 0 } closed)
        {
            Add(commands, PassDialogsOn, closed.ToArray());
            Add(commands, DropDialogs, closed.ToArray());
        }

        Insert(commands, Tables.Removal, batch.Removals);
        if (ended.Length > 0)
        {
            // Whose account ended has no device to tell.
            Add(commands, DropRemovals, endedIn, ended);
        }

        if (batch.Gone is { Count: > 0 } gone)
        {
            Add(commands, DropPreferences, gone.Select(one => one.Conversation).ToArray(), gone.Select(one => one.Row).ToArray());
        }

        if (batch.Accepted is { Count: > 0 } accepted)
        {
            Add(commands, DropInvitations, accepted.Select(one => one.Conversation).ToArray(), accepted.Select(one => one.Row).ToArray());
        }

        if (batch.Invitations is { Count: > 0 } invited)
        {
            Add(commands, Invite,
                invited.Select(one => one.Conversation).ToArray(), invited.Select(one => one.Row.UserId).ToArray(), invited.Select(one => one.Row.Maker).ToArray());
        }

        AddFiles(commands, batch);
        if (batch.Changed is { Count: > 0 } changed)
        {
            Add(commands, MarkChanged, changed.ToArray());
        }
    }

    private static async Task<CommitHistory.Stored> Progress(NpgsqlConnection opened, CancellationToken cancellation)
    {
        await using var look = new NpgsqlCommand(PostgresStoreHistory.Progress, opened) { CommandTimeout = PostgresOptions.OpenSeconds };
        await using var reader = await look.ExecuteReaderAsync(cancellation);
        return await PostgresStoreHistory.Stored(reader);
    }

    /// <summary>Nothing for the many batches without files.</summary>
    private static void AddFiles(NpgsqlBatch commands, Batch batch)
    {
        if (batch.Files is { Count: > 0 } files)
        {
            Add(commands, DropReplaced,
                files.Select(one => one.Conversation).ToArray(), files.Select(one => one.Row.Sequence).ToArray(),
                files.Select(one => one.Row.PathName).ToArray(), files.Select(one => one.Row.File).ToArray());
            Insert(commands, Tables.MessageFile, files);
        }

        if (batch.Marks.Where(mark => mark.Row.Deleted).ToList() is { Count: > 0 } deleted)
        {
            Add(commands, DropOfDeleted, deleted.Select(mark => mark.Conversation).ToArray(), deleted.Select(mark => mark.Row.Sequence).ToArray());
        }

        if (batch.Avatars.Count + batch.Replaced.Count > 0)
        {
            Add(commands, DropAvatars,
                batch.Avatars.Select(one => one.Owner).ToArray(), batch.Avatars.Select(one => one.File).ToArray(), batch.Replaced.ToArray());
            var set = batch.Avatars.Where(one => one.File is not null).ToList();
            Add(commands, PutAvatars,
                set.Select(one => one.Owner).ToArray(), set.Select(one => one.File!.Value).ToArray(), set.Select(one => one.MimeType).ToArray(),
                set.Select(one => one.Size).ToArray(), set.Select(one => one.Updated).ToArray());
        }
    }

    private static void Add(NpgsqlBatch commands, string sql, params Array[] arrays)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var array in arrays)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = array });
        }

        commands.BatchCommands.Add(command);
    }

    private const NpgsqlTypes.NpgsqlDbType UuidArray = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Uuid;

    /// <summary>The text for each of <see cref="Tables"/>, of which two may have one name.</summary>
    private static readonly ConcurrentDictionary<object, string> Inserts = new(ReferenceEqualityComparer.Instance);

    private static string InsertInto<T>(Table<Keyed<T>> table)
    {
        var arrays = string.Join(", ", Enumerable.Range(1, table.Columns.Count).Select(index => $"${index}"));
        return $"insert into {table.Name} ({table.ColumnList}) select *{table.Marking(PostgresDatabase.CommitPosition)} from unnest({arrays}){table.OnConflict}";
    }

    private static void Insert<T>(NpgsqlBatch commands, Table<Keyed<T>> table, IReadOnlyList<Keyed<T>> rows)
    {
        if (rows.Count == 0)
        {
            return;
        }

        var command = new NpgsqlBatchCommand(Inserts.GetOrAdd(table, static (_, of) => InsertInto(of), table));
        foreach (var column in table.Columns)
        {
            var values = column.Values(rows);
            UnstorableException.ThrowIfAny(column.Name, values);
            command.Parameters.Add(new NpgsqlParameter { Value = values });
        }

        commands.BatchCommands.Add(command);
    }

    /// <summary>Which of our rules the server enforced; null when something else went wrong.</summary>
    private static BatchOutcome? Refusal(PostgresException e) => e.SqlState switch
    {
        PostgresErrors.WriterFenced => BatchOutcome.WriterFenced,
        PostgresErrors.TermPassed => BatchOutcome.TermPassed,

        // Indexes of partitions are named after the partition: message_7_pkey, message_7_conversation_uuid_key.
        PostgresErrorCodes.UniqueViolation when e.TableName == Tables.NewDialog.Name => BatchOutcome.DialogTaken,
        PostgresErrorCodes.UniqueViolation => e.ConstraintName?.EndsWith("uuid_key", StringComparison.Ordinal) == true
            ? BatchOutcome.UuidTaken : BatchOutcome.SequenceTaken,

        // A value of no type it knows, or more than a row or an index has room for.
        _ when e.SqlState.StartsWith("22", StringComparison.Ordinal) || e.SqlState.StartsWith("54", StringComparison.Ordinal) => BatchOutcome.Refused,
        _ => null,
    };

    private async Task Close()
    {
        var old = _connection;
        _connection = null;
        if (old is null)
        {
            return;
        }

        try
        {
            await old.DisposeAsync();
        }
        catch (Exception e) when (PostgresErrors.IsAway(e) || e is InvalidOperationException)
        {
            Log.CloseFailed(logger, e);
        }
    }
}
