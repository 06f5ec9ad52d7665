namespace Messenger.Grains.Registration;

/// <summary>Whether the operator lets nobody register for now. Any thread.</summary>
public sealed class RegistrationPause
{
    /// <summary>Maintenance lasts minutes.</summary>
    public const int RetrySeconds = 300;

    private volatile string? _reason;

    /// <summary>Why; null while people may register.</summary>
    public string? Reason
    {
        get => _reason;
        set => _reason = value;
    }
}
