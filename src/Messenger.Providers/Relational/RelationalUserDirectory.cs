using Messenger.Ports;

namespace Messenger.Providers.Relational;

/// <summary>Users and blacklists.</summary>
internal sealed class RelationalUserDirectory(IDatabase database) : IUserDirectory
{
    private readonly CoalescedReads<UserRow> _users = new(async ids => (await Users(database, ids)).ToLookup(user => user.UserId, StringComparer.Ordinal));
    private readonly CoalescedReads<string> _blackLists = new(async ids => (await BlackLists(database, ids)).ToLookup(
        entry => entry.User, entry => entry.Blocked, StringComparer.Ordinal));

    /// <summary>What others see of a user has changed when the key pair, the nick or the avatar has, or who has the number.</summary>
    public Task Put(UserRow user) => database.Write(
        $"""
        {database.Tick}
        insert into user_profile
            (user_id, public_key, private_key_encrypted, metadata_key_encrypted, key_pair_uuid, nick, created, last_login, avatar_updated, keys_updated, suspended,
             discoverable, last_seen, changed)
        values (@user, @public, @private, @metadata, @pair, @nick, @created, @login, @avatar, @keys, @suspended, @discoverable, @seen, {database.Position})
        on conflict (user_id) do update set
            public_key = excluded.public_key, private_key_encrypted = excluded.private_key_encrypted,
            metadata_key_encrypted = excluded.metadata_key_encrypted, key_pair_uuid = excluded.key_pair_uuid, nick = excluded.nick,
            created = excluded.created, last_login = excluded.last_login, avatar_updated = excluded.avatar_updated,
            keys_updated = excluded.keys_updated, suspended = excluded.suspended,
            discoverable = excluded.discoverable, last_seen = excluded.last_seen,
            changed = case when user_profile.key_pair_uuid is distinct from excluded.key_pair_uuid or user_profile.nick is distinct from excluded.nick
                or user_profile.avatar_updated <> excluded.avatar_updated or user_profile.created <> excluded.created
                then excluded.changed else user_profile.changed end
        """,
        ("user", user.UserId), ("public", user.PublicKey), ("private", user.PrivateKeyEncrypted), ("metadata", user.MetaDataKeyEncrypted),
        ("pair", user.KeyPairUuid), ("nick", user.Nick), ("created", user.Created), ("login", user.LastLogin),
        ("avatar", user.AvatarUpdated), ("keys", user.KeysUpdated), ("suspended", user.Suspended),
        ("discoverable", user.Discoverable), ("seen", (int)user.LastSeen));

    public Task Remove(string userId) => database.Write(
        """
        delete from user_profile where user_id = @user;
        delete from account_change where user_id = @user;
        delete from blacklist where user_id = @user
        """,
        ("user", userId));

    public async Task<UserRow?> Find(string userId) => (await _users.Of(userId)).FirstOrDefault();

    public Task<IReadOnlyList<UserRow>> FindMany(IReadOnlyCollection<string> userIds) => Users(database, userIds);

    public Task<IReadOnlyList<string>> Registered(IReadOnlyCollection<string> userIds) => Ids(
        $"select u.user_id from user_profile u where {database.Among("u.user_id", "@users")}", Argument.List("users", userIds));

    public Task<IReadOnlyList<string>> Discoverable(IReadOnlyCollection<string> userIds) => Ids(
        $"select u.user_id from user_profile u where u.discoverable and {database.Among("u.user_id", "@users")}", Argument.List("users", userIds));

    /// <summary>
    /// Whoever blacklisted the asker shows nothing, nor is anything shown to an asker who hides. The conversations that are shared are looked through once for all
    /// of these users.
    /// </summary>
    public Task<IReadOnlyList<string>> Showing(string asker, IReadOnlyCollection<string> userIds) => Ids(
        $"""
        select u.user_id from user_profile u
        where {database.Among("u.user_id", "@users")} and u.last_seen <> {(int)LastSeen.Nobody}
            and not exists (select 1 from user_profile own where own.user_id = @asker and own.last_seen = {(int)LastSeen.Nobody})
            and not exists (select 1 from blacklist b where b.user_id = u.user_id and b.blocked_id = @asker)
            and (exists (select 1 from contact k where k.user_id = u.user_id and k.contact_id = @asker)
                or (u.last_seen = {(int)LastSeen.Everyone} and u.user_id in (
                    select p.user_id from member me
                    join conversation c on c.conversation = me.conversation and not c.deleted
                    join member p on p.conversation = me.conversation and p.left_at is null
                    where me.user_id = @asker and me.left_at is null and {database.Among("p.user_id", "@users")}
                        and not exists (select 1 from invitation i where i.user_id = p.user_id and i.conversation = me.conversation))))
        """,
        ("asker", asker), Argument.List("users", userIds));

    public async Task<IReadOnlyList<string>> BlackListOf(string userId) => [.. await _blackLists.Of(userId)];

    public Task<IReadOnlyList<string>> BlackListing(string userId, IReadOnlyCollection<string> by) => Ids(
        $"select b.user_id from blacklist b where b.blocked_id = @user and {database.Among("b.user_id", "@by")}",
        ("user", userId), Argument.List("by", by));

    public Task AddToBlackList(string userId, string blocked) => database.Write(
        "insert into blacklist (user_id, blocked_id) values (@user, @blocked) on conflict (user_id, blocked_id) do nothing",
        ("user", userId), ("blocked", blocked));

    public Task RemoveFromBlackList(string userId, string blocked) => database.Write(
        "delete from blacklist where user_id = @user and blocked_id = @blocked", ("user", userId), ("blocked", blocked));

    private static async Task<IReadOnlyList<UserRow>> Users(IDatabase database, IReadOnlyCollection<string> userIds) => await database.Read(
        $"select {Rows.User} from user_profile u where {database.Among("u.user_id", "@users")}",
        reader => Rows.All(reader, row => Rows.ToUser(row)),
        Argument.List("users", userIds));

    private static async Task<IReadOnlyList<(string User, string Blocked)>> BlackLists(IDatabase database, IReadOnlyCollection<string> userIds) => await database.Read(
        $"select b.user_id, b.blocked_id from blacklist b where {database.Among("b.user_id", "@users")} order by b.id",
        reader => Rows.All(reader, row => (row.GetString(0), row.GetString(1))),
        Argument.List("users", userIds));

    private async Task<IReadOnlyList<string>> Ids(string sql, params IReadOnlyList<Argument> arguments) =>
        await database.Read(sql, reader => Rows.All(reader, row => row.GetString(0)), arguments);
}
