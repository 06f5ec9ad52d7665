using Orleans.Concurrency;
using Orleans.Services;

namespace Messenger.Contracts;

/// <summary>Hands notices over to users on its silo, many at once: what conversations elsewhere have for them comes in one call.</summary>
internal interface IRelay : IGrainService
{
    /// <summary>
    /// For each, in order: whether its user's devices have it, as <see cref="LocalUser.TryDeliver"/> says. When it throws, some may have it.
    /// </summary>
    [ResponseTimeout("00:00:05")]
    Task<bool[]> Deliver(Immutable<Consignment[]> consignments);
}

/// <summary>Notices of a conversation for one user; see <see cref="IUserGrain.Deliver"/>.</summary>
[GenerateSerializer, Immutable]
internal readonly record struct Consignment(string UserId, Guid Conversation, long Term, Notice[] Notices, string? Except)
{
    /// <summary>What it weighs on the wire besides the notices, which are often those of the one before it and are sent once then.</summary>
    private const int Overhead = 128;

    public int Weight => Overhead + Notices.Sum(notice => notice.Payload.Length);
}
