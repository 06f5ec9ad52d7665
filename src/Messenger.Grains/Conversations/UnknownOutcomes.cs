using Messenger.Contracts;
using Messenger.Ports;

namespace Messenger.Grains.Conversations;

/// <summary>Entries whose commit had an unknown outcome: what is on disk of them has to be told once the log says so, and each has to be settled.</summary>
internal sealed class UnknownOutcomes
{
    /// <summary>Messages that are looked for and told after all; past that everyone resynchronises.</summary>
    private const int MaxRows = 1000;

    private readonly List<(Caller? Author, IReadOnlyList<MessageRow> Rows)> _entries = [];
    private int _rows;
    private bool _beyondTelling;

    public IReadOnlyList<(Caller? Author, IReadOnlyList<MessageRow> Rows)> Entries => _entries;

    /// <summary>Whether only a resync can make up for it: more than messages may have changed, or too much.</summary>
    public bool IsUncertain => _beyondTelling || _rows > MaxRows;

    /// <summary>Messages of one author.</summary>
    public void Add(Caller author, IReadOnlyList<MessageRow> rows)
    {
        _rows += rows.Count;
        _entries.Add((author, rows));
    }

    /// <summary>A change of another kind.</summary>
    public void Add()
    {
        _beyondTelling = true;
        _entries.Add((null, []));
    }

    /// <summary>All of it was told.</summary>
    public void Clear()
    {
        _entries.Clear();
        _rows = 0;
        _beyondTelling = false;
    }
}
