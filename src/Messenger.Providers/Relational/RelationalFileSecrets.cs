using Messenger.Ports;

namespace Messenger.Providers.Relational;

/// <summary>Signing keys, and the mark of the file store.</summary>
internal sealed class RelationalFileSecrets(IDatabase database) : IFileSecrets
{
    public async Task<IReadOnlyList<SigningKeyRow>> SigningKeys() => await database.Read(
        "select k.name, k.secret, k.created from file_signing_key k order by k.created desc, k.name",
        reader => Rows.All(reader, row => new SigningKeyRow(row.GetString(0), row.GetString(1), row.GetInt64(2))));

    public Task AddSigningKey(SigningKeyRow key, long unless, long forget) => database.Write(
        """
        insert into file_signing_key (name, secret, created) select @name, @secret, @created
        where not exists (select 1 from file_signing_key k where k.created >= @unless) on conflict do nothing;
        delete from file_signing_key where created < @forget
        """,
        ("name", key.Name), ("secret", key.SecretBase64), ("created", key.Created), ("unless", unless), ("forget", forget));

    public async Task<string> StoreMark(string mine)
    {
        await database.Write("insert into file_store (id, mark) values (1, @mark) on conflict do nothing", ("mark", mine));
        return (await database.Read("select s.mark from file_store s", reader => Rows.All(reader, row => row.GetString(0))))[0];
    }
}
