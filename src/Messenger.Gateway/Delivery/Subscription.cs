using Messenger.Contracts;
using Messenger.Protocol;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;

namespace Messenger.Gateway.Delivery;

/// <summary>
/// One session's share in its device's notifications: <see cref="Connect"/>, write the answer to the outlet, <see cref="Begin"/>, dispose.
/// </summary>
/// <remarks>
/// From <see cref="Begin"/> on the outlet gets what was missed, then what comes, each once and in order; nothing before.
/// When that cannot be kept the outlet is closed, with 1012 mostly. Disposing says goodbye to the device; all may be called from any thread.
/// </remarks>
public sealed class Subscription : IAsyncDisposable
{
    /// <summary>A device that cannot be asked for a gap is asked again so often; then the client had better reconnect.</summary>
    private const int FetchTries = 4;

    /// <summary>Between two tries, growing by itself.</summary>
    private static readonly TimeSpan FetchPause = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private readonly Continuity _continuity = new();
    private readonly Subscriptions _owner;
    private readonly ISessionOutlet _outlet;
    private readonly IDeviceGrain _device;
    private Task _fetch = Task.CompletedTask;
    private bool _connected;
    private bool _over;
    private bool _unflushed;
    private int _holds;

    internal Subscription(Subscriptions owner, long session, IDeviceGrain device, ISessionOutlet outlet)
    {
        (_owner, _device, _outlet) = (owner, device, outlet);
        Session = session;
    }

    /// <summary>Names this connection at its device. No other connection of any gateway has it.</summary>
    public long Session { get; }

    /// <summary>The silo of the device's inbox, which the lease is renewed with; null before the connection stands.</summary>
    internal SiloAddress? Host { get; private set; }

    /// <summary>
    /// Makes this the device's one connection. Null: the session was over before the device answered. Throws what the call throws;
    /// then dispose this one, and let the client try again with another.
    /// </summary>
    public async Task<Connected?> Connect(string? resumeCursor, LoginAttempt? attempt = null, Features features = Features.None)
    {
        lock (_gate)
        {
            if (_connected)
            {
                throw new InvalidOperationException("a subscription connects once");
            }

            _connected = true;
        }

        var answer = await _device.Connect(new Connection(_owner.Gateway, Session) { Attempt = attempt, Features = features }, resumeCursor);
        lock (_gate)
        {
            Host = answer.Host;
            Do(_continuity.Connect(answer.Epoch, answer.Number, answer.Missed, answer.Ringing));
            return _over ? null : answer;
        }
    }

