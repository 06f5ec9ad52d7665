using Messenger.Protocol;

namespace Messenger.Host.Configuration;

/// <summary>What clients are told besides the seed, and which extensions of the protocol they get.</summary>
internal static class EditionKeys
{
    private const string Pairs = "NAME=VALUE, comma-separated";

    public static readonly ConfigKey<string?> Notice = ConfigKey.Text(
        "Server:Notice", "text", "none", "What the operator has to say to everybody, such as the next maintenance.");

    public static readonly ConfigKey<string?> Flags = ConfigKey.Text(
        "Server:Flags", Pairs, "none", "The operator's own switches for its clients; everybody may read them.");

    public static readonly ConfigKey<string?> MinClientVersion = ConfigKey.Text(
        "Server:MinClientVersion", Pairs, "none", "By applicationType the oldest version of a client that is taken, such as android=2.4,ios=2.3.1: older ones that say theirs are refused (4010).");

    public static readonly ConfigKey<string?> FeaturesOff = ConfigKey.Text(
        "Server:FeaturesOff", "names of features, comma-separated", "none",
        "Extensions that are not offered. During a rolling upgrade: those that the release before has not.");

    public static readonly IReadOnlyList<ConfigKey> All = [Notice, Flags, MinClientVersion, FeaturesOff];

    /// <exception cref="StartRefusedException">Says which key, what was given and what it takes.</exception>
    public static EditionSettings Read(IConfiguration from) => new(
        Notice.Read(from), Map(Flags, from, StringComparer.Ordinal), Versions(from), Off(from));

    private static Dictionary<string, string> Versions(IConfiguration from)
    {
        // Clients write what they are as they like.
        var versions = Map(MinClientVersion, from, StringComparer.OrdinalIgnoreCase);
        return versions.Values.FirstOrDefault(version => ClientVersion.Parse(version) is null) is { } wrong
            ? throw MinClientVersion.Refuse("a version is whole numbers with dots between, such as 2.10.1", wrong)
            : versions;
    }

    private static Features Off(IConfiguration from)
    {
        var names = List(FeaturesOff, from);
        return names.FirstOrDefault(name => FeatureNames.Parse([name]) == Features.None) is { } unknown
            ? throw FeaturesOff.Refuse($"there is no feature {unknown}", FeaturesOff.Read(from)!)
            : FeatureNames.Parse(names);
    }

    private static Dictionary<string, string> Map(ConfigKey<string?> key, IConfiguration from, StringComparer names)
    {
        var map = new Dictionary<string, string>(names);
        foreach (var pair in List(key, from))
        {
            if (pair.Split('=', 2, StringSplitOptions.TrimEntries) is not [{ Length: > 0 } name, { Length: > 0 } value] || !map.TryAdd(name, value))
            {
                throw key.Refuse($"it takes {key.Takes}", key.Read(from)!);
            }
        }

        return map;
    }

    private static string[] List(ConfigKey<string?> key, IConfiguration from) =>
        key.Read(from)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
}

/// <summary>See <see cref="EditionKeys"/>.</summary>
internal sealed record EditionSettings(
    string? Notice, Dictionary<string, string> Flags, Dictionary<string, string> MinClientVersion, Features FeaturesOff);
