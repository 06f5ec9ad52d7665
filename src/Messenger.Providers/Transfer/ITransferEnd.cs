namespace Messenger.Providers.Transfer;

/// <summary>A store that all rows are read from, or that all rows are written to, in one consistent step.</summary>
/// <remarks>Reads see one moment of the store. Writes are there together after <see cref="Commit"/>, or not at all.</remarks>
public interface ITransferEnd : IAsyncDisposable
{
    /// <summary>All tables with what users own, by name. They are read from the engine's catalogue: a new migration needs nothing here.</summary>
    Task<IReadOnlyList<TransferTable>> Tables();

    /// <summary>Every row of a table, one at a time; values as JSON knows them: null, text, whole number, boolean; bytes in Base64.</summary>
    IAsyncEnumerable<object?[]> Read(TransferTable table);

    /// <summary>Writes rows, each with a value for every column of the table.</summary>
    Task Write(TransferTable table, IAsyncEnumerable<object?[]> rows);

    Task Commit();
}

/// <summary>A table of the store.</summary>
/// <param name="Name">In lower case, as are the columns: the engines differ there.</param>
public sealed record TransferTable(string Name, IReadOnlyList<TransferColumn> Columns)
{
    internal string ColumnList => string.Join(", ", Columns.Select(column => column.Name));
}

/// <param name="Type">The engine's name for it.</param>
public sealed record TransferColumn(string Name, string Type);

/// <summary>The export or the import cannot be done; the message says why and what to do.</summary>
public sealed class TransferRefusedException : Exception
{
    public TransferRefusedException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    public TransferRefusedException()
    {
    }

    public TransferRefusedException(string message)
        : base(message)
    {
    }
}
