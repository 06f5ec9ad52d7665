using Messenger.Ports;

namespace Messenger.Providers.Relational;

/// <summary>Reports for the operator.</summary>
internal sealed class RelationalReportStore(IDatabase database) : IReportStore
{
    public async Task<bool> Add(ReportRow report) => await database.Write(
        """
        insert into report (kind, reporter_id, subject, conversation, reason, created)
        values (@kind, @reporter, @subject, @conversation, @reason, @created)
        on conflict (kind, reporter_id, subject) do nothing
        """,
        ("kind", report.Kind), ("reporter", report.ReporterId), ("subject", report.Subject), ("conversation", report.Conversation),
        ("reason", report.Reason), ("created", report.Created)) > 0;
}
