using Messenger.Contracts;
using Messenger.Contracts.Placement;
using Orleans;

namespace Messenger.Grains.Linking;

/// <inheritdoc cref="ILinkDeskGrain"/>
[SiloRole(SiloRoles.Worker), ByKey]
internal sealed class LinkDeskGrain(TimeProvider timeProvider) : Grain, ILinkDeskGrain
{
    private LinkOffer? _current;

    public Task<LinkOffer> Open(LinkOffer drawn)
    {
        var now = timeProvider.GetUtcNow().ToUnixTimeMilliseconds();
        if (_current is null || _current.Expires <= now)
        {
            // Kept as long as the link; an activation that leaves earlier (its process stopped) is the end of that link for its application.
            DelayDeactivation(TimeSpan.FromMilliseconds(Math.Max(1, drawn.Expires - now)));
            _current = drawn;
        }

        return Task.FromResult(_current);
    }
}
