namespace Messenger.Ports;

/// <summary>Who of a cluster lives, as the database knows it: Redis, which has the membership, may lose what it holds.</summary>
public interface IClusterMembers
{
    /// <summary>This process lives: it counts as alive for some seconds more, by the database's clock.</summary>
    /// <param name="contract">The number of what it speaks to the others.</param>
    /// <param name="oldest">The oldest such number that it runs beside.</param>
    Task Renew(string name, string role, int contract, int oldest);

    /// <summary>An orderly end: nobody is to wait until the row is old.</summary>
    Task Leave(string name);
}