    /// <summary>The client has its answer: lets the notifications flow.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            Do(_continuity.Begin());
        }
    }

    /// <summary>Nothing is handed on until <see cref="Release"/> was called as often: an answer is to stand in the order of the notifications.</summary>
    public void Hold()
    {
        lock (_gate)
        {
            _holds++;
        }
    }

    /// <inheritdoc cref="Hold"/>
    public void Release()
    {
        lock (_gate)
        {
            if (--_holds == 0 && !_over)
            {
                Do(Step.None);
            }
        }
    }

    /// <summary>Says goodbye to the device, so that it counts as offline at once. When that fails its lease ends by itself.</summary>
    public async ValueTask DisposeAsync()
    {
        Task inFlight;
        bool goodbye;
        lock (_gate)
        {
            goodbye = _connected;
            _connected = _over = true;
            inFlight = _fetch;
        }

        if (!_owner.Remove(this))
        {
            return;
        }

        if (goodbye)
        {
            try
            {
                await _device.Disconnect(Session);
            }
#pragma warning disable CA1031 // The lease ends by itself: nothing depends on this call.
            catch (Exception e)
#pragma warning restore CA1031
            {
                DeliveryLog.GoodbyeFailed(_owner.Log, e.Message);
            }
        }

        await inFlight;
    }

    /// <summary>An event of the gateway's stream. True: something waits for <see cref="BeginFlush"/> now, and nothing did before.</summary>
    internal bool Receive(in GatewayEvent hint)
    {
        lock (_gate)
        {
            if (_over)
            {
                return false;
            }

            if (hint.Close != CloseCode.None)
            {
                End(hint.Close);
                return false;
            }

            var before = _unflushed;
            if (hint.Notification is { } notification)
            {
                HandOn(_continuity.Receive(hint.Epoch, hint.Number, notification));
            }

            return _unflushed && !before;
        }
    }

    /// <summary>What was received goes out, when the caller runs what it gets.</summary>
    internal IThreadPoolWorkItem? BeginFlush()
    {
        lock (_gate)
        {
            _unflushed = false;
            return _outlet.BeginFlush();
        }
    }

    /// <summary>What this session claims at the next renewal; null when it has nothing to claim.</summary>
    internal LeaseClaim? Claim()
    {
        lock (_gate)
        {
            return !_over && _continuity.IsLive ? new LeaseClaim(Session, _continuity.Epoch, _continuity.Number) : null;
        }
    }

    /// <summary>The lease's answer; true when the session is behind and <see cref="CatchUp"/> is due in a while.</summary>
    internal bool Leased(long epoch, long number)
    {
        lock (_gate)
        {
            if (_over)
            {
                return false;
            }

            Do(_continuity.Leased(epoch, number));
            return _continuity.IsBehind;
        }
    }

    /// <summary>Fetches what should have come by now.</summary>
    internal void CatchUp()
    {
        lock (_gate)
        {
            if (!_over)
            {
                Do(_continuity.CatchUp());
            }
        }
    }

    /// <summary>Asks the device itself, whose silo does not know this session (any more); true as <see cref="Leased"/> is.</summary>
    internal async Task<bool> Ask()
    {
        if (Claim() is not { } claim)
        {
            return false;
        }

        var lease = await _device.Renew(Session, claim.Number);
        lock (_gate)
        {
            if (_over)
            {
                return false;
            }

            if (lease.Held)
            {
                Host = lease.Host;
            }
            else if (lease.Epoch == claim.Epoch)
            {
                // The inbox is the one we know, and it has let go of us: another connection took over, and telling us got lost.
                End(CloseCode.Replaced);
                return false;
            }
        }

        return Leased(lease.Epoch, lease.Number);
    }

    /// <summary>Under the lock: does a step, and what is ready goes out.</summary>
    private void Do(Step step)
    {
        HandOn(step);
        if (_unflushed)
        {
            _unflushed = false;
            _outlet.Flush();
        }
    }

    /// <summary>Under the lock: does a step, then hands on what is ready, which waits for <see cref="BeginFlush"/>.</summary>
    private void HandOn(Step step)
    {
        if (step == Step.Lost)
        {
            End(CloseCode.ContinuityLost);
            return;
        }

        if (step == Step.Fetch)
        {
            DeliveryMeter.Gaps.Add(1);
            // Not under the lock, and not on the stream's turn.
            var (epoch, after) = (_continuity.Epoch, _continuity.Number);
            _fetch = Task.Factory.StartNew(() => Fetch(epoch, after), CancellationToken.None, TaskCreationOptions.DenyChildAttach, _owner.Background).Unwrap();
        }

        while (!_over && _holds == 0 && _continuity.TryNext(out var next))
        {
            if (!_outlet.TrySend(next.Notification, next.Number == 0 ? null : new Cursor(_continuity.Epoch, next.Number)))
            {
                End(CloseCode.TooSlow);
                return;
            }

            _unflushed = true;
            DeliveryMeter.Notifications.Add(1);
        }
    }

    private void End(CloseCode code)
    {
        _over = true;
        _outlet.Close(code, code switch
        {
            CloseCode.ContinuityLost => "notifications may have been missed: reconnect and resume",
            CloseCode.Replaced => "a newer connection of this application took over",
            CloseCode.Deleted => "the application or its user was deleted",
            CloseCode.TooSlow => "the client reads too slowly",
            CloseCode.PolicyViolation => "this account is suspended",
            _ => "the server ended this session",
        });
    }

    private async Task Fetch(long epoch, long after)
    {
        for (var attempt = 1; ; attempt++)
        {
            InboxPage? page = null;
            try
            {
                page = await _device.Fetch(epoch, after);
            }
#pragma warning disable CA1031 // Whatever kept the device from answering, it is asked again; in the end the client is told.
            catch (Exception e)
#pragma warning restore CA1031
            {
                DeliveryLog.FetchFailed(_owner.Log, attempt, e.Message);
            }

            lock (_gate)
            {
                if (_over)
                {
                    return;
                }

                if (page is not null)
                {
                    Do(_continuity.Fetched(after, page));
                    return;
                }

                if (attempt == FetchTries)
                {
                    End(CloseCode.ContinuityLost);
                    return;
                }
            }

            await Task.Delay(FetchPause * attempt, _owner.Time);
        }
    }
}
