using Messenger.Gateway.Dispatch;
using Messenger.Gateway.RateLimits;
using Messenger.Gateway.Sessions;
using Microsoft.Extensions.Logging;

namespace Messenger.Gateway.Dispatch;

/// <summary>One timer for all sessions: once a second it looks at each, which costs less than timers of their own.</summary>
internal sealed class SessionSweeper(SessionTable sessions, Dispatcher dispatcher, GuestAdmission admission, FailureLog failures, TimeProvider timeProvider, ILogger<SessionSweeper> logger) : IDisposable
{
    /// <summary>How late a deadline may be noticed.</summary>
    public static readonly TimeSpan Period = Session.LookPeriod;

    private ITimer? _timer;
    private int _sweeping;

    public void Start() => _timer ??= timeProvider.CreateTimer(static watch => ((SessionSweeper)watch!).Sweep(), this, Period, Period);

    public void Dispose() => _timer?.Dispose();

    /// <summary>A round that is still under way when the next is due is not joined by it.</summary>
    private void Sweep()
    {
        if (Interlocked.Exchange(ref _sweeping, 1) != 0)
        {
            return;
        }

        try
        {
            foreach (var session in sessions.All)
            {
                dispatcher.Expire(session);
                session.Sweep();
            }

            admission.Sweep();
            failures.Tell();
        }
#pragma warning disable CA1031 // A timer's exception would end the process; the next round looks again.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.SweepFailed(logger, e);
        }
        finally
        {
            Volatile.Write(ref _sweeping, 0);
        }
    }
}
