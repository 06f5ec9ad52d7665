using Messenger.Ports;

namespace Messenger.Providers;

/// <summary>The name of a process where the host gives none: unique per start.</summary>
internal sealed class ProcessWriterName : IWriterName
{
    public string Name { get; } = $"{Environment.MachineName}-{Environment.ProcessId}-{Guid.NewGuid():N}";
}
