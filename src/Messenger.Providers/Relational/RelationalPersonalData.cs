using Messenger.Ports;

namespace Messenger.Providers.Relational;

/// <summary>See <see cref="PersonalTables"/>.</summary>
internal sealed class RelationalPersonalData(IDatabase database) : IPersonalData
{
    public IReadOnlyList<DataSection> Sections { get; } = [.. PersonalTables.Sections.Select(section => section.Described)];

    public async Task<DataPage> Read(string section, string userId, string? after, int size)
    {
        var kind = PersonalTables.Sections.First(one => one.Name == section);
        var (sql, arguments) = kind.Page(after);

        // Numbers change hands: what an earlier owner of this one wrote is another person's.
        var ended = kind.Table is "message" or "message_file" ? await EndedStays(userId) : [];
        string? last = null;
        var read = 0;
        var items = await database.Read(
            sql,
            async reader =>
            {
                List<IReadOnlyDictionary<string, object?>> items = [];
                while (await reader.ReadAsync())
                {
                    (read, last) = (read + 1, kind.Cursor(reader));
                    var item = kind.Item(reader);
                    if (ended.Count == 0 || !ended.TryGetValue((string)item["conversation"]!, out var stays) || !stays.Contains((long)item["sequence"]!))
                    {
                        items.Add(item);
                    }
                }

                return items;
            },
            [("user", userId), ("size", size), ("owner", AvatarOwners.User(userId)), ("prefix", userId + "/"), .. arguments]);
        return new DataPage(items, read == size ? last : null);
    }

    private async Task<Dictionary<string, SequenceSet>> EndedStays(string userId) => (await database.Read(
        "select p.conversation, p.ended_stays from member p where p.user_id = @user and p.ended_stays <> ''",
        reader => Rows.All(reader, row => (Conversation: row.GetGuid(0).ToString(), Stays: SequenceSet.Parse(new IntervalText(row.GetString(1))))),
        ("user", userId))).ToDictionary(one => one.Conversation, one => one.Stays);
}
