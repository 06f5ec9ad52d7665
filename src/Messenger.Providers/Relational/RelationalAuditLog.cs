using Messenger.Ports;

namespace Messenger.Providers.Relational;

/// <summary>The operator's calls. Nothing but their age takes an entry away.</summary>
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

    public async Task<IReadOnlyList<AuditEntry>> List(long? before, int size, AuditFilter? filter = null)
    {
        List<Argument> arguments = [("before", before ?? long.MaxValue), ("size", size)];
        var which = "";
        void Where(string condition, string name, object? value)
        {
            if (value is not null)
            {
                which += $" and {condition}";
                arguments.Add((name, value));
            }
        }

        Where("a.actor = @actor", "actor", filter?.Actor);
        Where("a.target = @target", "target", filter?.Target);
        Where("replace(a.action, @action, '') <> a.action", "action", filter?.Action);
        Where("a.at >= @since", "since", filter?.Since);
        if (filter?.Changes is true)
        {
            which += " and a.action not like 'GET %'";
        }

        return await database.Read(
            $"""
            select a.id, a.at, a.actor, a.action, a.target, a.origin, a.status, a.detail from admin_audit a
            where a.at < @before{which} order by a.at desc, a.id limit @size
            """,
            reader => Rows.All(reader, row => new AuditEntry(
                row.GetGuid(0), row.GetInt64(1), Rows.Text(row, 2), row.GetString(3), Rows.Text(row, 4), Rows.Text(row, 5),
                row.IsDBNull(6) ? null : row.GetInt32(6), Rows.Text(row, 7))),
            arguments);
    }

    public Task<int> Expire(long before, int max) => database.Write(
        "delete from admin_audit where id in (select a.id from admin_audit a where a.at < @before order by a.at limit @max)",
        ("before", before), ("max", max));
}
