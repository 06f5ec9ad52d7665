using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using OpenTelemetry;
using OpenTelemetry.Logs;

namespace Messenger.Host.Composition;

/// <summary>
/// Takes out of logs and spans what libraries say about people. Our own say nothing; Orleans names the grain it calls or waits for, and a
/// user's grain is named by the user's id, a device's by that and the hash of its application, others by an address, a push token's hash or a link.
/// </summary>
internal static partial class PiiRedactor
{
    private const string Somebody = "(id)";

    /// <summary>
    /// The text without user ids, which are SHA-256 in Base64, without what a device's name adds to them, which is SHA-256 in hex, and without the keys of
    /// all grains that are keyed by a text, in the form in which Orleans names a grain.
    /// </summary>
    public static string Text(string text) => Key().Replace(UserId().Replace(text, Somebody), $"$1/{Somebody}");

    [GeneratedRegex("[A-Za-z0-9+/]{43}=(/[0-9a-f]{64})?")]
    private static partial Regex UserId();

    [GeneratedRegex(@"\b(user|device|registration|quota|pushtoken|linkdesk|devicelink)/(?!\(id\))[^\s\],;)]+")]
    private static partial Regex Key();

    /// <summary>Of libraries' spans only what is known to be about nobody stays.</summary>
    public sealed class Spans : BaseProcessor<Activity>
    {
        private static readonly HashSet<string> AllowedTags =
        [
            "rpc.method", "rpc.system.name", "orleans.rpc.service", "orleans.grain.type", "orleans.silo.id", "orleans.storage.provider",
            "orleans.storage.state.name", "orleans.storage.state.type", "orleans.activation.cause", "orleans.deactivation.reason", "exception.type",
            "error.type", "db.system.name", "db.query.text", "db.response.status_code", "db.npgsql.prepared", "db.namespace", "server.address", "server.port",
        ];

        public override void OnEnd(Activity data)
        {
            if (data.Source.Name.StartsWith("Messenger.", StringComparison.Ordinal))
            {
                return;
            }

            foreach (var (name, _) in data.TagObjects.ToList())
            {
                if (!AllowedTags.Contains(name))
                {
                    data.SetTag(name, null);
                }
            }

            // Its description is an exception's message.
            if (data.Status == ActivityStatusCode.Error)
            {
                data.SetStatus(ActivityStatusCode.Error);
            }
        }
    }

    /// <summary>The same for entries of the log that go by OTLP.</summary>
    public sealed class Entries : BaseProcessor<LogRecord>
    {
        public override void OnEnd(LogRecord data)
        {
            data.FormattedMessage = data.FormattedMessage is { } message ? Text(message) : null;
            data.Body = data.Body is { } body ? Text(body) : null;
            data.Attributes = data.Attributes?.Select(pair => new KeyValuePair<string, object?>(
                pair.Key, pair.Value is null or int or long or double or bool ? pair.Value : Text(Convert.ToString(pair.Value, CultureInfo.InvariantCulture) ?? ""))).ToList();
            if (data.Exception is { } fault)
            {
                data.Attributes = [.. data.Attributes ?? [], new("exception.type", fault.GetType().FullName), new("exception.stacktrace", Text(fault.ToString()))];
                data.Exception = null;
            }
        }
    }
}
