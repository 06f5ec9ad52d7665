using Messenger.Gateway.Dispatch;
using Messenger.Gateway.RateLimits;
using Messenger.Gateway.Sessions;
using Microsoft.Extensions.Logging;

namespace Messenger.Gateway.Dispatch;

/// <summary>One timer for all sessions: once a second it looks at each, which costs less than timers of their own.</summary>
internal sealed class Watch(SessionTable sessions, Dispatcher dispatcher, GuestAdmission admission, FailureLog failures, TimeProvider time, ILogger<Watch> log) : IDisposable
{
    /// <summary>How late a deadline may be noticed.</summary>
    public static readonly TimeSpan Period = Session.LookPeriod;

    private ITimer? timer;
    private int looking;

    public void Start() => timer ??= time.CreateTimer(static watch => ((Watch)watch!).Look(), this, Period, Period);

    public void Dispose() => timer?.Dispose();

    /// <summary>A round that is still under way when the next is due is not joined by it.</summary>
    private void Look()
    {
        if (Interlocked.Exchange(ref looking, 1) != 0)
        {
            return;
        }

        try
        {
            foreach (var session in sessions.All)
            {
                dispatcher.Expire(session);
                session.Look();
            }

            admission.Sweep();
            failures.Tell();
        }
#pragma warning disable CA1031 // A timer's exception would end the process; the next round looks again.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.WatchFailed(log, e);
        }
        finally
        {
            Volatile.Write(ref looking, 0);
        }
    }
}
