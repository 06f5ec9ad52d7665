using Messenger.Ports;

namespace Messenger.Providers.Relational;

/// <summary>The operator's calls. Nothing here takes an entry away.</summary>
internal sealed class RelationalAuditLog(IDatabase database) : IAuditLog
{
    public Task Enter(AuditEntry entry) => database.Write(
        """
        insert into admin_audit (id, at, actor, action, target, origin, status, detail)
        values (@id, @at, @actor, @action, @target, @origin, @status, @detail)
        """,
        ("id", entry.Id), ("at", entry.At), ("actor", entry.Actor), ("action", entry.Action), ("target", entry.Target), ("origin", entry.From),
        ("status", entry.Status), ("detail", entry.Detail));

    public Task Close(Guid id, int status, string? detail) => database.Write(
        "update admin_audit set status = @status, detail = coalesce(@detail, detail) where id = @id",
        ("id", id), ("status", status), ("detail", detail));

    public async Task<IReadOnlyList<AuditEntry>> List(long? before, int size) => await database.Read(
        """
        select a.id, a.at, a.actor, a.action, a.target, a.origin, a.status, a.detail from admin_audit a
        where a.at < @before order by a.at desc, a.id limit @size
        """,
        reader => Rows.All(reader, row => new AuditEntry(
            row.GetGuid(0), row.GetInt64(1), Rows.Text(row, 2), row.GetString(3), Rows.Text(row, 4), Rows.Text(row, 5),
            row.IsDBNull(6) ? null : row.GetInt32(6), Rows.Text(row, 7))),
        ("before", before ?? long.MaxValue), ("size", size));
}
