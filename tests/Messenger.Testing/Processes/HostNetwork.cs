using System.Diagnostics;
using System.Globalization;

namespace Messenger.Testing.Processes;

/// <summary>
/// Hosts of their own on this machine: network namespaces on one bridge, whose links can be cut in either direction. Needs root and Debian's
/// <c>iproute2</c> and <c>iptables</c>.
/// </summary>
/// <remarks>A cut drops packets and tells nobody, as a broken route, a firewall's rule or a host that vanished does.</remarks>
internal sealed class HostNetwork : IDisposable
{
    private readonly List<NetworkHost> _hosts = [];
    private readonly string _id = Guid.NewGuid().ToString("N")[..6];
    private readonly string _prefix;

    public HostNetwork()
    {
        // One of a thousand networks that nobody routes here; the tests of one run do not meet, and another run's would have to draw the same.
        var draw = Random.Shared.Next(1000);
        _prefix = string.Create(CultureInfo.InvariantCulture, $"10.{201 + (draw / 250)}.{draw % 250}");
        Ip($"link add {Bridge} type bridge");
        Ip($"addr add {Address}/24 dev {Bridge}");
        Ip($"link set {Bridge} up");
    }

    /// <summary>This machine, where the stores and the phones are.</summary>
    public string Address => $"{_prefix}.1";

    private string Bridge => $"mb{_id}";

    public NetworkHost Add()
    {
        var number = _hosts.Count + 2;
        var (name, inside, outside) = ($"mn{_id}{number}", $"mi{_id}{number}", $"mo{_id}{number}");
        var host = new NetworkHost(name, $"{_prefix}.{number}");
        Ip($"netns add {name}");
        _hosts.Add(host);
        Ip($"link add {outside} type veth peer name {inside}");
        Ip($"link set {outside} master {Bridge} up");
        Ip($"link set {inside} netns {name}");
        Ip($"-n {name} addr add {host.Address}/24 dev {inside}");
        Ip($"-n {name} link set {inside} up");
        Ip($"-n {name} link set lo up");
        return host;
    }

    public void Dispose()
    {
        foreach (var host in _hosts)
        {
            Ip($"netns del {host.Name}");
        }

        Ip($"link del {Bridge}");
    }

    private static void Ip(string arguments) => NetworkHost.Run("ip", arguments);
}

/// <summary>One host: a process in it sees the others under their addresses alone.</summary>
/// <param name="Name">Of the network namespace.</param>
internal sealed record NetworkHost(string Name, string Address)
{
    /// <summary>Nothing of the other's arrives here any more, while what is sent from here arrives there.</summary>
    public void Ignore(NetworkHost other) => Run("ip", $"netns exec {Name} iptables -w -A INPUT -s {other.Address} -j DROP");

    /// <summary>The host is as if it had lost its power: nothing goes in or out.</summary>
    public void Vanish()
    {
        Run("ip", $"netns exec {Name} iptables -w -A INPUT ! -i lo -j DROP");
        Run("ip", $"netns exec {Name} iptables -w -A OUTPUT ! -o lo -j DROP");
    }

    /// <summary>Takes every cut back.</summary>
    public void Mend() => Run("ip", $"netns exec {Name} iptables -w -F");

    internal static void Run(string program, string arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var fault = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {arguments}: {fault} These tests need root, and Debian's iproute2 and iptables.");
        }
    }
}
