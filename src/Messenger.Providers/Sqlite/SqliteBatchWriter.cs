using Messenger.Ports;
using Messenger.Providers.Commits;
using Messenger.Providers.Relational;
using Microsoft.Data.Sqlite;

namespace Messenger.Providers.Sqlite;

/// <summary>Writes a batch row by row with prepared statements: without a network, rows are cheap and the one flush is what counts.</summary>
internal sealed class SqliteBatchWriter(SqliteWriteThread thread, IWriterName name) : IBatchWriter
{
    private const int ConstraintUnique = 2067;
    private const int ConstraintPrimaryKey = 1555;

    private const string Mark = """
        update message set
            deleted = deleted or @deleted, objectionable = objectionable or @objectionable,
            body = case when @deleted then null else body end, iv = case when @deleted then null else iv end
        where conversation = @conversation and sequence = @sequence
        """;

    private static readonly string DropStaleDialog = DialogPairs.DropStale("p.low = @low and p.high = @high");

    private static readonly string PassDialogOn =
        $"update dialog_pair as p set conversation = coalesce(({DialogPairs.Next("c.conversation = @conversation")}), p.conversation) where p.conversation = @conversation";

    private const string Invite = """
        insert into invitation (user_id, conversation, maker)
        select @user, @conversation, @maker where not exists (select 1 from contact where user_id = @user and contact_id = @maker)
        on conflict (user_id, conversation) do update set maker = excluded.maker
        """;

    private const string MarkChanged = $"update conversation set changed = {SqliteDatabase.CommitPosition} where conversation = @conversation";

    private const string Journal =
        "insert into log_writer (name, unsettled) values (@name, @unsettled) on conflict (name) do update set unsettled = excluded.unsettled";

    /// <summary>The process that starts after a kill takes over from the one that was killed.</summary>
    public bool Journals => true;

    /// <summary>Whatever was handed to the thread before this is done when this is.</summary>
    public Task<bool> Open(CancellationToken cancellation) => thread.Run(_ => true);

    public Task Retire() => thread.Run(session =>
        session.Command("delete from log_writer where name = @name", [("name", name.Name)]).ExecuteNonQuery());

    public Task<BatchOutcome> Write(Batch batch) => thread.Run(session =>
    {
        try
        {
            return Write(session, batch);
        }
        catch (UnstorableException)
        {
            // It would be kept here, and is refused all the same: both stores take exactly the same.
            return BatchOutcome.Refused;
        }
    });

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private BatchOutcome Write(SqliteSession session, Batch batch)
    {
        using var transaction = session.Connection.BeginTransaction();
        if (batch.Terms.Any(turn => Passed(session, transaction, turn.Key, turn.Value)))
        {
            return BatchOutcome.TermPassed;
        }

        if (batch.Changed.Count + batch.Messages.Count + batch.Receipts.Count + batch.Removals.Count > 0)
        {
            session.Command(SqliteDatabase.Ticks, [], transaction).ExecuteNonQuery();
        }

        try
        {
            Insert(session, transaction, Tables.Message, batch.Messages);
            Insert(session, transaction, Tables.NewConversation, batch.Created);
            foreach (var (_, pair) in batch.Dialogs)
            {
                session.Command(DropStaleDialog, [("low", pair.Low), ("high", pair.High)], transaction).ExecuteNonQuery();
            }

            Insert(session, transaction, Tables.NewDialog, batch.Dialogs);
        }
        catch (SqliteException e) when (e.SqliteExtendedErrorCode is ConstraintUnique or ConstraintPrimaryKey)
        {
            return e.Message.Contains("message.uuid", StringComparison.Ordinal) ? BatchOutcome.UuidTaken
                : e.Message.Contains(Tables.NewDialog.Name, StringComparison.Ordinal) ? BatchOutcome.DialogTaken
                : BatchOutcome.SequenceTaken;
        }

        Insert(session, transaction, Tables.Conversation, batch.Headers);
        Insert(session, transaction, Tables.Member, batch.Members);
        Insert(session, transaction, Tables.SessionKey, batch.NewKeys);
        foreach (var (conversation, user) in batch.Ended)
        {
            session.Command(
                "delete from wrapped_key where conversation = @conversation and user_id = @user", [("conversation", conversation), ("user", user)],
                transaction).ExecuteNonQuery();
        }

        Insert(session, transaction, Tables.WrappedKey, batch.Keys);
        Insert(session, transaction, Tables.Receipt, batch.Receipts);
        foreach (var (conversation, mark) in batch.Marks)
        {
            session.Command(
                Mark,
                [
                    ("conversation", conversation), ("sequence", mark.Sequence), ("deleted", mark.Deleted),
                    ("objectionable", mark.Objectionable),
                ],
                transaction).ExecuteNonQuery();
        }

        foreach (var conversation in batch.ClosedDialogs)
        {
            session.Command(PassDialogOn, [("conversation", conversation)], transaction).ExecuteNonQuery();
            session.Command("delete from dialog_pair where conversation = @conversation", [("conversation", conversation)], transaction).ExecuteNonQuery();
        }

        Insert(session, transaction, Tables.Removal, batch.Removals);
        foreach (var (conversation, user) in batch.Ended)
        {
            // Whose account ended has no device to tell.
            session.Command(
                "delete from removal where conversation = @conversation and user_id = @user", [("conversation", conversation), ("user", user)],
                transaction).ExecuteNonQuery();
        }

        foreach (var (conversation, user) in batch.Gone)
        {
            session.Command(
                "delete from preference where conversation = @conversation and user_id = @user", [("conversation", conversation), ("user", user)],
                transaction).ExecuteNonQuery();
        }

        foreach (var (conversation, user) in batch.Accepted)
        {
            session.Command(
                "delete from invitation where conversation = @conversation and user_id = @user", [("conversation", conversation), ("user", user)],
                transaction).ExecuteNonQuery();
        }

        foreach (var (conversation, row) in batch.Invitations)
        {
            session.Command(Invite, [("conversation", conversation), ("user", row.UserId), ("maker", row.Maker)], transaction).ExecuteNonQuery();
        }

        SqliteFiles.Write(session, transaction, batch);
        foreach (var conversation in batch.Changed)
        {
            session.Command(MarkChanged, [("conversation", conversation)], transaction).ExecuteNonQuery();
        }

        if (batch.Unsettled is { } unsettled)
        {
            session.Command(Journal, [("name", name.Name), ("unsettled", unsettled)], transaction).ExecuteNonQuery();
        }

        transaction.Commit();
        return BatchOutcome.Written;
    }

    private static bool Passed(SqliteSession session, SqliteTransaction transaction, Guid conversation, long term) =>
        session.Command(
            "select 1 from conversation where conversation = @conversation and term <> @term",
            [("conversation", conversation), ("term", term)],
            transaction).ExecuteScalar() is not null;

    internal static void Insert<T>(SqliteSession session, SqliteTransaction transaction, Table<Keyed<T>> table, IReadOnlyList<Keyed<T>> rows)
    {
        if (rows.Count == 0)
        {
            return;
        }

        var values = string.Join(", ", table.Columns.Select(column => "@" + column.Name));
        var command = session.Command($"insert into {table.Name} ({table.ColumnList}) values ({values}{table.Marking(SqliteDatabase.CommitPosition)}){table.OnConflict}", [], transaction);
        foreach (var row in rows)
        {
            foreach (var column in table.Columns)
            {
                var value = column.Value(row);
                UnstorableException.ThrowIfAny(column.Name, value);
                SqliteSession.Set(command, column.Name, value);
            }

            command.ExecuteNonQuery();
        }
    }
}
