using Messenger.Protocol;

namespace Messenger.Gateway;

/// <summary>What a client is told of a call that failed.</summary>
internal static class Failures
{
    public static Refused Unavailable { get; } =
        Refused.Unavailable("no answer in time; the effect may or may not have happened: send the same request again later");

    /// <summary>Of a request that waited in vain.</summary>
    public static Refused NotBegun { get; } =
        Refused.Unavailable("those before it took too long, and nothing was done: send the same request again later");

    public static Refused Internal { get; } = new(Statuses.Internal, "a fault of the server's; it is in its log");
}
