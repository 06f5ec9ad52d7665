using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Messenger.Host.Composition;

/// <summary>A log entry as one line of JSON, with the trace that it belongs to.</summary>
/// <remarks>
/// The framework's own writer tells the trace as a scope, and with it all other scopes: the path of an HTTP request is one, and it can hold a user's id.
/// </remarks>
internal sealed class JsonLines(Repetitions repetitions) : ConsoleFormatter("lines")
{
    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        if (!repetitions.Passes(logEntry, out var exception, out var untold))
        {
            return;
        }

        var output = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteString("Timestamp", DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteString("LogLevel", logEntry.LogLevel.ToString());
            json.WriteString("SeverityText", logEntry.LogLevel.ToString());
            json.WriteNumber("SeverityNumber", Severity(logEntry.LogLevel));
            json.WriteString("Category", logEntry.Category);
            json.WriteNumber("EventId", logEntry.EventId.Id);
            json.WriteString("Message", PiiRedactor.Text(logEntry.Formatter(logEntry.State, logEntry.Exception)) + Repetitions.Suffix(untold));
            if (exception is not null)
            {
                json.WriteString("Exception", PiiRedactor.Text(exception));
            }

            if (Activity.Current is { } span)
            {
                json.WriteString("TraceId", span.TraceId.ToHexString());
                json.WriteString("SpanId", span.SpanId.ToHexString());
            }

            if (logEntry.State is IReadOnlyList<KeyValuePair<string, object?>> values)
            {
                json.WriteStartObject("State");
                foreach (var (name, value) in values)
                {
                    if (name != "{OriginalFormat}")
                    {
                        json.WriteString(name, PiiRedactor.Text(Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""));
                    }
                }

                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        textWriter.WriteLine(Encoding.UTF8.GetString(output.WrittenSpan));
    }

    /// <summary>OpenTelemetry's number: four for each level, of which the first is the plain one.</summary>
    private static int Severity(LogLevel level) => 1 + (4 * Math.Min((int)level, (int)LogLevel.Critical));
}
