using Messenger.Host.Configuration;

namespace Messenger.Host.Starting;

/// <summary>What the process was asked to do.</summary>
internal enum Verb
{
    Run,
    Migrate,
    Export,
    Import,
    Check,
    Help,
    Version,
}

/// <summary>The command line: a verb, and configuration as <c>--Key=value</c> or <c>--Key value</c>.</summary>
/// <param name="Operand">The directory or the URL that follows the verb, or its option; else empty.</param>
internal sealed record CommandLine(Verb Verb, string[] Configuration, string Operand = "")
{
    /// <summary>Sections and keys that are not ours: of ASP.NET and of logging.</summary>
    private static readonly string[] Framework = ["urls", "http_ports", "https_ports", "environment", "contentRoot", "Logging", "Kestrel", "AllowedHosts"];

    /// <summary>Of the migrate command.</summary>
    public const string NewIdentity = "--new-identity";

    public const string Usage = """
        Messenger.Host: a backend for end-to-end encrypted messengers.

          Messenger.Host                 serve (http://localhost:8080 unless --urls says otherwise)
          Messenger.Host migrate         bring the database to this release's version, and end
          Messenger.Host migrate --new-identity
                                         besides make it a cluster of its own: for a copy of another one's database
          Messenger.Host export DIR      write all data into a new directory, and end
          Messenger.Host import DIR      read it into an empty store of either kind, and end
          Messenger.Host check URL       ask the server at URL whether it is ready, and end
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
            ["migrate", NewIdentity, ..] => (Verb.Migrate, args[2..]),
            ["migrate", ..] => (Verb.Migrate, args[1..]),
            ["export", var to, ..] when IsWord(to) => (Verb.Export, args[2..]),
            ["import", var from, ..] when IsWord(from) => (Verb.Import, args[2..]),
            ["export" or "import", ..] => throw new StartRefusedException($"{args[0]} takes a directory: Messenger.Host {args[0]} DIR."),
            ["check", var url] when Uri.TryCreate(url, UriKind.Absolute, out var at) && at.Scheme is "http" or "https" => (Verb.Check, []),
            ["check", ..] => throw new StartRefusedException("check takes an http or https URL: Messenger.Host check http://localhost:8080."),
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

        return new CommandLine(verb, rest, verb is Verb.Export or Verb.Import or Verb.Check || args is ["migrate", NewIdentity, ..] ? args[1] : "");
    }

    /// <summary>The keys, as a list for people.</summary>
    public static IEnumerable<string> KeyLines() =>
        ConfigKeys.All.Select(key => $"  {key.Name,-42} {key.Takes} (default: {key.Default})");

    private static void Check(string key)
    {
        var section = key.Split(':')[0];
        if (!Framework.Contains(section, StringComparer.OrdinalIgnoreCase)
            && !ConfigKeys.All.Any(known => known.Name.Equals(key, StringComparison.OrdinalIgnoreCase)))
        {
            throw UnknownKeys.Unknown(key);
        }
    }

    private static bool IsWord(string text) => !text.StartsWith('-');

    private static StartRefusedException Unknown(string word) =>
        new($"'{word}' is neither a command nor a key: there are run, migrate, export DIR, import DIR, check URL, --help, --version and --Key=value.");
}
