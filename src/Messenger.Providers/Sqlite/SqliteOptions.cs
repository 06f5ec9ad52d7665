using Microsoft.Data.Sqlite;

namespace Messenger.Providers.Sqlite;

/// <summary>Where the embedded store lives.</summary>
/// <param name="Path">The database file of log and users. Its folder is made, for this account alone.</param>
/// <remarks>
/// Orleans' grain state has a file of its own beside it: its connections are not ours, and an engine with one writer per file
/// would let a busy log starve them.
/// </remarks>
public sealed record SqliteOptions(string Path)
{
    /// <summary>Grain storage of Orleans, invariant <c>System.Data.SQLite</c>.</summary>
    public string GrainStateConnectionString => Connection(GrainStatePath);

    internal string GrainStatePath => System.IO.Path.ChangeExtension(Path, ".grains.db");

    internal string ConnectionString => Connection(Path);

    private static string Connection(string path) =>
        new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite }.ToString();
}
