using Messenger.Providers.Relational;
using Npgsql;

namespace Messenger.Providers.Postgres;

/// <summary>
/// A write that needs new pages of the server's disk: a temporary table of its own, gone with the transaction. What fits into pages that are there
/// succeeds on a full disk too, and would prove nothing.
/// </summary>
internal sealed class PostgresTrial(IDatabase database, PostgresOptions options) : IStoreTrial
{
    private const string NewPages = """
        create temporary table messenger_probe (filler text) on commit drop;
        insert into messenger_probe select string_agg(md5(i::text), '') from generate_series(1, 512) i
        """;

    public async Task Write()
    {
        try
        {
            await database.Write(NewPages);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            // A role that may make no temporary tables: then the work itself has to tell.
        }
    }

    public async Task ReadState()
    {
        // The pool is the process's one for this text, and Orleans' storage uses it too.
        await using var connection = new NpgsqlConnection(options.GrainStateConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("select 1", connection);
        await command.ExecuteScalarAsync();
    }
}
