using Messenger.Contracts;
using Messenger.Gateway.RateLimits;
using Messenger.Gateway.Requests;
using Messenger.Protocol;
using Orleans;

namespace Messenger.Gateway.Routes;

/// <summary>A second device without an SMS.</summary>
internal static class LinkRoutes
{
    public static void Add(RouteTable on, IGrainFactory grains, LinkWaiting waiting, UserLimits limits)
    {
        on.Guest((IGuest guest, InFlightRequest _, RequestLinkDevice r) => waiting.Open(guest, r));
        on.User(async (Caller me, RequestClaimLink r) => limits.Refuse(me.UserId, r) is { } over ? over : Shown(await Links(grains, me).ClaimLink(me, r), me));
        on.User((Caller me, RequestApproveLink r) => Links(grains, me).ApproveLink(me, r));
    }

    private static IUserLinks Links(IGrainFactory grains, Caller me) => grains.GetGrain<IUserLinks>(me.UserId);

    private static Result<ResponseClaimLink> Shown(Result<LinkOffer> claimed, Caller me) => claimed is { Value: { } offer }
        ? new ResponseClaimLink(
            offer.ApplicationType, offer.Model, offer.OsVersion, offer.Vendor, offer.Created, offer.Network is { } network && network == AddressBucket.Name(me.Address))
        : claimed.Error!;
}
