using System.Threading.Channels;
using Messenger.Contracts;
using Messenger.Grains.Devices;
using Messenger.Ports;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Messenger.Grains.Pushes;

/// <summary>Sends pushes about calls, at once: on the worker that has the device, and again as long as it helps.</summary>
internal sealed class CallPump(CallQueue queue, IPushSender sender, IGrainFactory grains, TimeProvider timeProvider, ILogger<CallPump> logger) : BackgroundService
{
    /// <summary>Calls to one provider under way.</summary>
    private const int MaxConcurrency = 16;

    /// <summary>Before another try, where the provider does not ask for more.</summary>
    internal static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        queue.Lanes.SelectMany(lane => Enumerable.Range(0, MaxConcurrency).Select(_ => Run(lane, stoppingToken))));

    private async Task Run(ChannelReader<(string Device, PushTarget Target, CallPush Push)> lane, CancellationToken stopping)
    {
        await Task.Yield();
        try
        {
            while (true)
            {
                var (device, target, push) = await lane.ReadAsync(stopping);
                await Send(device, target, push, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopping: who is called is not woken by this process.
        }
    }

    private async Task Send(string device, PushTarget target, CallPush push, CancellationToken stopping)
    {
        // The end is told where messages are: systems take a push of a call for a call.
        var token = push.IsEnd ? target.Token : target.Voip ?? target.Token;
        var wanted = new Push(Guid.NewGuid(), target.ApplicationType, token, push.Conversation, null, 0)
        {
            Call = new PushedCall(push.Call, push.IsEnd, IsVoip: !push.IsEnd && target.Voip is not null),
        };
        try
        {
            for (var left = Left(push); left > TimeSpan.Zero && !push.IsOver; left = Left(push))
            {
                var outcome = await sender.Send(wanted, stopping);
                switch (outcome.Verdict)
                {
                    case PushVerdict.Taken:
                        PushMeter.Taken(target.ApplicationType, PushedCall.Life - Left(push));
                        return;
                    case PushVerdict.Later or PushVerdict.ProviderLater when (outcome.After ?? Pause) < left:
                        PushMeter.Ended(target.ApplicationType, outcome.Verdict);
                        await Task.Delay(outcome.After is { } after && after > Pause ? after : Pause, timeProvider, stopping);
                        break;
                    case PushVerdict.TokenDead when outcome.DeadSince is not { } since || target.Since <= since.ToUnixTimeMilliseconds():
                        PushMeter.Ended(target.ApplicationType, outcome.Verdict);
                        await Forget(device, target, token);
                        return;
                    default:
                        PushMeter.Ended(target.ApplicationType, outcome.Verdict);
                        return;
                }
            }

            PushMeter.NotWanted(target.ApplicationType);
        }
        catch (Exception fault) when (!stopping.IsCancellationRequested)
        {
            PushLog.NotSent(logger, fault.GetType().Name);
        }
    }

    private Task Forget(string device, PushTarget target, string token)
    {
        var user = grains.GetGrain<IUserPushes>(DeviceKeys.UserOf(device));
        return token == target.Voip
            ? user.LoseToken(DeviceKeys.ApplicationOf(device), token)
            : user.ForgetToken(DeviceKeys.ApplicationOf(device), target);
    }

    private TimeSpan Left(CallPush push) => PushedCall.Life - TimeSpan.FromMilliseconds(timeProvider.GetUtcNow().ToUnixTimeMilliseconds() - push.At);
}
