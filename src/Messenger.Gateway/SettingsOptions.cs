using Messenger.Protocol;

namespace Messenger.Gateway;

/// <summary>What RequestGetServerSettings tells clients.</summary>
public sealed class SettingsOptions
{
    /// <summary>The user id that a client offers as support, or null.</summary>
    public string? SupportId { get; set; }

    /// <summary>The user id of the operator, or null.</summary>
    public string? AdminId { get; set; }

    /// <summary>A flag told to clients; the server does nothing with it.</summary>
    public bool BigBrother { get; set; }

    /// <summary>By <c>applicationType</c> the oldest version of a client that is wanted: <c>Server:MinClientVersion</c>.</summary>
    public Dictionary<string, string> MinClientVersion { get; set; } = [];

    /// <summary>The key that a browser subscribes for; null where Web Push is not offered.</summary>
    public string? VapidPublicKey { get; set; }

    /// <summary>What the operator has to say to everybody, or null.</summary>
    public string? Notice { get; set; }

    /// <summary>The operator's own switches for its clients; nothing secret.</summary>
    public Dictionary<string, string> Flags { get; set; } = [];

    /// <summary>Colours (#rrggbb), and the URLs of logo and sound.</summary>
    public ThemeOptions Theme { get; set; } = new();

    internal ResponseServerSettings ToResponse() => new(SupportId, AdminId, BigBrother, new Theme(
        Theme.ButtonBackground, Theme.ButtonText, Theme.YourMessageBubbleBackground, Theme.YourMessageBubbleText,
        Theme.TheirMessageBubbleBackground, Theme.TheirMessageBubbleText, Theme.Logo, Theme.Sound));
}

/// <summary>How clients look.</summary>
public sealed class ThemeOptions
{
    public string ButtonBackground { get; set; } = "#2e7d32";

    public string ButtonText { get; set; } = "#ffffff";

    public string YourMessageBubbleBackground { get; set; } = "#c9c9f2";

    public string YourMessageBubbleText { get; set; } = "#000000";

    public string TheirMessageBubbleBackground { get; set; } = "#FFFFFF";

    public string TheirMessageBubbleText { get; set; } = "#000000";

    /// <summary>A URL, or null.</summary>
    public string? Logo { get; set; }

    /// <summary>A URL, or null.</summary>
    public string? Sound { get; set; }
}
