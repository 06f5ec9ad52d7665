using Messenger.Ports;
using Messenger.Protocol;
using Orleans.Runtime;
using Orleans.Runtime.Messaging;
using Orleans.Storage;

namespace Messenger.Gateway.Dispatch;

/// <summary>What an exception out of a call means to a client.</summary>
internal static class Failures
{
    /// <summary>Whether trying again later may help: the callee is away, too slow, too busy, or lost its place to another activation.</summary>
    public static bool IsPassing(Exception e) => e is
        TimeoutException
        or StoreUnavailableException
        or OrleansMessageRejectionException
        or SiloUnavailableException
        or ConnectionFailedException
        or GatewayTooBusyException
        or LimitExceededException
        or ClientNotAvailableException
        or InconsistentStateException
        or OperationCanceledException
        || (e.InnerException is { } inner && IsPassing(inner));

    public static Refused Unavailable { get; } =
        Refused.Unavailable("no answer in time; the effect may or may not have happened: send the same request again later");

    /// <summary>Of a request that waited in vain.</summary>
    public static Refused NotBegun { get; } =
        Refused.Unavailable("those before it took too long, and nothing was done: send the same request again later");

    public static Refused Internal { get; } = new(Statuses.Internal, "a fault of the server's; it is in its log");
}
