using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Messenger.Host.Composition;

/// <summary>A log entry as one line for people.</summary>
internal sealed class PlainLines(Repetitions repetitions) : ConsoleFormatter("plain")
{
    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        if (!repetitions.Passes(logEntry, out var exception, out var untold))
        {
            return;
        }

        var text = $"{Level(logEntry.LogLevel)}: {logEntry.Category}[{logEntry.EventId.Id}] {logEntry.Formatter(logEntry.State, logEntry.Exception)}{Repetitions.Suffix(untold)} {exception}";
        textWriter.WriteLine(PiiRedactor.Text(text.TrimEnd().ReplaceLineEndings(" ")));
    }

    private static string Level(LogLevel level) => level switch
    {
        LogLevel.Trace => "trce",
        LogLevel.Debug => "dbug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "fail",
        _ => "crit",
    };
}
