namespace Messenger.Host.Configuration;

/// <summary>A key that nobody reads is a mistake that would go unseen: it is refused, with the key that was probably meant.</summary>
internal static class UnknownKeys
{
    private static readonly HashSet<string> Known = ConfigKeys.All.Select(key => key.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);

    private static readonly IReadOnlyList<string> Sections =
        [.. Known.Select(name => name.Split(':')[0]).Distinct(StringComparer.OrdinalIgnoreCase)];

    /// <exception cref="StartRefusedException">There is one.</exception>
    public static void Refuse(IConfiguration configuration)
    {
        foreach (var section in configuration.GetChildren().Where(section => IsOurs(section.Key) && section.GetChildren().Any()))
        {
            if (Leaves(section.GetChildren()).FirstOrDefault(name => !Known.Contains(name)) is { } unknown)
            {
                throw Unknown(unknown);
            }
        }
    }

    /// <summary>The sentence about a key that nobody reads.</summary>
    public static StartRefusedException Unknown(string key)
    {
        var nearest = Known.MinBy(name => Distance(name.ToUpperInvariant(), key.ToUpperInvariant()));
        return new StartRefusedException($"{key} is no key of the configuration; did you mean {nearest}? --help lists all of them.");
    }

    /// <summary>One of our sections, or a slip of the pen away from one: the environment is full of other people's names.</summary>
    private static bool IsOurs(string section) => Sections.Any(ours =>
        Distance(ours.ToUpperInvariant(), section.ToUpperInvariant()) <= (ours.Length > 5 ? 2 : 1));

    private static IEnumerable<string> Leaves(IEnumerable<IConfigurationSection> sections) =>
        sections.SelectMany(section =>
        {
            var below = Leaves(section.GetChildren()).ToList();
            return section.Value is null ? below : below.Prepend(section.Path);
        });

    /// <summary>How many letters have to be put in, taken out or changed.</summary>
    internal static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[^1];
    }
}
