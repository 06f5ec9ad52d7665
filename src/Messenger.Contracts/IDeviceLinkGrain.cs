using Messenger.Protocol;
using Orleans;
using Orleans.Concurrency;

namespace Messenger.Contracts;

/// <summary>Which link a new application has; its key is the application's name, see <see cref="ApplicationNames"/>. In memory.</summary>
public interface ILinkDeskGrain : IGrainWithStringKey
{
    /// <summary>The link that it has, or this one.</summary>
    [Traced]
    Task<LinkOffer> Open(LinkOffer drawn);
}

/// <summary>A link: what a new device waits for, until it expires. In memory: who holds the offer can put it here again.</summary>
/// <remarks>
/// Its key is the link's uuid in small letters. A process that dies takes claims with it, and the old device reads the code again; what was approved is in
/// the account by then.
/// </remarks>
public interface IDeviceLinkGrain : IGrainWithStringKey
{
    /// <summary>Puts the offer here, unless it is; returns when there is more than what was seen, or after some seconds.</summary>
    /// <param name="seen">The <see cref="LinkNews.Step"/> known so far; none returns at once.</param>
    /// <returns>Null: there are too many links.</returns>
    [AlwaysInterleave]
    [Traced]
    Task<LinkNews?> Wait(LinkOffer offer, LinkStep? seen);

    /// <summary>Binds it to this user, who is the first or did so before with the same key.</summary>
    [AlwaysInterleave]
    [Traced]
    Task<Result<LinkOffer>> Claim(string userId, string ephemeralKey);

    /// <summary>The offer that this user has claimed; else it is not found.</summary>
    [AlwaysInterleave]
    [Traced]
    Task<Result<LinkOffer>> Claimed(string userId);

    /// <summary>Tells the new device, once its application is in the account. The first body counts.</summary>
    [AlwaysInterleave]
    [Traced]
    Task Complete(string userId, string body);
}

/// <summary>The side of a user that links need; the same actor as <see cref="IUserGrain"/>.</summary>
public interface IUserLinks : IGrainWithStringKey
{
    [Traced]
    Task<Result<LinkOffer>> ClaimLink(Caller me, RequestClaimLink request);

    /// <summary>The new application may log in for some minutes, on disk when this returns.</summary>
    [Traced]
    Task<Result> ApproveLink(Caller me, RequestApproveLink request);
}

/// <summary>What a new device says of itself.</summary>
/// <param name="Uuid">Its application's uuid: a credential, in memory alone.</param>
/// <param name="Created">Milliseconds since the Unix epoch.</param>
/// <param name="Expires">Milliseconds since the Unix epoch.</param>
/// <param name="Network">Where it comes from; null where the transport knows no addresses.</param>
[GenerateSerializer, Immutable]
public sealed record LinkOffer(
    string LinkUuid, string Uuid, string ApplicationType, string? Model, string? OsVersion, string? Vendor, long Created, long Expires, string? Network);

/// <summary>How far a link is.</summary>
public enum LinkStep
{
    Open,
    Claimed,
    Approved,
}

/// <summary>How far a link is, and what its new device is told of that.</summary>
[GenerateSerializer, Immutable]
public sealed record LinkNews(LinkStep Step, string? UserId, string? EphemeralKey, string? Body);
