using Messenger.Contracts;
using Orleans;

namespace Messenger.Grains.State;

/// <summary>An application's push tokens as stored, see <see cref="CredentialSeal"/>: who reads the database can wake nobody.</summary>
[GenerateSerializer, Immutable]
internal sealed record SealedTokens(byte[] Plain, byte[]? Calls)
{
    public static SealedTokens Of(string userId, string token, string? voip, CredentialSeal seal) =>
        new(seal.Seal(userId, token), voip is null ? null : seal.Seal(userId, voip));

    /// <summary>Null where no key opens it.</summary>
    public string? Token(string userId, CredentialSeal seal) => seal.Unseal(userId, Plain);

    /// <summary>The one for calls; null without one, or where no key opens it.</summary>
    public string? Voip(string userId, CredentialSeal seal) => Calls is null ? null : seal.Unseal(userId, Calls);
}

/// <summary>Where a device's pushes go, as stored.</summary>
[GenerateSerializer, Immutable]
internal sealed record SealedPushTarget(string ApplicationType, long Since, SealedTokens Tokens)
{
    public static SealedPushTarget? Of(string userId, PushTarget? target, CredentialSeal seal) => target is null
        ? null : new(target.ApplicationType, target.Since, SealedTokens.Of(userId, target.Token, target.Voip, seal));

    /// <summary>Null where no key opens it: it is forgotten, and its application sets another.</summary>
    public PushTarget? Opened(string userId, CredentialSeal seal) => Tokens.Token(userId, seal) is { } token
        ? new PushTarget(ApplicationType, token, Since) { Voip = Tokens.Voip(userId, seal) } : null;
}
