using Npgsql;
using StackExchange.Redis;

namespace Messenger.Host.Configuration;

/// <summary>Both connection strings are parsed by those who take them, before anything is connected to.</summary>
internal static class ConnectionStrings
{
    public static string Postgres(string given)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(given).Host is { Length: > 0 }
                ? given
                : throw Keys.Postgres.Refuse($"it names no Host; it takes {Keys.Postgres.Takes}", given);
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException)
        {
            throw Keys.Postgres.Refuse($"it cannot be read ({fault.Message.TrimEnd('.')}); it takes {Keys.Postgres.Takes}", given);
        }
    }

    public static string Redis(string given)
    {
        try
        {
            return ConfigurationOptions.Parse(given).EndPoints.Count > 0
                ? given
                : throw Keys.Redis.Refuse($"it names no host; it takes {Keys.Redis.Takes}", given);
        }
        catch (ArgumentException)
        {
            throw Keys.Redis.Refuse($"it cannot be read; it takes {Keys.Redis.Takes}", given);
        }
    }
}
