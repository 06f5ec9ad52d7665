using System.Threading.Channels;
using Messenger.Ports;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Messenger.Grains.Devices;

/// <summary>The pushes of this silo on their way to the sender: bounded, one loop, started and stopped with the silo.</summary>
/// <remarks>A push is a convenience: what does not fit is dropped and counted, and the client finds everything at its next sync.</remarks>
internal sealed class PushQueue(IPushSender sender, ILogger<PushQueue> log) : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    /// <summary>A burst to a large group: some 4 MB at most.</summary>
    public const int Capacity = 16 * 1024;

    private readonly Channel<Push> queue = Channel.CreateBounded<Push>(new BoundedChannelOptions(Capacity) { SingleReader = true });
    private readonly CancellationTokenSource stopping = new();
    private Task loop = Task.CompletedTask;

    /// <summary>Takes a push without waiting; false when there is no room.</summary>
    public bool Offer(Push push)
    {
        var taken = queue.Writer.TryWrite(push);
        if (!taken)
        {
            DeviceMeter.PushesDropped.Add(1);
        }

        return taken;
    }

    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe(nameof(PushQueue), ServiceLifecycleStage.ApplicationServices, _ => Start(), Stop);

    public void Dispose() => stopping.Dispose();

    private Task Start()
    {
        loop = Task.Run(Run);
        return Task.CompletedTask;
    }

    /// <summary>What is queued is still handed over while the silo's own stop has patience.</summary>
    private async Task Stop(CancellationToken impatient)
    {
        queue.Writer.TryComplete();
        await using (impatient.Register(stopping.Cancel))
        {
            await loop;
        }
    }

    private async Task Run()
    {
        await foreach (var push in queue.Reader.ReadAllAsync(CancellationToken.None))
        {
            try
            {
                await sender.Send(push, stopping.Token);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // The port promises not to throw; one that does must not end everybody's pushes.
            catch (Exception e)
#pragma warning restore CA1031
            {
                DeviceLog.PushFailed(log, e);
            }
        }
    }
}
