using System.Data.Common;
using Messenger.Ports;

namespace Messenger.Providers.Relational;

/// <summary>One engine, as far as statements that both understand need it.</summary>
/// <remarks>Everything throws <see cref="StoreUnavailableException"/> when the store is away.</remarks>
internal interface IDatabase
{
    /// <summary>Runs one or more selects in one round trip; <paramref name="read"/> goes from result to result.</summary>
    Task<T> Read<T>(string sql, Func<DbDataReader, Task<T>> read, params IReadOnlyList<Argument> arguments);

    /// <summary>
    /// Runs a change and selects that see it, in one transaction. The change need not be on disk when it returns: it is as soon as anything later is.
    /// </summary>
    Task<T> ChangeAndRead<T>(string change, string sql, Func<DbDataReader, Task<T>> read, params IReadOnlyList<Argument> arguments);

    /// <summary>Runs statements in one transaction, on disk when it returns; the number of rows changed.</summary>
    Task<int> Write(string sql, params IReadOnlyList<Argument> arguments);

    /// <summary>The condition that a column's value is in a list argument (made by <see cref="Argument.List{T}"/>).</summary>
    string Among(string column, string argument);

    /// <summary>A table expression <c>(conversation, low, high)</c> of spans, under the alias g, with the arguments it needs.</summary>
    /// <param name="name">Begins the names of the arguments.</param>
    (string Sql, IReadOnlyList<Argument> Arguments) Spans(IReadOnlyList<SequenceSpan> spans, string name);

    /// <summary>A table expression of these columns, under the alias x, out of an argument that holds a JSON array of objects.</summary>
    /// <param name="columns">Names, with the types that an engine with types wants.</param>
    string Records(string argument, params (string Name, string Type)[] columns);

    /// <summary>An expression of the position in the order of commits at which a change of this transaction stands.</summary>
    string Position { get; }

    /// <summary>What a transaction that uses <see cref="Position"/> begins with; empty where nothing.</summary>
    string Tick { get; }

    /// <summary>An expression of the position that the next certain change has, or a later one: nothing below it is open.</summary>
    string Horizon { get; }

    /// <summary>An expression of what tells this store from what it was before it went back in time.</summary>
    string Epoch { get; }

    /// <summary>An expression of a new value for <c>store_epoch.id</c>.</summary>
    string NewEpoch { get; }

    /// <summary>Ends a select inside an update, so that processes which take rows at the same time take different ones.</summary>
    string TakingTurns { get; }

    /// <summary>Ends a select whose rows of this alias nobody may change before this transaction is over.</summary>
    string Held(string alias);

    /// <summary>The condition that the writer named <c>@writer</c> may still write.</summary>
    string MayWrite { get; }

    /// <summary>The condition that a writer's journal, in a column, names <c>@conversation</c>.</summary>
    string Names(string journal);

    /// <summary>An expression of about how many rows a table has, its partitions included; exact where counting is cheap.</summary>
    string CountOf(string table);
}

/// <summary>Sequences of one conversation, both ends included.</summary>
internal readonly record struct SequenceSpan(Guid Conversation, long Low, long High);

/// <summary>A named argument of a statement; <c>@name</c> in its text.</summary>
internal readonly record struct Argument(string Name, object? Value)
{
    public static implicit operator Argument((string Name, object? Value) pair) => new(pair.Name, pair.Value);

    /// <summary>A list, for <see cref="IDatabase.Among"/>: an array where the engine has them.</summary>
    public static Argument List<T>(string name, IEnumerable<T> values) => new(name, values.ToArray());
}
