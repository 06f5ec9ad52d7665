using Messenger.Ports;

namespace Messenger.Providers.Relational;

/// <summary>What changed for a user since: see <see cref="IChanges"/>.</summary>
/// <remarks>
/// It looks once at each of the user's conversations, and reads of those that changed alone. A mark in the row of a message costs its commit eight
/// bytes; marks by member, which need no such look, would cost a row for each of a group's people.
/// </remarks>
internal sealed class RelationalChanges(IDatabase database, RelationalConversationDirectory directory) : IChanges
{
    private const string Mine = "member me join conversation c on c.conversation = me.conversation";

    private const string AreMine = "me.user_id = @user and me.left_at is null and not c.deleted";

    public async Task<ChangePoint> Now() => (await database.Read(
        $"select {database.Epoch}, {database.Horizon}", reader => Rows.All(reader, row => new ChangePoint(row.GetString(0), row.GetInt64(1)))))[0];

    public async Task<IReadOnlyList<Guid>> Changed(string userId, long since, Guid after, int max) => await database.Read(
        $"""
        select me.conversation from {Mine}
        where {AreMine} and me.conversation > @after and (c.changed >= @since
            or (select m.changed from message m where m.conversation = me.conversation order by m.sequence desc limit 1) >= @since
            or exists (select 1 from receipt r where r.conversation = me.conversation and r.changed >= @since)
            or exists (select 1 from preference x where x.user_id = @user and x.conversation = me.conversation and x.changed >= @since))
        order by me.conversation limit @max
        """,
        reader => Rows.All(reader, row => row.GetGuid(0)),
        ("user", userId), ("since", since), ("after", after), ("max", max));

    public async Task<IReadOnlyList<ActiveConversation>> Newest(string userId, ActiveConversation behind, int max) => await database.Read(
        $"""
        select x.conversation, x.active from (
            select me.conversation, coalesce(
                (select coalesce(m.active, m.created) from message m where m.conversation = me.conversation order by m.sequence desc limit 1), c.created) as active
            from {Mine} where {AreMine}) x
        where x.active < @active or (x.active = @active and x.conversation > @after)
        order by x.active desc, x.conversation limit @max
        """,
        reader => Rows.All(reader, row => new ActiveConversation(row.GetGuid(0), row.GetInt64(1))),
        ("user", userId), ("active", behind.At), ("after", behind.Conversation), ("max", max));

    public async Task<IReadOnlyList<RemovedConversationRow>> Removed(string userId, long since, Guid after, int max, long notBefore) => await database.Read(
        """
        select x.conversation, c.uuid_text, x.reason from removal x join conversation c on c.conversation = x.conversation
        where x.user_id = @user and x.conversation > @after and x.changed >= @since and x.removed >= @old
        and (c.deleted or not exists (
            select 1 from member me where me.conversation = x.conversation and me.user_id = x.user_id and me.left_at is null))
        order by x.conversation limit @max
        """,
        reader => Rows.All(reader, row => new RemovedConversationRow(row.GetGuid(0), row.GetString(1), row.GetString(2))),
        ("user", userId), ("since", since), ("after", after), ("max", max), ("old", notBefore));

    public async Task<IReadOnlyList<string>> ChangedPeople(string userId, long since, string after, int max) => await database.Read(
        $"""
        select u.user_id from user_profile u
        where u.changed >= @since and u.user_id > @after and u.user_id <> @user and exists (
            select 1 from {Mine} join member p on p.conversation = me.conversation
            where {AreMine} and p.user_id = u.user_id and p.left_at is null)
        order by u.user_id limit @max
        """,
        reader => Rows.All(reader, row => row.GetString(0)),
        ("user", userId), ("since", since), ("after", after), ("max", max));

    public Task<IReadOnlyList<SyncRow>> Read(string userId, IReadOnlyCollection<Guid> conversations) => directory.Sync(userId, conversations);

    public Task Touch(IReadOnlyCollection<Guid> conversations) => database.Write(
        $"{database.Tick} update conversation set changed = {database.Position} where {database.Among("conversation", "@some")}",
        Argument.List("some", conversations));

    public async Task<IReadOnlyList<string>> AccountChanges(string userId, long since) => await database.Read(
        "select a.section from account_change a where a.user_id = @user and a.changed >= @since",
        reader => Rows.All(reader, row => row.GetString(0)),
        ("user", userId), ("since", since));

    public Task MarkAccount(string userId, string section) => database.Write(
        $"""
        {database.Tick}
        insert into account_change (user_id, section, changed) values (@user, @section, {database.Position})
        on conflict (user_id, section) do update set changed = excluded.changed
        """,
        ("user", userId), ("section", section));

    public Task DrawEpoch() => database.Write($"update store_epoch set id = {database.NewEpoch}");
}
