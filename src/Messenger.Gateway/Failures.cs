using Messenger.Protocol;

namespace Messenger.Gateway;

/// <summary>What a client is told of a call that failed.</summary>
internal static class Failures
{
    public static Error Unavailable { get; } =
        Error.Unavailable("no answer in time; the effect may or may not have happened: send the same request again later");

    /// <summary>Of a request that waited in vain.</summary>
    public static Error NotBegun { get; } =
        Error.Unavailable("those before it took too long, and nothing was done: send the same request again later");

    public static Error Internal { get; } = new(Statuses.Internal, "a fault of the server's; it is in its log");
}
