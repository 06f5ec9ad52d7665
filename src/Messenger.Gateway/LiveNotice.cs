namespace Messenger.Gateway;

/// <summary>What the operator has to say to everybody, set while the server runs: stands before the configuration's. Any thread.</summary>
public sealed class LiveNotice
{
    private volatile string? _text;

    /// <summary>Null: what the configuration says.</summary>
    public string? Text
    {
        get => _text;
        set => _text = value;
    }
}
