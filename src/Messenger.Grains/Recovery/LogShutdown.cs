using Messenger.Ports;
using Orleans.Runtime;

namespace Messenger.Grains.Recovery;

/// <summary>
/// Settles the log when the last actor of this silo has left, and before membership says that the silo is dead: from that status the others conclude that
/// whatever the journal still names was left untold.
/// </summary>
internal sealed class LogShutdown(IMessageLog log) : ILifecycleParticipant<ISiloLifecycle>
{
    /// <summary>Stages stop from the highest down: actors leave far above, and the table is told one below.</summary>
    internal const int Stage = ServiceLifecycleStage.RuntimeInitialize + 2;

    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(nameof(LogShutdown), Stage, _ => Task.CompletedTask, _ => log.Close());
}
