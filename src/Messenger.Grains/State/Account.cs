using Messenger.Contracts;
using Messenger.Protocol;
using Orleans;

namespace Messenger.Grains.State;

/// <summary>A user's account as stored: what is the user's own business and no directory's.</summary>
[GenerateSerializer, Immutable]
internal sealed record Account
{
    /// <summary>Confirmed applications, in the order of confirmation.</summary>
    [Id(0)]
    public Application[] Applications { get; init; } = [];

    /// <summary>Keys to apply once their code is confirmed.</summary>
    [Id(1)]
    public PendingKeys? PendingKeys { get; init; }

    /// <summary>A new public key may not have been told to everyone yet.</summary>
    [Id(2)]
    public bool KeysUntold { get; init; }

    /// <summary>Names of deleted applications whose connection may not be closed yet.</summary>
    [Id(3)]
    public string[] Closing { get; init; } = [];

    /// <summary>The user was deleted: nothing of it is served any more, and what is left of it goes.</summary>
    [Id(4)]
    public bool Deleting { get; init; }

    /// <summary>What a registration has to give besides the code; null for nothing.</summary>
    [Id(5)]
    public RegistrationLock? Lock { get; init; }

    /// <summary>When a wrong lock was given, in milliseconds since the Unix epoch; oldest first.</summary>
    [Id(6)]
    public long[] WrongLocks { get; init; } = [];

    /// <summary>When a vouched application that is gone since was connected last.</summary>
    [Id(7)]
    public long VouchedSeen { get; init; }

    /// <summary>Applications that a vouched one let in and that did not log in yet; oldest first.</summary>
    [Id(8)]
    public LinkedApplication[] Linked { get; init; } = [];

    /// <summary>As it goes to disk: push tokens are sealed, as credentials are when they are made.</summary>
    public Account Sealed(string userId, CredentialSeal seal) => this with { Applications = Array.ConvertAll(Applications, application => application.Sealed(userId, seal)) };

    /// <summary>As it is worked with.</summary>
    public Account Opened(string userId, CredentialSeal seal) => this with { Applications = Array.ConvertAll(Applications, application => application.Opened(userId, seal)) };
}

/// <summary>An application that may log in for the first time.</summary>
/// <param name="Until">Milliseconds since the Unix epoch.</param>
[GenerateSerializer, Immutable]
internal sealed record LinkedApplication(Credential Credential, string Type, string? OsVersion, string? Vendor, string? Model, long Until);

/// <summary>A confirmed application. Times are milliseconds since the Unix epoch.</summary>
/// <param name="Uuid">Of rows that were written before <see cref="Credential"/> was; null since.</param>
[GenerateSerializer, Immutable]
internal sealed record Application(
    string? Uuid, string Type, long Created, long LastLogin, string? DeviceToken, string? OsVersion, string? Vendor, string? Model)
{
    [Id(0)]
    public Credential? Credential { get; init; }

    /// <summary>What every device but its own knows it by, see <see cref="PublicNames"/>; null in rows of before, until they are next told.</summary>
    [Id(1)]
    public string? PublicName { get; init; }

    /// <summary>Until when it is cooling; 0 or past for one that is vouched.</summary>
    [Id(2)]
    public long CoolingUntil { get; init; }

    /// <summary>When it was connected last, as far as logins do not say it.</summary>
    [Id(3)]
    public long Connected { get; init; }

    /// <summary>The credential that it asked for and has not used yet.</summary>
    [Id(4)]
    public Credential? Next { get; init; }

    /// <summary>Credentials that it had.</summary>
    [Id(5)]
    public VoidCredential[] Void { get; init; } = [];

    /// <summary>Its name where its credential is not the first one; devices are keyed by it.</summary>
    [Id(6)]
    public string? FirstName { get; init; }

    /// <summary>The token that calls are pushed to; never without <see cref="DeviceToken"/>.</summary>
    [Id(7)]
    public string? VoipToken { get; init; }

    /// <summary>A vouched application let it in by a link.</summary>
    [Id(8)]
    public bool Linked { get; init; }

    /// <summary>On disk in place of the tokens.</summary>
    [Id(9)]
    public SealedTokens? SealedTokens { get; init; }

    public string Name => FirstName ?? CredentialName;

    /// <summary>What it is woken by.</summary>
    public IEnumerable<string> Tokens() => new[] { DeviceToken, VoipToken }.OfType<string>();

    /// <summary>The name of what it logs in with.</summary>
    public string CredentialName => Credential?.Name ?? ApplicationNames.Of(Uuid!);

    public bool IsCooling(long now) => CoolingUntil > now;

    public Application Sealed(string userId, CredentialSeal seal) => DeviceToken is null
        ? this : this with { SealedTokens = SealedTokens.Of(userId, DeviceToken, VoipToken, seal), DeviceToken = null, VoipToken = null };

    /// <summary>Tokens that no key opens any more are gone: the application learns it with its list, and sets another.</summary>
    public Application Opened(string userId, CredentialSeal seal) => SealedTokens is not { } tokens
        ? this : this with { DeviceToken = tokens.Token(userId, seal), VoipToken = tokens.Voip(userId, seal), SealedTokens = null };

    /// <summary>Whether it logs in with the credential of this name.</summary>
    public bool Has(string credential) => CredentialName == credential || Next?.Name == credential;

    /// <summary>Where its pushes go; null where it gave no token.</summary>
    public PushTarget? Target(long since) => DeviceToken is null ? null : new PushTarget(Type, DeviceToken, since) { Voip = VoipToken };

    /// <param name="uuid">As it is told: its own uuid to itself, its name to the others.</param>
    public ApplicationInfo Info(string userId, string uuid, bool online) =>
        new(uuid, SmsCode: null, Type, Confirmed: true, Created, userId, DeviceToken, LastLogin, online, OsVersion, Vendor, Model);
}

/// <summary>What RequestUpdateUserKeys brought.</summary>
[GenerateSerializer, Immutable]
internal sealed record PendingKeys(string PrivateKeyEncrypted, string MetaDataKeyEncrypted, string? Nick);

/// <summary>A user's contacts as an earlier release stored them, in the order they came: see <see cref="Messenger.Ports.IContactStore"/>.</summary>
[GenerateSerializer, Immutable]
internal sealed record ContactBook
{
    [Id(0)]
    public Contact[] Contacts { get; init; } = [];
}

/// <summary>A user's named parameters as stored, by name.</summary>
[GenerateSerializer, Immutable]
internal sealed record ParamBook
{
    [Id(0)]
    public Param[] Params { get; init; } = [];

    /// <summary>One higher with each change.</summary>
    [Id(1)]
    public long Version { get; init; }
}

/// <summary>A credential that logs in no longer.</summary>
/// <param name="At">Since when, in milliseconds since the Unix epoch.</param>
[GenerateSerializer, Immutable]
internal sealed record VoidCredential(string Name, long At);
