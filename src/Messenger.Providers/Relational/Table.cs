namespace Messenger.Providers.Relational;

/// <summary>How rows of one kind are written: a description both engines make their statement of.</summary>
/// <param name="Key">The columns that name a row: a row that is there is replaced. Empty where that would be an error.</param>
internal sealed record Table<T>(string Name, string[] Key, IReadOnlyList<Column<T>> Columns)
{
    private const string Mark = "changed";

    /// <summary>Whether a row carries the position at which it changed, which the engine knows.</summary>
    public bool IsMarked { get; init; }

    public string ColumnList => string.Join(", ", Columns.Select(column => column.Name)) + (IsMarked ? $", {Mark}" : "");

    /// <summary>What follows the values of a row: the position, in an engine's words.</summary>
    public string Marking(string position) => IsMarked ? $", {position}" : "";

    /// <summary>What follows the values of an insert.</summary>
    public string OnConflict => Key.Length == 0
        ? ""
        : $" on conflict ({string.Join(", ", Key)}) do update set "
            + string.Join(", ", Columns.Where(column => !Key.Contains(column.Name)).Select(column => $"{column.Name} = excluded.{column.Name}"))
            + (IsMarked ? $", {Mark} = excluded.{Mark}" : "");
}

/// <summary>One column: a value for a row alone, or an array for many.</summary>
internal abstract record Column<T>(string Name)
{
    public abstract object? Value(T row);

    public abstract Array Values(IReadOnlyList<T> rows);
}

internal sealed record Column<T, TValue>(string Name, Func<T, TValue> Get) : Column<T>(Name)
{
    public override object? Value(T row) => Get(row);

    public override Array Values(IReadOnlyList<T> rows)
    {
        var values = new TValue[rows.Count];
        for (var index = 0; index < values.Length; index++)
        {
            values[index] = Get(rows[index]);
        }

        return values;
    }
}
