namespace Messenger.Grains.Recovery;

/// <summary>How long things are kept; null for ever.</summary>
public sealed class RetentionOptions
{
    /// <summary>Messages, events included.</summary>
    public TimeSpan? Messages { get; set; }

    /// <summary>Files.</summary>
    public TimeSpan? Files { get; set; }

    /// <summary>Entries of the operator's audit log.</summary>
    public TimeSpan? Audit { get; set; }
}
