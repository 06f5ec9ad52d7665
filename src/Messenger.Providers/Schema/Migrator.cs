using System.Data.Common;
using System.Globalization;

namespace Messenger.Providers.Schema;

/// <summary>
/// Brings a database to the version of this release: forward only, all pending steps in one transaction, under a lock,
/// so that processes which start together agree and a failed step leaves what was there.
/// </summary>
/// <param name="store">What the messages call the database.</param>
/// <param name="lockStatement">Makes others who migrate wait until the transaction ends; empty where opening the transaction does.</param>
internal sealed class Migrator(string store, IReadOnlyList<Script> scripts, string lockStatement)
{
    /// <returns>What was done to rows that were there, a sentence each.</returns>
    /// <exception cref="SchemaTooNewException">A newer release was here.</exception>
    public IReadOnlyList<string> Apply(DbConnection connection, int upTo = int.MaxValue)
    {
        using var transaction = connection.BeginTransaction();
        if (lockStatement.Length > 0)
        {
            Execute(connection, transaction, lockStatement);
        }

        Execute(connection, transaction, """
            create table if not exists schema_version
            (
                version integer not null primary key,
                name    text    not null,
                applied text    not null
            )
            """);
        var applied = Applied(connection, transaction);
        var changes = new List<string>();
        foreach (var script in scripts.Where(script => !applied.Contains(script.Version) && script.Version <= upTo))
        {
            var rows = Execute(connection, transaction, script.Sql);
            if (script.Changes is { } changed && rows > 0)
            {
                changes.Add(string.Create(CultureInfo.InvariantCulture, $"{script.Name} changed {rows} rows of the {store}: {changed}"));
            }

            Execute(
                connection, transaction, "insert into schema_version (version, name, applied) values (@version, @name, @applied)",
                ("version", script.Version), ("name", script.Name),
                ("applied", DateTimeOffset.UtcNow.ToString("u", CultureInfo.InvariantCulture)));
        }

        transaction.Commit();
        return changes;
    }

    /// <exception cref="SchemaTooNewException">A newer release was here.</exception>
    /// <exception cref="SchemaPendingException">There are steps to be applied.</exception>
    public void PendingOrThrow(DbConnection connection, bool versioned)
    {
        var applied = versioned ? Applied(connection, null) : [0];
        if (scripts.FirstOrDefault(script => !applied.Contains(script.Version)) is { } pending)
        {
            throw new SchemaPendingException(
                $"The {store} has schema version {applied.Max()}, this release needs {pending.Name}: run the migration first.");
        }
    }

    /// <summary>The steps that were taken, and 0. Each by itself: a step with a lower number may come with a later release.</summary>
    private HashSet<int> Applied(DbConnection connection, DbTransaction? transaction)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "select version from schema_version";
        using var reader = command.ExecuteReader();
        var applied = new HashSet<int> { 0 };
        while (reader.Read())
        {
            applied.Add(Convert.ToInt32(reader.GetValue(0), CultureInfo.InvariantCulture));
        }

        var (version, known) = (applied.Max(), scripts[^1].Version);
        return version <= known
            ? applied
            : throw new SchemaTooNewException(
                $"The {store} has schema version {version}, this release knows {known}: start the newer release, or restore the backup from before it.");
    }

    private static int Execute(DbConnection connection, DbTransaction transaction, string sql, params ReadOnlySpan<(string Name, object Value)> arguments)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;

        // A step may rebuild a large table: it takes what it takes.
        command.CommandTimeout = 0;
        foreach (var (name, value) in arguments)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value;
            command.Parameters.Add(parameter);
        }

        return command.ExecuteNonQuery();
    }
}
