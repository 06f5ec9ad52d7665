using Messenger.Conformance.Phones;

namespace Messenger.Conformance.Checks;

/// <summary>One thing that is tried on a server, and the rules that it tries.</summary>
/// <param name="Title">What must be so; unique.</param>
/// <param name="Rules">Ids of docs/protocol.md.</param>
/// <param name="Run">Ends well, or throws what it found.</param>
public sealed record Check(string Title, IReadOnlyList<string> Rules, Func<CheckFixture, Task> Run)
{
    /// <summary>Waits on purpose, for up to so long: it runs beside the others.</summary>
    public TimeSpan Waits { get; init; }

    /// <summary>Asks for so much that a server's limits come into play: it runs when the others are done.</summary>
    public bool Last { get; init; }

    public override string ToString() => Title;
}
