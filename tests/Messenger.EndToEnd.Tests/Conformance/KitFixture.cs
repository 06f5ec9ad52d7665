using Messenger.Conformance;
using Messenger.Conformance.Phones;
using Messenger.EndToEnd.Tests.Harness;

namespace Messenger.EndToEnd.Tests.Conformance;

/// <summary>The kit on the shared embedded server: its people go from one check to the next.</summary>
public sealed class KitFixture
{
    private Inspection? _kit;

    /// <summary>The kit on this server.</summary>
    public Inspection On(ServerSettings server) => _kit ??= new Inspection(Target(server.WebSocket));

    /// <summary>A server of these tests, as the kit sees it.</summary>
    public static Target Target(params Uri[] urls) => new(urls, KnownCodes.Fixed(ServerSettings.Code));
}
