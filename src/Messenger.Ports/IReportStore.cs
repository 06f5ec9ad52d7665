namespace Messenger.Ports;

/// <summary>Reports kept for the operator.</summary>
/// <remarks>Throws <see cref="StoreUnavailableException"/> when the store is away.</remarks>
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
/// <param name="AuthorId">Whose message it is, or the user who was reported; null for a conversation.</param>
public sealed record ReportRow(string Kind, string ReporterId, string Subject, Guid? Conversation, string? Reason, long Created, string? AuthorId);

/// <summary>Reports as the operator works through them.</summary>
/// <remarks>Throws <see cref="StoreUnavailableException"/> when the store is away.</remarks>
public interface IReportDesk
{
    /// <summary>Newest first, those before the report of this number.</summary>
    /// <param name="state">open, resolved or dismissed; null for all.</param>
    /// <param name="before">Null: from the newest.</param>
    Task<IReadOnlyList<FiledReport>> List(string? state, long? before, int size);

    /// <summary>Null when there is none.</summary>
    Task<FiledReport?> Find(long id);

    /// <summary>Closes an open report. False when it was not open any more: who closed it first stands.</summary>
    /// <param name="state">resolved or dismissed.</param>
    Task<bool> Close(long id, string state, string by, string? note, long now);
}

/// <summary>A report with its number and what the operator made of it.</summary>
/// <param name="State">open, resolved or dismissed.</param>
/// <param name="ClosedBy">The name of the admin token.</param>
/// <param name="ClosedAt">Milliseconds since the Unix epoch.</param>
/// <param name="AuthorReports">How often the author, or a message of theirs, was reported by anybody.</param>
/// <param name="SubjectReports">How often this very thing was reported.</param>
public sealed record FiledReport(
    long Id, ReportRow Report, string State, string? ClosedBy, string? Note, long? ClosedAt, long AuthorReports, long SubjectReports);
