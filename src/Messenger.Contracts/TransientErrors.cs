using System.Data.Common;
using System.Net.Sockets;
using Messenger.Ports;
using Orleans.Runtime;
using Orleans.Storage;

namespace Messenger.Contracts;

/// <summary>What an exception out of a call means: that a part of the cluster is away, or that the product has a fault.</summary>
/// <remarks>
/// The one classifier: gateways answer by it (<c>unavailable</c> or <c>internal</c>), workers translate by it what libraries throw, and the
/// log leaves out the stacks of what an outage brings by the thousand.
/// </remarks>
public static class TransientErrors
{
    /// <summary>Namespaces of libraries that this project does not know, and all of whose exceptions tell of somebody who is away.</summary>
    private static readonly string[] Away = ["StackExchange.Redis", "Polly"];

    /// <summary>Whether trying again later may help: the callee is away, too slow, too busy, or lost its place to another activation.</summary>
    public static bool IsTransient(Exception fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        return Is(fault)
            || (fault is AggregateException several ? several.InnerExceptions.Any(IsTransient) : fault.InnerException is { } inner && IsTransient(inner));
    }

    /// <summary>What made it, for a log: the innermost exception's type, which is a kind and names nobody.</summary>
    public static string Kind(Exception fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        while (fault.InnerException is { } inner)
        {
            fault = inner;
        }

        return fault.GetType().Name;
    }

    private static bool Is(Exception fault) => fault switch
    {
        StoreUnavailableException or TimeoutException or OperationCanceledException => true,
        SocketException => true,

        // A broken connection's. A file that is not there has a class of its own, and is a fault.
        IOException or EndOfStreamException => fault.GetType() == typeof(IOException) || fault is EndOfStreamException,

        // Npgsql's and SQLite's own word: connections, resources, locks, a server that stops.
        DbException database => database.IsTransient,
        OrleansException orleans => IsTransient(orleans),

        // A silo that stops disposes of what calls still use.
        ObjectDisposedException => true,
        _ => fault.GetType().Namespace is { } space && Away.Any(library => space.StartsWith(library, StringComparison.Ordinal)),
    };

    /// <summary>
    /// Orleans throws its base class where no silo is there to place a grain ("No active nodes are compatible"), where the directory or the
    /// ring is in flux, and where a storage provider failed (whose own exception is inside). What is a mistake in a program has a class of its own.
    /// </summary>
    private static bool IsTransient(OrleansException fault) => fault switch
    {
        WrappedException or GrainExtensionNotInstalledException or BadProviderConfigException => false,
        InconsistentStateException => true,
        _ when fault.GetType() == typeof(OrleansException) => fault.InnerException is not { } inner || IsTransient(inner),
        _ => true,
    };
}
