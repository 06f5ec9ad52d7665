using Orleans;

namespace Messenger.Contracts;

/// <summary>How often something happened in the whole cluster; its key says what, see <see cref="QuotaKeys"/>.</summary>
/// <remarks>Fails closed: while its store is away it throws, and who asked is answered <c>unavailable</c>.</remarks>
public interface IQuotaGrain : IGrainWithStringKey
{
    /// <summary>Counts one more; on disk when it returns 0.</summary>
    /// <param name="most">How many fit into one window.</param>
    /// <param name="over">The window; it begins with the first that is counted.</param>
    /// <returns>0, or the seconds until the window is over; then nothing was counted.</returns>
    [Traced]
    Task<int> Take(int most, TimeSpan over);
}

/// <summary>The keys of quotas.</summary>
public static class QuotaKeys
{
    /// <summary>Registrations from one network.</summary>
    public static string Address(string network) => $"registrations/address/{network}";

    /// <summary>Registrations of a day from one network (IPv6: a /48).</summary>
    public static string Day(string network) => $"registrations/day/{network}";

    /// <summary>Registrations of phones that share a block of a thousand numbers: what SMS pumping goes through.</summary>
    public static string Prefix(string phone)
    {
        ArgumentNullException.ThrowIfNull(phone);
        return $"registrations/prefix/{phone[..^3]}";
    }
}
