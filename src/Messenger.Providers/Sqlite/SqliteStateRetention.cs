using Messenger.Ports;
using Microsoft.Data.Sqlite;

namespace Messenger.Providers.Sqlite;

/// <inheritdoc cref="IStateRetention"/>
/// <remarks>In the file of grains' state, whose other connections are Orleans' own.</remarks>
internal sealed class SqliteStateRetention(SqliteOptions options) : IStateRetention
{
    public async Task<int> PurgeStates(long before, int max)
    {
        try
        {
            await using var connection = new SqliteConnection(options.GrainStateConnectionString);
            await connection.OpenAsync();
            await using (var deletes = connection.CreateCommand())
            {
                deletes.CommandText = "pragma secure_delete = on";
                await deletes.ExecuteNonQueryAsync();
            }

            await using var transaction = connection.BeginTransaction(deferred: false);
            await using var command = connection.CreateCommand();
            command.Transaction = transaction;
            command.CommandText =
                """
                delete from OrleansStorage where rowid in (
                    select s.rowid from OrleansStorage s
                    join (select a.GrainIdHash, a.GrainIdExtensionString from OrleansStorage a
                          where a.PayloadBinary is null and a.GrainTypeString = 'account' and a.ModifiedOn < datetime(@before / 1000, 'unixepoch') limit @max) gone
                        on s.GrainIdHash = gone.GrainIdHash and s.GrainIdExtensionString = gone.GrainIdExtensionString
                    where s.GrainTypeString in ('discovery', 'phone') and s.ModifiedOn < datetime(@before / 1000, 'unixepoch'));
                delete from OrleansStorage where rowid in (
                    select s.rowid from OrleansStorage s
                    where (s.PayloadBinary is null or s.GrainTypeString = 'quota') and s.ModifiedOn < datetime(@before / 1000, 'unixepoch') limit @max)
                """;
            command.Parameters.AddWithValue("@before", before);
            command.Parameters.AddWithValue("@max", max);
            var removed = await command.ExecuteNonQueryAsync();
            await transaction.CommitAsync();
            return removed;
        }
        catch (SqliteException fault)
        {
            throw new StoreUnavailableException("the store of grains' state did not answer", fault);
        }
    }
}
