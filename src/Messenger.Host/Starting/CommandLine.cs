using Messenger.Host.Configuration;

namespace Messenger.Host.Starting;

/// <summary>What the process was asked to do.</summary>
internal enum Verb
{
    Run,
    Migrate,
    Help,
    Version,
}

/// <summary>The command line: a verb, and configuration as <c>--Key=value</c> or <c>--Key value</c>.</summary>
internal sealed record CommandLine(Verb Verb, string[] Configuration)
{
    /// <summary>Sections and keys that are not ours: of ASP.NET and of logging.</summary>
    private static readonly string[] Framework = ["urls", "http_ports", "https_ports", "environment", "contentRoot", "Logging", "Kestrel", "AllowedHosts"];

    public const string Usage = """
        Messenger.Host: a backend for end-to-end encrypted messengers.

          Messenger.Host                 serve (http://localhost:8080 unless --urls says otherwise)
          Messenger.Host migrate         bring the database to this release's version, and end
          Messenger.Host --help          this text
          Messenger.Host --version       the release

        Without connection strings it runs embedded: one process, its data in ./data.
        With ConnectionStrings:Postgres and ConnectionStrings:Redis it joins a cluster.

        Every key may be given as --Key=value, or in the environment with two underscores for a colon: Silo__Role=gateway.
        """;

    /// <exception cref="StartRefusedException">There is a word that nothing is known of.</exception>
    public static CommandLine Parse(string[] args)
    {
        if (args.Any(arg => arg is "--help" or "-h" or "-?" or "help"))
        {
            return new CommandLine(Verb.Help, []);
        }

        if (args is ["--version"] or ["version"])
        {
            return new CommandLine(Verb.Version, []);
        }

        var (verb, rest) = args switch
        {
            ["migrate", ..] => (Verb.Migrate, args[1..]),
            ["run", ..] => (Verb.Run, args[1..]),
            _ => (Verb.Run, args),
        };
        for (var index = 0; index < rest.Length; index++)
        {
            var word = rest[index];
            var key = word.StartsWith("--", StringComparison.Ordinal) ? word[2..].Split('=')[0] : throw Unknown(word);
            Check(key);
            if (!word.Contains('=', StringComparison.Ordinal) && ++index == rest.Length)
            {
                throw new StartRefusedException($"{word} is given no value: write {word}=value.");
            }
        }

        return new CommandLine(verb, rest);
    }

    /// <summary>The keys, as a list for people.</summary>
    public static IEnumerable<string> KeyLines() =>
        Keys.All.Select(key => $"  {key.Name,-42} {key.Takes} (default: {key.Default})");

    private static void Check(string key)
    {
        var section = key.Split(':')[0];
        if (!Framework.Contains(section, StringComparer.OrdinalIgnoreCase)
            && !Keys.All.Any(known => known.Name.Equals(key, StringComparison.OrdinalIgnoreCase)))
        {
            throw UnknownKeys.Unknown(key);
        }
    }

    private static StartRefusedException Unknown(string word) =>
        new($"'{word}' is neither a command nor a key: there are run, migrate, --help, --version and --Key=value.");
}
