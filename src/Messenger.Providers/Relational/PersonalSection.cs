using System.Data.Common;
using System.Globalization;
using Messenger.Ports;

namespace Messenger.Providers.Relational;

/// <summary>One section of a person's data: which rows of which table, and what each column tells.</summary>
/// <param name="From">Everything after <c>from</c>: the rows of <c>@user</c> (in push rows of <c>@prefix</c>, of an avatar <c>@owner</c>).</param>
/// <param name="Columns">SQL expressions, in the order of <paramref name="Fields"/>.</param>
/// <param name="Key">The last columns of the order; the rows of a person are told apart by them.</param>
internal sealed record PersonalSection(
    string Name, string Table, string Tells, string From, IReadOnlyList<(string Column, DataField Field)> Columns, IReadOnlyList<(string Column, string Type)> Key)
{
    public DataSection Described => new(Name, Tells, [.. Columns.Select(column => column.Field)]);

    /// <summary>Selects a page, its key first.</summary>
    public (string Sql, IReadOnlyList<Argument> Arguments) Page(string? after)
    {
        var selected = string.Join(", ", Key.Select(key => key.Column).Concat(Columns.Select(column => column.Column)));
        var order = string.Join(", ", Key.Select(key => key.Column));
        if (after is null)
        {
            return ($"select {selected} from {From} order by {order} limit @size", []);
        }

        var values = after.Split('~');
        if (values.Length != Key.Count)
        {
            throw new FormatException("after is not what a page of this section said");
        }

        IReadOnlyList<Argument> arguments = [.. Key.Select((key, at) => new Argument($"k{at}", Parse(key.Type, values[at])))];
        var names = string.Join(", ", Key.Select((_, at) => $"@k{at}"));
        return ($"select {selected} from {From} and ({order}) > ({names}) order by {order} limit @size", arguments);
    }

    public string Cursor(DbDataReader row) => string.Join('~', Key.Select((key, at) => Convert.ToString(Value(row, at, key.Type), CultureInfo.InvariantCulture)));

    public IReadOnlyDictionary<string, object?> Item(DbDataReader row) => new OrderedDictionary<string, object?>(
        Columns.Select((column, at) => KeyValuePair.Create(column.Field.Name, Value(row, Key.Count + at, column.Field.Type))));

    private static object? Value(DbDataReader row, int at, string type) => row.IsDBNull(at) ? null : type switch
    {
        "integer" => Convert.ToInt64(row.GetValue(at), CultureInfo.InvariantCulture),
        "boolean" => row.GetBoolean(at),
        "uuid" => row.GetGuid(at).ToString(),
        _ => row.GetString(at),
    };

    private static object Parse(string type, string value) => type switch
    {
        "integer" => long.Parse(value, CultureInfo.InvariantCulture),
        "uuid" => Guid.Parse(value),
        _ => value,
    };
}
