namespace Messenger.Protocol;

/// <summary>WebSocket close codes that the server uses, and what a client does at each.</summary>
public enum CloseCode
{
    /// <summary>No code: nothing is to be closed.</summary>
    None = 0,

    /// <summary>The client asked for it.</summary>
    Normal = 1000,

    /// <summary>The gateway drains: reconnect elsewhere, after the delay that the reason gives.</summary>
    Draining = 1001,

    /// <summary>A binary frame: the protocol is text.</summary>
    Unsupported = 1003,

    /// <summary>A text frame was not UTF-8.</summary>
    InvalidText = 1007,

    /// <summary>Too much garbage; or the account was suspended: the next login says so.</summary>
    PolicyViolation = 1008,

    /// <summary>A message was longer than <c>Gateway:MaxMessageBytes</c>.</summary>
    TooBig = 1009,

    /// <summary>The server can no longer vouch for the notification stream: reconnect and resume.</summary>
    ContinuityLost = 1012,

    /// <summary>The server has no room: reconnect later.</summary>
    Overloaded = 1013,

    /// <summary>A newer connection of the same application took over: do not reconnect by yourself.</summary>
    Replaced = 4001,

    /// <summary>The application or its user was deleted: forget the credential.</summary>
    Deleted = 4003,

    /// <summary>Not authenticated in time.</summary>
    NotAuthenticated = 4008,

    /// <summary>The client reads too slowly: reconnect and resume.</summary>
    TooSlow = 4009,

    /// <summary>The client is older than the operator takes: it has to be updated. To those alone that say their version.</summary>
    ClientTooOld = 4010,
}
