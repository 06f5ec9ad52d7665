using System.Net;
using Messenger.Contracts;
using Messenger.Gateway.Delivery;
using Messenger.Protocol;

namespace Messenger.Gateway.Requests;

/// <summary>A connection as the requests see it that are served before its authentication.</summary>
internal interface IGuest : ISessionOutlet
{
    /// <summary>Who it is; null until it has authenticated.</summary>
    Caller? Caller { get; }

    /// <summary>What it understands besides the seed: nothing until it has authenticated.</summary>
    Features Features { get; }

    /// <summary>Where it comes from; null where the transport knows no addresses.</summary>
    IPAddress? Address { get; }

    /// <summary>What URLs begin with that are handed to it.</summary>
    string Origin { get; }

    /// <summary>
    /// False while a login before has no outcome: one that was answered at its deadline may still reach the device, and of two at a time
    /// the older could displace the newer.
    /// </summary>
    bool TryBeginLogin();

    /// <summary>The login has an outcome.</summary>
    void EndLogin();

    /// <summary>It waits for this link, and so long for its login; false where it has asked for too many.</summary>
    bool TryWait(string linkUuid, TimeSpan span);

    /// <summary>Whether it is there, has not logged in, and waits for this link and no later one.</summary>
    bool WaitsFor(string linkUuid);
}
