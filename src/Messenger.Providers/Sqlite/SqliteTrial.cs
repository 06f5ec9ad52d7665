using Messenger.Providers.Relational;
using Microsoft.Data.Sqlite;

namespace Messenger.Providers.Sqlite;

/// <summary>Room on the disk of the files, and a read of the grains' one.</summary>
internal sealed class SqliteTrial(SqliteOptions options) : IStoreTrial
{
    /// <summary>More than a commit of a full batch's headers takes; an engine that has less fails soon anyway.</summary>
    private const int Bytes = 256 * 1024;

    public Task Write() => Task.Run(() =>
    {
        // A name of its own each time, removed with its handle however this ends.
        var path = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(options.Path))!, $"probe-{Guid.NewGuid():N}.tmp");
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Options = FileOptions.DeleteOnClose,
        });
        file.Write(new byte[Bytes]);
        file.Flush(flushToDisk: true);
    });

    public Task ReadState() => Task.Run(() =>
    {
        using var connection = new SqliteConnection(options.GrainStateConnectionString);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "select count(*) from sqlite_master";
        command.ExecuteScalar();
    });
}
