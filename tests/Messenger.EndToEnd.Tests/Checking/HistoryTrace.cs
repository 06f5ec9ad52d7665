
namespace Messenger.EndToEnd.Tests.Checking;

/// <summary>A message that a device was notified of.</summary>
public sealed record Arrival(TimeSpan At, string Conversation, string Uuid);

/// <summary>What a device got from one authentication on, over every resume that continued it, until it was told to resynchronise.</summary>
public sealed class Stretch(TimeSpan from)
{
    /// <summary>When the authentication was answered: what was sent after that must arrive.</summary>
    public TimeSpan From => from;

    /// <summary>Whether its connection was open when the recording ended.</summary>
    public bool OpenAtEnd { get; set; } = true;

    public List<Arrival> Arrivals { get; } = [];

    public List<string> Cursors { get; } = [];
}

/// <summary>A device's recording, cut into stretches within each of which nothing may be missing, doubled or out of order.</summary>
public sealed class HistoryTrace
{
    private const string Authentication = "RequestAuthenticationByApplication";

    private HistoryTrace(History history) => History = history;

    public History History { get; }

    public List<Stretch> Stretches { get; } = [];

    /// <summary>Uuids of messages that this very device sent.</summary>
    public HashSet<string> Own { get; } = [];

    public List<Fault> Faults { get; } = [];

    public static HistoryTrace Of(History history)
    {
        var trace = new HistoryTrace(history);
        var resumes = new Dictionary<(int Connection, string Id), string?>();
        var open = new Dictionary<int, Stretch>();
        foreach (var entry in history.Entries())
        {
            switch (entry)
            {
                case Asked { Type: Authentication } asked:
                    resumes[(asked.Connection, asked.Id)] = asked.Payload.TryGetProperty("resumeCursor", out var cursor) ? cursor.GetString() : null;
                    break;
                case Asked { Type: "RequestAddMessage" } asked:
                    trace.Own.Add(asked.Payload.Text("messageUuid")!.ToLowerInvariant());
                    break;
                case Answered { Id: not null } answered when resumes.TryGetValue((answered.Connection, answered.Id), out var resumed) && answered.Payload.Text("status") == "ok":
                    open[entry.Connection] = trace.Begin(answered, resumed);
                    break;
                case Notified notified when open.TryGetValue(entry.Connection, out var stretch):
                    Take(stretch, notified);
                    break;
                case Notified notified:
                    trace.Faults.Add(new(FaultKind.Early, $"{notified.Type} on connection {notified.Connection} of {history.Application}"));
                    break;
                case Ended when open.Remove(entry.Connection, out var stretch):
                    stretch.OpenAtEnd = false;
                    break;
                default:
                    break;
            }
        }

        return trace;
    }

    private Stretch Begin(Answered answered, string? cursor)
    {
        var continued = cursor is not null && answered.Payload.Text("description") is null
            ? Stretches.LastOrDefault(stretch => stretch.Cursors.Contains(cursor)) : null;
        if (continued is null)
        {
            continued = new Stretch(answered.At);
            Stretches.Add(continued);
        }

        continued.OpenAtEnd = true;
        return continued;
    }

    private static void Take(Stretch stretch, Notified notified)
    {
        if (notified.Cursor is { } cursor)
        {
            stretch.Cursors.Add(cursor);
        }

        if (notified.Type == ConversationSteps.AddedMessage)
        {
            var message = notified.Payload.GetProperty("message");
            stretch.Arrivals.Add(new(notified.At, message.Text("conversationUuid")!.ToLowerInvariant(), message.Text("uuid")!.ToLowerInvariant()));
        }
    }
}
