using Npgsql;

namespace Messenger.Providers.Postgres;

/// <summary>
/// What connections behind a pooler cannot bring along stands on the role, in this database alone: how the planner is to work. Connections that the
/// pooler has already are as they were until it makes them anew.
/// </summary>
public static class PostgresRole
{
    /// <summary>For the role of the direct connection, which is the pooler's too.</summary>
    public static void Prepare(PostgresOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        using var connection = new NpgsqlConnection(options.Single("messenger-migrate"));
        connection.Open();
        foreach (var (name, value) in PostgresOptions.ByKey)
        {
            // Names and values are this program's own; the database's and the role's are quoted by the server.
            using var set = new NpgsqlCommand(
                $"do $$ begin execute format('alter role %I in database %I set {name} = {value}', current_user, current_database()); end $$", connection);
            set.ExecuteNonQuery();
        }
    }
}
