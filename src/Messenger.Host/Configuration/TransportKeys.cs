namespace Messenger.Host.Configuration;

/// <summary>The keys of how connections inside and around the cluster are secured.</summary>
internal static class TransportKeys
{
    public const string Require = "require";
    public const string Prefer = "prefer";
    public const string Warn = "warn";
    public const string Refuse = "refuse";

    public static readonly ConfigKey<string?> Certificate = ConfigKey.Text(
        "Silo:Tls:Certificate", "a PEM file: the certificate, then its chain", "none: no TLS between processes",
        "This process's own, for both sides of a connection between processes of the cluster. Read again when it changed. Given with Key and Authority.");

    public static readonly ConfigKey<string?> PrivateKey = ConfigKey.Text(
        "Silo:Tls:Key", "a PEM file: the private key", "none", "Given with Silo:Tls:Certificate.");

    public static readonly ConfigKey<string?> Authority = ConfigKey.Text(
        "Silo:Tls:Authority", "a PEM file: one certificate or several", "none",
        "Whoever's certificate leads to one of these is a peer, since processes dial one another by address. Read again when it changed; several while one replaces the other.");

    public static readonly ConfigKey<string?> Name = ConfigKey.Text(
        "Silo:Tls:Name", "a DNS name", "none",
        "A name that every peer's certificate must hold besides. Needed where the authority signs for others too.");

    public static readonly ConfigKey<string> Mode = ConfigKey.OneOf(
        "Silo:Tls:Mode", Require,
        "require refuses a peer without TLS. prefer takes both, for the one roll that switches TLS on: who can stand between two processes can keep them from TLS then.",
        Require, Prefer);

    public static readonly ConfigKey<string> Plaintext = ConfigKey.OneOf(
        "Security:Plaintext", Warn,
        "What becomes of connections without TLS to PostgreSQL, Redis, the other processes and clients, unless on loopback: one warning at the start, or no start.",
        Warn, Refuse);

    public static readonly IReadOnlyList<ConfigKey> All = [Certificate, PrivateKey, Authority, Name, Mode];

    /// <summary>Null where processes speak without TLS.</summary>
    /// <exception cref="StartRefusedException">Some are given and some are not, or a file is missing.</exception>
    public static SiloTlsSettings? Read(IConfiguration from, bool embedded)
    {
        var (certificate, key, authority) = (Certificate.Read(from), PrivateKey.Read(from), Authority.Read(from));
        string?[] files = [certificate, key, authority];
        if (files.All(file => file is null))
        {
            return Name.IsGiven(from) || Mode.IsGiven(from)
                ? throw new StartRefusedException($"{(Mode.IsGiven(from) ? Mode.Name : Name.Name)} is given, and {Certificate.Name} is not: processes would speak without TLS.")
                : null;
        }

        if (files.Any(file => file is null))
        {
            throw new StartRefusedException($"{Certificate.Name}, {PrivateKey.Name} and {Authority.Name} are given together or not at all.");
        }

        if (embedded)
        {
            throw Certificate.Refuse("a server that runs embedded is alone and has no peers", certificate!);
        }

        foreach (var (name, path) in new[] { (Certificate, certificate!), (PrivateKey, key!), (Authority, authority!) })
        {
            if (!File.Exists(path))
            {
                throw name.Refuse("there is no such file", path);
            }
        }

        var peer = Name.Read(from);
        return peer is null || Uri.CheckHostName(peer) == UriHostNameType.Dns
            ? new SiloTlsSettings(new TlsSettings(Path.GetFullPath(certificate!), Path.GetFullPath(key!)), Path.GetFullPath(authority!), peer, Mode.Read(from) == Require)
            : throw Name.Refuse($"it takes {Name.Takes}", peer);
    }
}
