using System.Security.Cryptography;
using System.Text;
using Messenger.Contracts;
using Messenger.Grains.State;
using Messenger.Protocol;

namespace Messenger.Grains.Users;

/// <summary>The rules of a user's applications, pure.</summary>
internal static class Applications
{
    /// <summary>Applications of one user: every notification goes to each. Who makes room for one more: <see cref="Vouching.Evicted"/>.</summary>
    public const int MaxApplications = 50;

    /// <summary>The application with this uuid. The uuid is a credential: how long this takes does not tell how much of a guess was right.</summary>
    public static Application? Match(IEnumerable<Application> applications, string uuid)
    {
        var wanted = Encoding.ASCII.GetBytes(ApplicationNames.Of(uuid));
        Application? found = null;
        foreach (var application in applications)
        {
            if (CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(application.CredentialName), wanted)
                | CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(application.Next?.Name ?? ""), wanted))
            {
                found = application;
            }
        }

        return found;
    }

    /// <summary>With this one confirmed. One that was confirmed already keeps its place, its time, its token, and whether it is vouched.</summary>
    /// <param name="coolingUntil">Of a new one; 0 for one that is vouched.</param>
    public static Application[] Confirm(Application[] applications, ApplicationInfo confirmed, string publicName, long coolingUntil, CredentialSeal seal, bool linked = false)
    {
        var credential = Credential.Of(confirmed.UserId, confirmed.Uuid, seal);
        if (Array.FindIndex(applications, known => known.Has(credential.Name)) is >= 0 and var at)
        {
            var known = applications[at];
            var renewed = known with { Type = confirmed.ApplicationType, OsVersion = confirmed.OsVersion, Vendor = confirmed.Vendor, Model = confirmed.Model };
            return renewed == known ? applications : [.. applications[..at], renewed, .. applications[(at + 1)..]];
        }

        return
        [
            .. applications,
            new Application(
                Uuid: null, confirmed.ApplicationType, confirmed.Created, confirmed.LastLogin, confirmed.DeviceToken,
                confirmed.OsVersion, confirmed.Vendor, confirmed.Model)
            {
                Credential = credential,
                PublicName = publicName,
                CoolingUntil = coolingUntil,
                Linked = linked,

                // Its device is another one's that began with this credential and gave it up.
                FirstName = applications.Any(other => other.Name == credential.Name) ? ApplicationNames.Of(PublicNames.Draw()) : null,
            },
        ];
    }

    public static Application[] Without(Application[] applications, string name) => [.. applications.Where(application => application.Name != name)];

    public static Application[] WithTokens(Application[] applications, string name, string? token, string? voip) =>
        [.. applications.Select(application => application.Name == name ? application with { DeviceToken = token, VoipToken = voip } : application)];

    /// <summary>Without this token of it. That of calls goes with the other: it is good for nothing alone.</summary>
    public static Application[] WithoutToken(Application[] applications, string name, string token) => Array.TrueForAll(applications, own => own.Name != name || !own.Tokens().Contains(token))
        ? applications
        : WithTokens(applications, name, applications.First(own => own.Name == name).DeviceToken is { } other && other != token ? other : null, voip: null);

    /// <summary>With the logins that were kept in memory.</summary>
    public static Application[] WithLogins(Application[] applications, IReadOnlyDictionary<string, long> logins) =>
        [.. applications.Select(application => application with { LastLogin = Math.Max(application.LastLogin, logins.GetValueOrDefault(application.Name)) })];

    /// <summary>With what was seen of their connections besides.</summary>
    public static Application[] WithConnections(Application[] applications, IReadOnlyDictionary<string, long> seen) =>
        [.. applications.Select(application => application with { Connected = Math.Max(application.Connected, seen.GetValueOrDefault(application.Name)) })];

    /// <summary>With a name for each that was stored before there were names. Theirs is drawn once, as everybody's.</summary>
    public static Application[] Named(Application[] applications) => Array.TrueForAll(applications, application => application.PublicName is not null)
        ? applications
        : Array.ConvertAll(applications, application => application.PublicName is null ? application with { PublicName = PublicNames.Draw() } : application);

    /// <summary>What it logs in with, and what it asked for.</summary>
    public static IEnumerable<Credential> Credentials(Application application) => new[] { application.Credential, application.Next }.OfType<Credential>();

    /// <summary>With what an older key sealed sealed with the newest.</summary>
    public static Application Resealed(Application application, string userId, CredentialSeal seal) =>
        application with { Credential = application.Credential?.Renewed(userId, seal), Next = application.Next?.Renewed(userId, seal) };

    /// <summary>With this one's uuid sealed anew: it was stored before there was the key, or with another one.</summary>
    public static Application[] Sealed(Application[] applications, string userId, string uuid, CredentialSeal seal)
    {
        var name = ApplicationNames.Of(uuid);
        return
        [
            .. applications.Select(application => application.CredentialName == name
                ? application with { Uuid = null, Credential = Credential.Of(userId, uuid, seal) }
                : application),
        ];
    }
}
