using System.Diagnostics;

namespace Messenger.Bench.Report;

/// <summary>One line on the error stream that says what is measured and how long everything will still take; nothing where that is no terminal.</summary>
internal sealed class Progress : IDisposable
{
    private readonly bool _shown = !Console.IsErrorRedirected;
    private readonly double _expected;
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly Timer _timer;
    private string _now = "";
    private double _done;
    private double _current;

    /// <param name="expected">Seconds of everything, as guessed before.</param>
    public Progress(double expected)
    {
        _expected = expected;
        _timer = new Timer(_ => Show(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    /// <param name="seconds">What it will take, as guessed before.</param>
    public void Begin(string target, string workload, double seconds)
    {
        _done += _current;
        _current = seconds;
        _now = $"{target}: {workload}";
        Show();
    }

    public void Dispose()
    {
        _timer.Dispose();
        Write("");
    }

    /// <summary>The guesses are corrected by how wrong they have been so far.</summary>
    private void Show()
    {
        var elapsed = _watch.Elapsed.TotalSeconds;
        var pace = _done > 0 ? Math.Max(1, elapsed / (_done + _current)) : 1;
        var left = Math.Max(0, Math.Max(_expected * pace - elapsed, _expected - _done - _current));
        Write(FormattableString.Invariant($"{_now}, about {left:0} s left"));
    }

    private void Write(string text)
    {
        if (_shown)
        {
            // Back to the start of the line, and the rest of what stood there erased.
            Console.Error.Write($"\r{text}\u001b[K");
        }
    }
}
