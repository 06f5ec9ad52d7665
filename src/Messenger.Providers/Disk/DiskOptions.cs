namespace Messenger.Providers.Disk;

/// <summary>Where files lie on disk.</summary>
/// <param name="Folder">Made where it is missing, for this account alone. In a cluster, one folder that all gateways mount.</param>
/// <param name="KeepFree">Bytes that stay free on its disk: the embedded database, or whatever else lives there, needs room too.</param>
public sealed record DiskOptions(string Folder, long KeepFree = 0)
{
    /// <summary>Bytes after which an append makes what it has durable: what a crash of the machine costs a client at most.</summary>
    internal const long CheckpointBytes = 64 * 1024 * 1024;

    /// <summary>The same for a slow client.</summary>
    internal static readonly TimeSpan CheckpointPeriod = TimeSpan.FromSeconds(5);

    /// <summary>Large enough that system calls cost little, small enough that hundreds of uploads fit in memory.</summary>
    internal const int BufferBytes = 256 * 1024;
}
