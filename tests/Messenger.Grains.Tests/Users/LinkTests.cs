using Messenger.Contracts;
using Messenger.Grains.Linking;
using Messenger.Grains.Tests.Fakes;
using Messenger.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Xunit;

namespace Messenger.Grains.Tests.Users;

/// <summary>A second device without an SMS: who may let one in, for how long, and what it may then.</summary>
public sealed class LinkTests(LockTests.CoolingHouse cooling) : IClassFixture<LockTests.CoolingHouse>
{
    private static readonly string Verifier = Convert.ToBase64String(new byte[32]);
    private static int _people;

    private readonly string _id = UserIds.FromPhone($"+3579921{Interlocked.Increment(ref _people):0000}");

    private GrainSilo House => cooling.Silo;

    private IUserGrain User => House.Grains.GetGrain<IUserGrain>(_id);

    private IUserLinks Links => House.Grains.GetGrain<IUserLinks>(_id);

    [Fact]
    public async Task A_linked_application_is_there_from_its_first_login_and_cools()
    {
        await Confirm("first");
        var link = await Open("linked");
        Assert.Equal(Statuses.NotFound, (await Approve("first", link)).Error?.Status);
        Assert.Equal("linked", (await Links.ClaimLink(Me("first"), new RequestClaimLink(link, "key"))).Value?.Uuid);
        Assert.Equal(Statuses.Unauthenticated, (await User.Authenticate("linked")).Error?.Status);
        Assert.Equal(Result.Ok, await Approve("first", link));
        Assert.Equal(Result.Ok, await Approve("first", link));

        var caller = (await User.Authenticate("linked")).Value!;

        Assert.Equal(House.Now + 60_000, caller.CoolingUntil);
        await cooling.Devices[DeviceKeys.Of(_id, "first")].Hears<AuthenticationByApplicationNotification>();
        Assert.Equal(Statuses.Forbidden, (await Links.ClaimLink(caller, new RequestClaimLink(link, "key"))).Error?.Status);

        // Deleted, it does not come back by the same link.
        Assert.Equal(Result.Ok, await User.DeleteApplication(caller, new RequestDeleteApplication("linked")));
        Assert.Equal(Statuses.Unauthenticated, (await User.Authenticate("linked")).Error?.Status);
        Assert.Equal(Result.Ok, await Approve("first", link));
    }

    [Fact]
    public async Task Who_does_not_log_in_within_ten_minutes_is_gone()
    {
        await Confirm("first");
        var link = await Open("linked");
        await Links.ClaimLink(Me("first"), new RequestClaimLink(link, "key"));
        Assert.Equal(Result.Ok, await Approve("first", link));
        House.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(Statuses.Unauthenticated, (await User.Authenticate("linked")).Error?.Status);
        Assert.Equal(Statuses.NotFound, (await Approve("first", link)).Error?.Status);
    }

    [Fact]
    public async Task A_wrong_lock_lets_nobody_in_and_counts()
    {
        await Confirm("first");
        await House.Grains.GetGrain<IUserLock>(_id).SetLock(Me("first"), new RequestSetRegistrationLock(Verifier));
        var link = await Open("linked");
        await Links.ClaimLink(Me("first"), new RequestClaimLink(link, "key"));
        Assert.True((await Approve("first", link)).Error?.RegistrationLock);
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(Statuses.Forbidden, (await Approve("first", link, Convert.ToBase64String([.. Enumerable.Repeat((byte)1, 32)]))).Error?.Status);
        }

        Assert.Equal(Statuses.TooManyRequests, (await Approve("first", link, Verifier)).Error?.Status);
        Assert.Equal(Statuses.Unauthenticated, (await User.Authenticate("linked")).Error?.Status);
    }

    [Fact]
    public async Task A_link_whose_process_died_is_there_again_with_who_waits_for_it()
    {
        await Confirm("first");
        var offer = await Draw("linked");
        var link = House.Grains.GetGrain<IDeviceLinkGrain>(offer.LinkUuid);
        Assert.Equal(Statuses.NotFound, (await Links.ClaimLink(Me("first"), new RequestClaimLink(offer.LinkUuid, "key"))).Error?.Status);
        var waiting = link.Wait(offer, LinkStep.Open);
        Assert.Equal(LinkStep.Open, (await link.Wait(offer, null))!.Step);
        Assert.Null((await Links.ClaimLink(Me("first"), new RequestClaimLink(offer.LinkUuid, "key"))).Error);
        Assert.Equal(new LinkNews(LinkStep.Claimed, _id, "key", null), await waiting);
    }

    [Fact]
    public void A_process_keeps_so_many_links_and_no_more()
    {
        var room = new LinkRoom();
        Assert.All(Enumerable.Range(0, LinkRoom.Most), _ => Assert.True(room.TryEnter()));
        Assert.False(room.TryEnter());
        room.Leave();
        Assert.True(room.TryEnter());
        Assert.False(room.TryEnter());
    }

    private Caller Me(string application) => new(_id, ApplicationNames.Of(application));

    private Task<Result> Approve(string by, string link, string? verifier = null) => Links.ApproveLink(Me(by), new RequestApproveLink(link, "body", verifier));

    private async Task<string> Open(string application)
    {
        var offer = await Draw(application);
        Assert.NotNull(await House.Grains.GetGrain<IDeviceLinkGrain>(offer.LinkUuid).Wait(offer, null));
        return offer.LinkUuid;
    }

    private Task<LinkOffer> Draw(string application) => House.Grains.GetGrain<ILinkDeskGrain>(ApplicationNames.Of(_id + application)).Open(
        new LinkOffer(Guid.NewGuid().ToString(), application, "web", null, null, null, House.Now, House.Now + 300_000, null));

    private Task<Result> Confirm(string application)
    {
        var now = House.Now;
        return House.Grains.GetGrain<IUserLock>(_id).Confirm(
            new ApplicationInfo(application, null, "android", true, now, _id, null, now, false, "SDK 34", "samsung", "SM-A336B"), null);
    }
}
