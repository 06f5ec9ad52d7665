using System.Text.RegularExpressions;

namespace Messenger.Host.Configuration;

/// <summary>The keys of calls.</summary>
internal static partial class CallsKeys
{
    /// <summary>Of a relay's secret: what nobody guesses.</summary>
    private const int LeastSecret = 16;

    public static readonly ConfigKey<string?> TurnUris = ConfigKey.Text(
        "Calls:TurnUris", "URIs such as turns:turn.example:443?transport=tcp, comma-separated", "none: calls are not offered",
        "Relays (TURN) for calls between phones that do not reach each other, the preferred one first.");

    public static readonly ConfigKey<string?> TurnSecrets = ConfigKey.Secret(
        "Calls:TurnSecrets", "the relays' secrets (coturn: static-auth-secret) of at least 16 characters, comma-separated", "none",
        "What clients' credentials are signed with: the first; the others are those that relays still take, so that one text can be given to both.");

    public static readonly ConfigKey<int> TurnMinutes = ConfigKey.Whole(
        "Calls:TurnMinutes", 10, 7 * 24 * 60, 720, "How long a credential is good for. A call that runs when it ends is cut off by the relay.");

    public static readonly IReadOnlyList<ConfigKey> All = [TurnUris, TurnSecrets, TurnMinutes];

    /// <summary>Null where calls are not configured.</summary>
    /// <exception cref="StartRefusedException">Says which key, what was given and what it takes.</exception>
    public static CallsSettings? Read(IConfiguration from)
    {
        if (!TurnUris.IsGiven(from) && !TurnSecrets.IsGiven(from))
        {
            return null;
        }

        if (!TurnUris.IsGiven(from) || !TurnSecrets.IsGiven(from))
        {
            var (given, missing) = TurnUris.IsGiven(from) ? (TurnUris, TurnSecrets) : (TurnSecrets, TurnUris);
            throw new StartRefusedException($"{given.Name} is given and {missing.Name} is not: calls need both.");
        }

        var uris = List(TurnUris, from);
        if (uris.FirstOrDefault(uri => !Uri().IsMatch(uri)) is { } wrong)
        {
            throw TurnUris.Refuse($"it takes {TurnUris.Takes}", wrong);
        }

        var secrets = List(TurnSecrets, from);
        return secrets.Length > 0 && Array.TrueForAll(secrets, secret => secret.Length >= LeastSecret)
            ? new CallsSettings(uris, secrets[0], TimeSpan.FromMinutes(TurnMinutes.Read(from)))
            : throw TurnSecrets.Refuse($"it takes {TurnSecrets.Takes}", "");
    }

    private static string[] List(ConfigKey<string?> key, IConfiguration from) =>
        key.Read(from)!.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    [GeneratedRegex(@"^turns?:([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(\?transport=(udp|tcp))?$")]
    private static partial Regex Uri();
}

/// <summary>See <see cref="CallsKeys"/>.</summary>
internal sealed record CallsSettings(IReadOnlyList<string> TurnUris, string TurnSecret, TimeSpan TurnLifetime);
