using System.Text.Json;
using Messenger.Ports;

namespace Messenger.Providers.Relational;

/// <summary>Contacts, a row each.</summary>
internal sealed class RelationalContactStore(IDatabase database) : IContactStore
{
    private const string Columns = "k.contact_id, k.id_encrypted, k.nick_encrypted, k.fingerprint_encrypted";

    public async Task<IReadOnlyList<ContactRow>> Of(string userId) => await database.Read(
        $"select {Columns} from contact k where k.user_id = @user order by k.place", reader => Rows.All(reader, ToContact), ("user", userId));

    public Task<ContactTotals> TotalsOf(string userId) => database.Read(
        """
        select count(*), coalesce(sum(length(contact_id) + coalesce(length(id_encrypted), 0) + coalesce(length(nick_encrypted), 0)
            + coalesce(length(fingerprint_encrypted), 0)), 0), coalesce(max(place) + 1, 0),
            coalesce((select version from contact_list where user_id = @user), 0)
        from contact where user_id = @user
        """,
        async reader =>
        {
            await reader.ReadAsync();
            return new ContactTotals((int)reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3));
        },
        ("user", userId));

    public async Task<IReadOnlyList<ContactRow>> Find(string userId, IReadOnlyCollection<string> contactIds) => await database.Read(
        $"select {Columns} from contact k where k.user_id = @user and {database.Among("k.contact_id", "@ids")}",
        reader => Rows.All(reader, ToContact),
        ("user", userId), Argument.List("ids", contactIds));

    public Task Put(string userId, IReadOnlyList<ContactRow> contacts, long place, long version, bool replace)
    {
        var rows = contacts.Select((contact, at) => new
        {
            contact = contact.ContactId,
            place = place + at,
            encrypted = contact.IdEncrypted,
            nick = contact.NickEncrypted,
            fingerprint = contact.FingerprintEncrypted,
        });
        var source = database.Records("@rows", ("contact", "text"), ("place", "bigint"), ("encrypted", "text"), ("nick", "text"), ("fingerprint", "text"));

        // What a contact made is accepted, and looks different to the user's devices from here on.
        var accepted = $"user_id = @user and maker in (select x.contact from {source})";
        return database.Write(
            $"""
            {database.Tick}
            update conversation set changed = {database.Position} where conversation in (select conversation from invitation where {accepted});
            delete from invitation where {accepted};
            {(replace ? "delete from contact where user_id = @user;" : "")}
            insert into contact (user_id, contact_id, place, id_encrypted, nick_encrypted, fingerprint_encrypted)
            select @user, x.contact, x.place, x.encrypted, x.nick, x.fingerprint from {source} where true
            on conflict (user_id, contact_id) do update set
                id_encrypted = excluded.id_encrypted, nick_encrypted = excluded.nick_encrypted, fingerprint_encrypted = excluded.fingerprint_encrypted;
            insert into contact_list (user_id, version) values (@user, @version) on conflict (user_id) do update set version = excluded.version
            """,
            ("user", userId), ("version", version), ("rows", JsonSerializer.Serialize(rows)));
    }

    public Task Remove(string userId) =>
        database.Write("delete from contact where user_id = @user; delete from contact_list where user_id = @user", ("user", userId));

    private static ContactRow ToContact(System.Data.Common.DbDataReader row) => new(row.GetString(0), Rows.Text(row, 1), Rows.Text(row, 2), Rows.Text(row, 3));
}
