using Orleans;

namespace Messenger.Contracts;

/// <summary>What devices have to know of a signal to keep it for a call that rings, or to end that: never what it says.</summary>
/// <param name="AuthorId">Who sent it.</param>
/// <param name="Application">The name of the application that sent it: it is not told.</param>
/// <param name="Call">Null where it belongs to no call.</param>
/// <param name="Bytes">Of its body, decoded.</param>
[GenerateSerializer, Immutable]
public sealed record SignalHint(string AuthorId, string Application, Guid Conversation, Guid? Call, int Bytes)
{
    [Id(0)]
    public SignalAct Act { get; init; }

    /// <summary>Not told: it ends what rings, and no more.</summary>
    [Id(1)]
    public bool IsUntold { get; init; }

    /// <summary>The user has muted the conversation: told to devices that are connected, neither kept nor pushed.</summary>
    [Id(2)]
    public bool IsMuted { get; init; }
}

/// <summary>What a signal does besides being told.</summary>
public enum SignalAct
{
    None,

    /// <summary>The call begins to ring.</summary>
    Start,

    /// <summary>It rings no more.</summary>
    Stop,
}
