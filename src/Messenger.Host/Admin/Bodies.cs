using Messenger.Ports;
using Messenger.Protocol;

namespace Messenger.Host.Admin;

/// <summary>Every answer but a good one.</summary>
internal sealed record Failure(string Error);

/// <summary>Whom a call is about: by id or by number, and in some calls by device.</summary>
internal sealed record Whom(string? UserId, string? Phone, string? Device, string? Reason)
{
    /// <summary>The user's id.</summary>
    /// <exception cref="BadHttpRequestException">Neither or both are given, or they are none.</exception>
    public string Id() => (UserId, Phone) switch
    {
        ({ Length: > 0 } id, null or "") => Shape.UserId(id, "userId") is { } fault ? throw new BadHttpRequestException(fault) : id,
        (null or "", { Length: > 0 } phone) => IsPhone(phone)
            ? UserIds.FromPhone(phone)
            : throw new BadHttpRequestException("phone must be a number in E.164, such as +35794048714"),
        _ => throw new BadHttpRequestException("give either userId or phone"),
    };

    private static bool IsPhone(string text) => text.Length is >= 8 and <= 16 && text[0] == '+' && text.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0;
}

/// <summary>Whose token the call came with.</summary>
/// <param name="Role">operator or reader.</param>
/// <param name="Expires">The first moment, in milliseconds since the Unix epoch, at which it is not taken any more; null for never.</param>
/// <param name="Version">The release that answers.</param>
internal sealed record Holder(string Name, string Role, long? Expires, string Version);

internal sealed record Note(string? Text);

internal sealed record NewAccount(string? Name);

/// <param name="Kind">messages or files.</param>
/// <param name="After">Where the last step ended.</param>
internal sealed record RetentionOrder(string? Kind, int Days, bool DryRun, Guid? After);

internal sealed record Report(
    long Id, string Kind, string ReporterId, string Subject, Guid? Conversation, string? Reason, long Created, string State, string? ClosedBy,
    string? Note, long? ClosedAt, string? AuthorId, long AuthorReports, long SubjectReports)
{
    public static Report Of(FiledReport filed) => new(
        filed.Id, filed.Report.Kind, filed.Report.ReporterId, filed.Report.Subject, filed.Report.Conversation, filed.Report.Reason, filed.Report.Created,
        filed.State, filed.ClosedBy, filed.Note, filed.ClosedAt, filed.Report.AuthorId, filed.AuthorReports, filed.SubjectReports);
}

internal sealed record Reports(IEnumerable<Report> Items, long? Next);

internal sealed record AuditPage(IEnumerable<AuditEntry> Items, long? Next);
