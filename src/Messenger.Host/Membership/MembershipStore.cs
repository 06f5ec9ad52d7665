using StackExchange.Redis;

namespace Messenger.Host.Membership;

/// <summary>What a cluster has in Redis: Orleans' table of its members, and whose it is.</summary>
internal sealed class MembershipStore(IConnectionMultiplexer connection, string cluster) : IAsyncDisposable
{
    /// <summary>Orleans' own field of the table.</summary>
    private const string VersionField = "Version";

    /// <summary>
    /// Writes rows again, all of them or none: a process that reads a newer table without its own row takes itself for dead. The version goes on
    /// from the highest that anybody saw, or it would be taken for old news. Nothing is done where nothing is missing. A row that is there stays,
    /// unless the table is older than what the caller saw.
    /// </summary>
    private const string Restore = """
        local now, known = tonumber(redis.call('HGET', KEYS[1], 'Version') or '-1'), tonumber(ARGV[1])
        if now >= known and redis.call('HEXISTS', KEYS[1], ARGV[2]) == 1 then return 0 end
        for at = 3, #ARGV, 2 do
            if now < known or redis.call('HEXISTS', KEYS[1], ARGV[at]) == 0 then redis.call('HSET', KEYS[1], ARGV[at], ARGV[at + 1]) end
        end
        redis.call('HSET', KEYS[1], 'Version', string.format('%d', math.max(now, known) + 1))
        return 1
        """;

    private readonly IDatabase _database = connection.GetDatabase();

    public IConnectionMultiplexer Connection => connection;

    /// <summary>As Orleans names it; said here, because rows are written here too.</summary>
    public string TableKey { get; } = $"{ClusterConstants.ServiceId}/members/{cluster}";

    public string SealKey { get; } = $"{ClusterConstants.ServiceId}/identity/{cluster}";

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    public async Task<TableRows> Rows()
    {
        var fields = await _database.HashGetAllAsync(TableKey);
        var version = fields.FirstOrDefault(field => field.Name == VersionField).Value;
        return new TableRows(
            version.TryParse(out long number) ? number : TableRows.NoVersion,
            fields.Where(field => field.Name != VersionField).ToDictionary(field => field.Name.ToString(), field => field.Value.ToString()));
    }

    /// <returns>Whether anything was missing, and is there again.</returns>
    public async Task<bool> Write(TableRows rows, string own)
    {
        RedisValue[] arguments = [rows.Version, own, .. rows.Rows.SelectMany(row => (RedisValue[])[row.Key, row.Value])];
        return (int)await _database.ScriptEvaluateAsync(Restore, [TableKey], arguments, CommandFlags.NoScriptCache) == 1;
    }

    /// <summary>The seal that stands there now: the one given, where there was none.</summary>
    /// <returns>Null where something stands there that this release cannot read.</returns>
    public async Task<ClusterSeal?> Claim(ClusterSeal own)
    {
        var text = own.ToString();
        if (await _database.StringSetAsync(SealKey, text, when: When.NotExists))
        {
            return own;
        }

        // Deleted between the two: as good as read before.
        var there = await _database.StringGetAsync(SealKey);
        return there.IsNull ? own : ClusterSeal.Parse(there.ToString());
    }

    /// <summary>A cluster is given its secret: the seal without a proof is replaced, unless another process was here first.</summary>
    public Task Prove(ClusterSeal unproven, ClusterSeal own) => _database.ScriptEvaluateAsync(
        "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('SET', KEYS[1], ARGV[2]) end return 0",
        [SealKey], [unproven.ToString(), own.ToString()], CommandFlags.NoScriptCache);
}

/// <summary>The rows of the membership table as Orleans wrote them, by its names of the silos.</summary>
internal sealed record TableRows(long Version, IReadOnlyDictionary<string, string> Rows)
{
    public const long NoVersion = -1;
}
