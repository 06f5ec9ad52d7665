using Messenger.Ports;

namespace Messenger.Providers.Relational;

/// <summary>Reports, as people make them and as the operator works through them.</summary>
internal sealed class RelationalReportStore(IDatabase database) : IReportStore, IReportDesk
{
    private const string Columns =
        "r.id, r.kind, r.reporter_id, r.subject, r.conversation, r.reason, r.created, r.state, r.closed_by, r.note, r.closed_at, r.author_id, "
        + "(select count(*) from report a where a.author_id = r.author_id), "
        + "(select count(*) from report s where s.kind = r.kind and s.subject = r.subject)";

    public async Task<bool> Add(ReportRow report) => await database.Write(
        """
        insert into report (kind, reporter_id, subject, conversation, reason, created, author_id)
        values (@kind, @reporter, @subject, @conversation, @reason, @created, @author)
        on conflict (kind, reporter_id, subject) do nothing
        """,
        ("kind", report.Kind), ("reporter", report.ReporterId), ("subject", report.Subject), ("conversation", report.Conversation),
        ("reason", report.Reason), ("created", report.Created), ("author", report.AuthorId)) > 0;

    public Task<IReadOnlyList<FiledReport>> List(string? state, long? before, int size) => Filed(
        state is null
            ? "where r.id < @before order by r.id desc limit @size"
            : "where r.state = @state and r.id < @before order by r.id desc limit @size",
        [("before", before ?? long.MaxValue), ("size", size), .. state is null ? Array.Empty<Argument>() : [("state", state)]]);

    public async Task<FiledReport?> Find(long id) => await Filed("where r.id = @id", [("id", id)]) is [var report] ? report : null;

    public async Task<bool> Close(long id, string state, string by, string? note, long now) => await database.Write(
        "update report set state = @state, closed_by = @by, note = @note, closed_at = @now where id = @id and state = 'open'",
        ("id", id), ("state", state), ("by", by), ("note", note), ("now", now)) > 0;

    private async Task<IReadOnlyList<FiledReport>> Filed(string which, IReadOnlyList<Argument> arguments) => await database.Read(
        $"select {Columns} from report r {which}",
        reader => Rows.All(reader, row => new FiledReport(
            row.GetInt64(0),
            new ReportRow(
                row.GetString(1), row.GetString(2), row.GetString(3), row.IsDBNull(4) ? null : row.GetGuid(4), Rows.Text(row, 5), row.GetInt64(6), Rows.Text(row, 11)),
            row.GetString(7), Rows.Text(row, 8), Rows.Text(row, 9), row.IsDBNull(10) ? null : row.GetInt64(10), row.GetInt64(12), row.GetInt64(13))),
        arguments);
}
