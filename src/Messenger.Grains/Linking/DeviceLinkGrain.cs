using Messenger.Contracts;
using Messenger.Contracts.Placement;
using Messenger.Protocol;
using Orleans;

namespace Messenger.Grains.Linking;

/// <inheritdoc cref="IDeviceLinkGrain"/>
/// <remarks>Methods interleave where they wait for news alone: between a look and a change there is no await.</remarks>
[SiloRole(SiloRoles.Worker), ByKey]
internal sealed class DeviceLinkGrain(LinkRoom room, TimeProvider timeProvider) : Grain, IDeviceLinkGrain
{
    /// <summary>Half of what a call may take: a gateway that asks finds a link that is where it was.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private LinkOffer? _offer;
    private LinkNews _news = new(LinkStep.Open, null, null, null);
    private TaskCompletionSource _changed = New();

    private long Now => timeProvider.GetUtcNow().ToUnixTimeMilliseconds();

    private bool IsOpen => _offer is { } offer && offer.Expires > Now;

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_offer is not null)
        {
            room.Leave();
        }

        _changed.TrySetResult();
        return Task.CompletedTask;
    }

    public async Task<LinkNews?> Wait(LinkOffer offer, LinkStep? seen)
    {
        if (_offer is null)
        {
            if (offer.Expires <= Now || !room.TryEnter())
            {
                DeactivateOnIdle();
                return null;
            }

            _offer = offer;
            DelayDeactivation(TimeSpan.FromMilliseconds(offer.Expires - Now));
        }

        if (seen == _news.Step)
        {
            await Task.WhenAny(_changed.Task, Task.Delay(Patience, timeProvider));
        }

        return _news;
    }

    public Task<Result<LinkOffer>> Claim(string userId, string ephemeralKey)
    {
        if (!IsOpen || (_news.UserId is { } first && first != userId))
        {
            return Unknown();
        }

        if (_news.Step == LinkStep.Open)
        {
            Change(new LinkNews(LinkStep.Claimed, userId, ephemeralKey, null));
        }

        // Another key would be one that the person has not compared.
        return Task.FromResult<Result<LinkOffer>>(_news.EphemeralKey == ephemeralKey ? _offer! : Error.Conflict("this link was claimed with another key: have the new device show another code"));
    }

    public Task<Result<LinkOffer>> Claimed(string userId) => IsOpen && _news.UserId == userId ? Task.FromResult<Result<LinkOffer>>(_offer!) : Unknown();

    public Task Complete(string userId, string body)
    {
        if (IsOpen && _news.UserId == userId && _news.Step == LinkStep.Claimed)
        {
            Change(_news with { Step = LinkStep.Approved, Body = body });
        }

        return Task.CompletedTask;
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The same for a link that never was, that is over, and that is another's.</summary>
    private Task<Result<LinkOffer>> Unknown()
    {
        if (_offer is null)
        {
            DeactivateOnIdle();
        }

        return Task.FromResult<Result<LinkOffer>>(Error.NotFound("there is no such link: have the new device show another code"));
    }

    private void Change(LinkNews news)
    {
        _news = news;
        var before = _changed;
        _changed = New();
        before.SetResult();
    }
}
