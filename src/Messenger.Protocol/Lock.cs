using Orleans;

namespace Messenger.Protocol;

/// <summary>
/// Sets or removes the lock that a registration of this account has to give besides the code; by a vouched application.
/// </summary>
/// <param name="Verifier">Base64 of 32 bytes: PBKDF2-HMAC-SHA-256 of the PIN (NFKC, UTF-8), salt <c>registration-lock:</c> and the userId, 600 000 rounds; null removes it.</param>
[OfFeature(Features.Lock)]
[GenerateSerializer, Immutable]
public sealed record RequestSetRegistrationLock(string? Verifier) : IRequest
{
    public string? Fault() => Verifier is null ? null : Shape.Verifier(Verifier, "verifier");
}

/// <summary>Gives the lock afterwards: the asking application is cooling no longer.</summary>
/// <param name="Verifier">As it was set.</param>
[OfFeature(Features.Lock)]
[GenerateSerializer, Immutable]
public sealed record RequestGiveRegistrationLock(string Verifier) : IRequest
{
    public string? Fault() => Shape.Verifier(Verifier, "verifier");
}

/// <summary>Vouches for another application of one's own: it is cooling no longer.</summary>
/// <param name="Name">What the others call it: its <c>uuid</c> in ResponseApplicationsFull.</param>
[OfFeature(Features.Lock)]
[GenerateSerializer, Immutable]
public sealed record RequestApproveApplication(string Name) : IRequest
{
    public string? Fault() => Shape.ApplicationUuid(Name, "name");
}
