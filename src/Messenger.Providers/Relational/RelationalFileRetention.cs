using Messenger.Ports;

namespace Messenger.Providers.Relational;

/// <summary>Walks through the files of messages by their key; what is too old loses its row and becomes garbage, whose bytes the collector removes.</summary>
/// <remarks>Avatars are no message's, and stay.</remarks>
internal sealed class RelationalFileRetention(IDatabase database) : IFileRetention
{
    /// <summary>Files looked at in one step: one range of the index.</summary>
    private const int Files = 1000;

    public async Task<RetentionStep> Step(long before, Guid? after, int max, bool dryRun)
    {
        var page = Math.Min(max, Files);
        var looked = await database.Read(
            "select f.file, f.created from message_file f where f.file > @after order by f.file limit @page",
            reader => Rows.All(reader, row => (File: row.GetGuid(0), Created: row.GetInt64(1))),
            ("after", after ?? Guid.Empty), ("page", page));
        List<Guid> old = [.. looked.Where(one => one.Created < before).Select(one => one.File)];
        if (old.Count > 0 && !dryRun)
        {
            await database.Write(
                $"""
                insert into file_garbage (file) select distinct f.file from message_file f
                    where {database.Among("f.file", "@files")} and f.created < @before on conflict do nothing;
                delete from message_file where {database.Among("file", "@files")} and created < @before
                """,
                Argument.List("files", old), ("before", before));
        }

        return new RetentionStep(old.Count, looked.Count < page ? null : looked[^1].File);
    }
}
