namespace Messenger.Gateway;

/// <summary>The relays of calls: where they are, and what they know who may use them by.</summary>
public sealed class CallsOptions
{
    /// <summary>URIs of RFC 7065, in the order of preference.</summary>
    public IReadOnlyList<string> TurnUris { get; set; } = [];

    /// <summary>The relays' own secret (coturn: <c>static-auth-secret</c>), which signs.</summary>
    public string TurnSecret { get; set; } = "";

    /// <summary>How long a credential is good for.</summary>
    public TimeSpan TurnLifetime { get; set; } = TimeSpan.FromHours(12);
}
