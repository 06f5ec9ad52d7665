using Npgsql;

namespace Messenger.Providers.Postgres;

/// <summary>Which cluster a database is of.</summary>
/// <param name="Id">Made with the database's tables, and anew for a copy.</param>
/// <param name="Cluster">What the cluster is called in Redis.</param>
/// <param name="Environment">Development, Production or another; nothing of another one joins.</param>
public sealed record ClusterIdentity(Guid Id, string Cluster, string Environment);

/// <summary>A process that lives.</summary>
/// <param name="Renewed">When it said so last, by the database's clock.</param>
/// <param name="Contract">The number of what it speaks to the others; 0 of a release that said none.</param>
/// <param name="Oldest">The oldest such number that it runs beside.</param>
public sealed record LivingMember(string Name, DateTime Renewed, int Contract, int Oldest);

/// <summary>What a process reads and writes of its cluster before it joins.</summary>
public static class PostgresIdentity
{
    /// <summary>A row that was not renewed for so long is of a process that died: three renewals were missed.</summary>
    public static readonly TimeSpan LivingFor = TimeSpan.FromSeconds(15);

    /// <summary>Null in a database that no migrate command of this release has seen.</summary>
    public static async Task<ClusterIdentity?> Read(string connectionString)
    {
        await using var connection = await Open(connectionString);
        await using var command = new NpgsqlCommand("select id, cluster, environment from cluster_identity", connection);
        await using var reader = await command.ExecuteReaderAsync();
        return await reader.ReadAsync() ? new ClusterIdentity(reader.GetGuid(0), reader.GetString(1), reader.GetString(2)) : null;
    }

    /// <summary>Makes the identity of a database that has none; one that is there stays.</summary>
    /// <param name="given">What the cluster is called; null: <paramref name="ifNew"/> where nobody used the database, <paramref name="ifOld"/> elsewhere.</param>
    public static async Task Make(string connectionString, string? given, string ifNew, string ifOld, string environment)
    {
        await using var connection = await Open(connectionString);
        await using var insert = new NpgsqlCommand(
            """
            insert into cluster_identity (id, cluster, environment)
            select gen_random_uuid(), coalesce($1, case when exists (select from user_profile) or exists (select from log_writer) then $2 else $3 end), $4
            on conflict do nothing
            """,
            connection);
        insert.Parameters.Add(new NpgsqlParameter { Value = (object?)given ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = ifOld });
        insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = ifNew });
        insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = environment });
        await insert.ExecuteNonQueryAsync();
    }

    /// <summary>For a copy of another cluster's database: it becomes a cluster of its own.</summary>
    public static async Task MakeAnother(string connectionString, string cluster, string environment)
    {
        await using var connection = await Open(connectionString);
        await using var replace = new NpgsqlCommand(
            """
            insert into cluster_identity (id, cluster, environment) values (gen_random_uuid(), $1, $2)
            on conflict (one) do update set id = excluded.id, cluster = excluded.cluster, environment = excluded.environment, created = now()
            """,
            connection);
        replace.Parameters.Add(new NpgsqlParameter<string> { TypedValue = cluster });
        replace.Parameters.Add(new NpgsqlParameter<string> { TypedValue = environment });
        await replace.ExecuteNonQueryAsync();
    }

    /// <summary>The names of the processes that renewed their row within <see cref="LivingFor"/>.</summary>
    public static async Task<IReadOnlyList<string>> Living(string connectionString) => [.. (await Members(connectionString)).Select(member => member.Name)];

    /// <summary>The processes that renewed their row within <see cref="LivingFor"/>.</summary>
    public static async Task<IReadOnlyList<LivingMember>> Members(string connectionString)
    {
        await using var connection = await Open(connectionString);
        await using var command = new NpgsqlCommand(
            "select name, renewed, contract, oldest from cluster_member where renewed > now() - $1 order by name", connection);
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = LivingFor });
        await using var reader = await command.ExecuteReaderAsync();
        var members = new List<LivingMember>();
        while (await reader.ReadAsync())
        {
            members.Add(new LivingMember(reader.GetString(0), reader.GetDateTime(1), reader.GetInt32(2), reader.GetInt32(3)));
        }

        return members;
    }

    private static async Task<NpgsqlConnection> Open(string connectionString)
    {
        var connection = new NpgsqlConnection(new PostgresOptions(connectionString).Single("messenger-identity"));
        await connection.OpenAsync();
        return connection;
    }
}
