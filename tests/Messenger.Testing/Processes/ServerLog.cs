using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Messenger.Testing.Processes;

/// <summary>What a server process wrote. A stack trace in it is a fault: whatever goes wrong is said in a sentence.</summary>
public sealed partial class ServerLog
{
    private const int Capacity = 50_000;
    private const int TailLines = 60;

    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyCollection<string> Lines => _lines;

    public string Tail => string.Join('\n', _lines.TakeLast(TailLines));

    public void Add(string? line)
    {
        if (line is null)
        {
            return;
        }

        _lines.Enqueue(line);
        if (_lines.Count > Capacity)
        {
            _lines.TryDequeue(out _);
        }
    }

    /// <summary>Throws with the first stack trace and the lines around it.</summary>
    public void AssertNoStackTrace()
    {
        var lines = _lines.ToArray();
        var at = Array.FindIndex(lines, line => StackFrame().IsMatch(line) || line.Contains("Unhandled exception", StringComparison.Ordinal));
        if (at >= 0)
        {
            throw new InvalidOperationException(
                "the server logged a stack trace:\n" + string.Join('\n', lines.Skip(Math.Max(0, at - 8)).Take(24)));
        }
    }

    /// <summary>
    /// Throws with the first line that tells who or what: a number of these tests, a user's id, a credential or push token of some length,
    /// ciphertext. The console's SMS are there to be read, and so is the code that a development server tells when it starts.
    /// </summary>
    public void AssertTellsNobody()
    {
        if (_lines.FirstOrDefault(line => !line.Contains(" SMS to +", StringComparison.Ordinal) && Telling().IsMatch(line)) is { } telling)
        {
            throw new InvalidOperationException($"the server logged who or what: {telling}");
        }
    }

    [GeneratedRegex(@"\+?35799\d{6}|[A-Za-z0-9+/]{43}=|[A-Za-z0-9+/]{64}")]
    private static partial Regex Telling();

    [GeneratedRegex(@"^\s+at [\w.<>`\[\],+]+\(")]
    private static partial Regex StackFrame();
}
