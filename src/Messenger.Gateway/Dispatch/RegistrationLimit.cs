using System.Net;
using System.Net.Sockets;
using Messenger.Protocol;
using Microsoft.Extensions.Options;

namespace Messenger.Gateway.Dispatch;

/// <summary>How many codes by SMS one address may ask this gateway for: against going through phone numbers at our expense.</summary>
internal sealed class RegistrationLimit(IOptions<GatewayOptions> options, TimeProvider time)
{
    /// <summary>Addresses remembered; some 100 bytes each. When all are taken, those of the longest standing make room.</summary>
    public const int MaxAddresses = 10_000;

    private readonly Dictionary<IPAddress, Window> windows = [];
    private readonly GatewayOptions options = options.Value;

    /// <summary>How many addresses are remembered.</summary>
    public int Count
    {
        get
        {
            lock (windows)
            {
                return windows.Count;
            }
        }
    }

    /// <summary>Counts one more request from this address; the refusal when it is one too many.</summary>
    public Refused? Refuse(IPAddress? address)
    {
        if (!options.LimitsEnabled || address is null)
        {
            return null;
        }

        var network = Network(address);
        var now = time.GetTimestamp();
        lock (windows)
        {
            if (!windows.TryGetValue(network, out var window) || time.GetElapsedTime(window.Since, now) >= options.RegistrationWindow)
            {
                MakeRoom(now);
                window = new Window(now, 0);
            }

            if (window.Count >= options.RegistrationsPerAddress)
            {
                var left = options.RegistrationWindow - time.GetElapsedTime(window.Since, now);
                return Refused.TooManyRequests("too many registrations from this address", Math.Max(1, (int)Math.Ceiling(left.TotalSeconds)));
            }

            windows[network] = window with { Count = window.Count + 1 };
            return null;
        }
    }

    /// <summary>An IPv6 host has a whole /64 of its own.</summary>
    private static IPAddress Network(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[8..].Clear();
        return new IPAddress(bytes);
    }

    private void MakeRoom(long now)
    {
        if (windows.Count < MaxAddresses)
        {
            return;
        }

        foreach (var (address, window) in windows)
        {
            if (time.GetElapsedTime(window.Since, now) >= options.RegistrationWindow)
            {
                windows.Remove(address);
            }
        }

        if (windows.Count >= MaxAddresses)
        {
            // A tenth at once, so that a flood of addresses does not sort the table at each.
            foreach (var (address, _) in windows.OrderBy(entry => entry.Value.Since).Take(MaxAddresses / 10).ToArray())
            {
                windows.Remove(address);
            }
        }
    }

    private readonly record struct Window(long Since, int Count);
}
