using Messenger.Contracts;
using Messenger.Ports.Flow;

namespace Messenger.Grains.Fanout;

/// <summary>How often a user is rung, whoever calls and in whatever conversation. Past it calls are swallowed: nobody learns of it who calls.</summary>
/// <remarks>In memory, and under its owner's lock.</remarks>
internal sealed class RingLimit(TimeProvider timeProvider)
{
    /// <summary>Who is called every other minute is called by a machine.</summary>
    internal const int RingsPerHour = 30;

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private FixedWindow _window;

    private TimeSpan Now => timeProvider.GetElapsedTime(0);

    /// <summary>Those that may be heard now.</summary>
    /// <param name="rings">Calls among them: they count when <see cref="Count"/> is told so.</param>
    public SerializedNotification[] Admit(SerializedNotification[] notifications, string userId, out int rings)
    {
        rings = 0;
        if (!Array.Exists(notifications, one => IsRing(one, userId)))
        {
            return notifications;
        }

        var room = RingsPerHour - _window.At(Now, Hour).Count;
        var heard = new List<SerializedNotification>(notifications.Length);
        foreach (var one in notifications)
        {
            if (!IsRing(one, userId))
            {
                heard.Add(one);
            }
            else if (rings < room)
            {
                rings++;
                heard.Add(one);
            }
        }

        return [.. heard];
    }

    public void Count(int rings)
    {
        for (; rings > 0; rings--)
        {
            _window = _window.At(Now, Hour).Add(RingsPerHour);
        }
    }

    private static bool IsRing(SerializedNotification one, string userId) => one.Signal is { Act: SignalAct.Start } signal && signal.AuthorId != userId;
}
