using Messenger.Providers.Commits;
using Messenger.Providers.Relational;
using Microsoft.Data.Sqlite;

namespace Messenger.Providers.Sqlite;

/// <summary>The files and avatars of a batch, and what becomes garbage by it.</summary>
internal static class SqliteFiles
{
    private const string DropReplaced = """
        insert or ignore into file_garbage (file) select file from message_file
        where conversation = @conversation and sequence = @sequence and path_name = @name and file <> @file
        """;

    private const string DropOfDeleted =
        "insert or ignore into file_garbage (file) select file from message_file where conversation = @conversation and sequence = @sequence";

    private const string ForgetDeleted = "delete from message_file where conversation = @conversation and sequence = @sequence";

    private const string Drop = "insert or ignore into file_garbage (file) values (@file)";

    public static void Write(SqliteSession session, SqliteTransaction transaction, Batch batch)
    {
        foreach (var (conversation, row) in batch.Files)
        {
            Run(DropReplaced, ("conversation", conversation), ("sequence", row.Sequence), ("name", row.PathName), ("file", row.File));
        }

        SqliteBatchWriter.Insert(session, transaction, Tables.MessageFile, batch.Files);
        foreach (var (conversation, mark) in batch.Marks.Where(mark => mark.Row.Deleted))
        {
            Run(DropOfDeleted, ("conversation", conversation), ("sequence", mark.Sequence));
            Run(ForgetDeleted, ("conversation", conversation), ("sequence", mark.Sequence));
        }

        foreach (var file in batch.Replaced)
        {
            Run(Drop, ("file", file));
        }

        foreach (var avatar in batch.Avatars)
        {
            foreach (var statement in AvatarStatements.For(avatar))
            {
                Run(statement, AvatarStatements.Arguments(avatar));
            }
        }

        void Run(string sql, params IReadOnlyList<Argument> arguments) => session.Command(sql, arguments, transaction).ExecuteNonQuery();
    }
}
