using System.Net;
using Messenger.Bench.Load;
using Messenger.Testing.Servers;

namespace Messenger.Bench.Targets;

/// <summary>A server under load, with all the processes whose CPU and memory count as its own.</summary>
internal interface ITarget : IAsyncDisposable
{
    string Name { get; }

    /// <summary>The PostgreSQL that it writes to, for a workload that stops it; null where there is none.</summary>
    PostgresServer? Store { get; }

    /// <summary>Roots of the process trees that serve, PostgreSQL and Redis included.</summary>
    IReadOnlyList<int> Processes { get; }

    /// <summary>People who talk to one another: everyone's message reaches everyone else in the room.</summary>
    Task<Party[]> Group(int people, CancellationToken cancellation);

    /// <summary>Somebody who uploads files and fetches them.</summary>
    Task<FileLane> Files(CancellationToken cancellation);

    /// <summary>A connection that is authenticated and then silent.</summary>
    Task<LoadConnection> Idle(int number, CancellationToken cancellation);

    /// <summary>Somebody whom the server knows and who is away: returns what connects and authenticates that person.</summary>
    Task<Func<Task<LoadConnection>>> Known(int number, CancellationToken cancellation);
}

/// <summary>One connection in a room.</summary>
/// <param name="Send">Sends the message with this uuid.</param>
/// <param name="Ping">The frame of a ping that is echoed or answered.</param>
/// <param name="Acknowledges">How a frame starts that acknowledges a message.</param>
/// <param name="UuidAfter">What stands before the message's uuid in a frame.</param>
internal sealed record Party(
    LoadConnection Connection, Action<FrameHandler> Listen, Action<Guid> Send, byte[] Ping, byte[] Acknowledges, byte[] UuidAfter)
{
    /// <summary>The frames that say a message was delivered and read; null where the server knows no receipts.</summary>
    public (Func<Guid, byte[]> Delivered, Func<Guid, byte[]> Readed)? Receipts { get; init; }
}

/// <summary>Where generators connect from: past 28 000 connections one address has no more ports.</summary>
internal static class Sources
{
    private const int PerAddress = 20_000;

    public static IPAddress Of(int number) => IPAddress.Parse($"127.0.0.{1 + (number / PerAddress)}");
}
