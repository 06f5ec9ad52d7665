using Messenger.Ports;
using Messenger.Providers.Relational;

namespace Messenger.Providers.Postgres;

/// <summary>The living of a cluster as rows that they renew.</summary>
internal sealed class PostgresMembers(IDatabase database) : IClusterMembers
{
    // What is a day old is of a process that ended without a word: nobody asks for it.
    public Task Renew(string name, string role, int contract, int oldest) => database.Write(
        """
        insert into cluster_member (name, role, renewed, contract, oldest) values (@name, @role, now(), @contract, @oldest)
            on conflict (name) do update set renewed = excluded.renewed;
        delete from cluster_member where renewed < now() - interval '1 day'
        """,
        ("name", name),
        ("role", role),
        ("contract", contract),
        ("oldest", oldest));

    public Task Leave(string name) => database.Write("delete from cluster_member where name = @name", ("name", name));
}
