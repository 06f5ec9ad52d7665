using Messenger.Ports;
using Messenger.Providers.Relational;

namespace Messenger.Providers.Postgres;

/// <inheritdoc cref="IStateRetention"/>
internal sealed class PostgresStateRetention(IDatabase database) : IStateRetention
{
    public Task<int> PurgeStates(long before, int max) => database.Write(
        """
        delete from orleansstorage where ctid in (
            select s.ctid from orleansstorage s
            join (select a.grainidhash, a.grainidextensionstring from orleansstorage a
                  where a.payloadbinary is null and a.graintypestring = 'account' and a.modifiedon < to_timestamp(@before / 1000.0) limit @max) gone
                on s.grainidhash = gone.grainidhash and s.grainidextensionstring = gone.grainidextensionstring
            where s.graintypestring in ('discovery', 'phone') and s.modifiedon < to_timestamp(@before / 1000.0));
        delete from orleansstorage where ctid in (
            select s.ctid from orleansstorage s
            where (s.payloadbinary is null or s.graintypestring = 'quota') and s.modifiedon < to_timestamp(@before / 1000.0) limit @max)
        """,
        ("before", before), ("max", max));
}
