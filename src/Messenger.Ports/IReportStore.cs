namespace Messenger.Ports;

/// <summary>Reports kept for the operator.</summary>
public interface IReportStore
{
    /// <summary>Keeps a report. False when this person has reported this thing already: the first report stands. On disk when it returns.</summary>
    Task<bool> Add(ReportRow report);
}

/// <summary>A report.</summary>
/// <param name="Kind">message, conversation or user.</param>
/// <param name="Subject">The thing: a message's or conversation's uuid in lower case, or a user id.</param>
/// <param name="Conversation">Where, for a message or a conversation.</param>
/// <param name="Created">Milliseconds since the Unix epoch.</param>
public sealed record ReportRow(string Kind, string ReporterId, string Subject, Guid? Conversation, string? Reason, long Created);
