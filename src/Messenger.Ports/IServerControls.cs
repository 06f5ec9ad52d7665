namespace Messenger.Ports;

/// <summary>What the operator sets while the server runs, for all processes together.</summary>
/// <remarks>Throws <see cref="StoreUnavailableException"/> when the store is away.</remarks>
public interface IServerControls
{
    /// <summary>All that is set.</summary>
    Task<IReadOnlyList<ServerControl>> List();

    /// <summary>Sets, or with null takes back. On disk when it returns.</summary>
    /// <param name="now">Milliseconds since the Unix epoch.</param>
    Task Set(string name, string? value, string by, long now);
}

/// <param name="Name">One of <see cref="ServerControlNames"/>.</param>
/// <param name="By">The name of the admin token.</param>
public sealed record ServerControl(string Name, string Value, string By, long At);

/// <summary>What can be set.</summary>
public static class ServerControlNames
{
    /// <summary>What is said to everybody; stands before the configuration's.</summary>
    public const string Notice = "notice";

    /// <summary>No new codes for registrations: the value is why.</summary>
    public const string RegistrationPaused = "registration-paused";

    /// <summary>Not a person's setting: a word sealed with the key of credentials, so that another key is noticed.</summary>
    public const string CredentialCanary = "credential-canary";

    private const string DrainPrefix = "drain/";

    /// <summary>The process of this name takes no connections, and closes those it has.</summary>
    public static string Drain(string process) => DrainPrefix + process;

    /// <summary>The process that such a setting is about; null for another setting.</summary>
    public static string? Drained(string name) => name.StartsWith(DrainPrefix, StringComparison.Ordinal) ? name[DrainPrefix.Length..] : null;
}
