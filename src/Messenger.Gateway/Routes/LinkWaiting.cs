using Messenger.Contracts;
using Messenger.Gateway.RateLimits;
using Messenger.Gateway.Requests;
using Messenger.Protocol;
using Microsoft.Extensions.Logging;
using Orleans;

namespace Messenger.Gateway.Routes;

/// <summary>New devices that wait, before their login, for a device of the same person to let them in.</summary>
/// <remarks>
/// The gateway asks the link's actor again and again, with all that makes the link: where its process died, the next one has it anew, and what it had not told is told
/// by it. Nobody pushes to a connection that is nobody's.
/// </remarks>
internal sealed class LinkWaiting(IGrainFactory grains, UserLimits limits, TimeProvider timeProvider, ILogger<LinkWaiting> logger)
{
    /// <summary>A person fetches the other device, unlocks it and reads the code.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(5);

    /// <summary>After a call that failed: its process is gone, and the next one is found within seconds.</summary>
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    public async Task<RequestOutcome> Open(IGuest guest, RequestLinkDevice request)
    {
        if (guest.Caller is not null)
        {
            return Error.Conflict("this connection is an application's already: open a new one");
        }

        if (limits.RefuseLink(guest.Address) is { } over)
        {
            return over;
        }

        var now = timeProvider.GetUtcNow();
        var offer = await grains.GetGrain<ILinkDeskGrain>(ApplicationNames.Of(request.Uuid)).Open(new LinkOffer(
            Guid.NewGuid().ToString(), request.Uuid, request.ApplicationType, request.Model, request.OsVersion, request.Vendor,
            now.ToUnixTimeMilliseconds(), (now + Life).ToUnixTimeMilliseconds(), AddressBucket.Name(guest.Address)));
        if (await Link(offer).Wait(offer, seen: null) is not { } news)
        {
            return Error.Unavailable("too many devices wait to be linked");
        }

        var left = TimeSpan.FromMilliseconds(offer.Expires - now.ToUnixTimeMilliseconds());
        return guest.TryWait(offer.LinkUuid, left)
            ? new RequestOutcome(null, new ResponseLinkDevice(offer.LinkUuid, offer.Expires)) { Then = () => _ = Tell(guest, offer, news) }
            : Error.TooManyRequests("too many links on this connection", (int)Math.Ceiling(left.TotalSeconds));
    }

    private IDeviceLinkGrain Link(LinkOffer offer) => grains.GetGrain<IDeviceLinkGrain>(offer.LinkUuid);

    /// <summary>Until the device has logged in or gone, waits for another link, or this one is over.</summary>
    private async Task Tell(IGuest guest, LinkOffer offer, LinkNews? news)
    {
        var told = LinkStep.Open;
        while (guest.WaitsFor(offer.LinkUuid) && timeProvider.GetUtcNow().ToUnixTimeMilliseconds() < offer.Expires)
        {
            if (news is { } now && now.Step > told)
            {
                Send(guest, now, told);
                told = now.Step;
                if (told == LinkStep.Approved)
                {
                    return;
                }
            }

            try
            {
                news = await Link(offer).Wait(offer, told);
                if (news is null)
                {
                    return;
                }
            }
#pragma warning disable CA1031 // Whatever it is, the device goes on waiting, and its link ends by itself.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                Log.LinkNotAsked(logger, fault.GetType().Name);
                await Task.Delay(Retry, timeProvider);
            }
        }
    }

    private static void Send(IGuest guest, LinkNews news, LinkStep told)
    {
        if (told < LinkStep.Claimed)
        {
            Send(guest, new NotificationLinkClaimed(news.UserId!, news.EphemeralKey!));
        }

        if (news.Step == LinkStep.Approved)
        {
            Send(guest, new NotificationLinked(news.UserId!, news.Body!));
        }

        guest.Flush();
    }

    /// <summary>It asked for a link, and by that named the feature.</summary>
    private static void Send(IGuest guest, INotification notification) =>
        guest.TrySend(SerializedNotification.From(notification) with { Feature = Features.None, Replayed = false }, cursor: null);
}
