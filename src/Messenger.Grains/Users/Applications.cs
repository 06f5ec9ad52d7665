using System.Security.Cryptography;
using System.Text;
using Messenger.Contracts;
using Messenger.Grains.State;
using Messenger.Protocol;

namespace Messenger.Grains.Users;

/// <summary>The rules of a user's applications, pure.</summary>
internal static class Applications
{
    /// <summary>Applications of one user: every notification goes to each. When one more comes, the one unused longest makes room.</summary>
    public const int MaxApplications = 50;

    /// <summary>The application with this uuid. The uuid is a credential: how long this takes does not tell how much of a guess was right.</summary>
    public static Application? Match(IEnumerable<Application> applications, string uuid)
    {
        var wanted = Encoding.ASCII.GetBytes(ApplicationNames.Of(uuid));
        Application? found = null;
        foreach (var application in applications)
        {
            if (CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(application.Name), wanted))
            {
                found = application;
            }
        }

        return found;
    }

    /// <summary>With this one confirmed. One that was confirmed already keeps its place, its time and its token.</summary>
    public static Application[] Confirm(Application[] applications, ApplicationInfo confirmed, string publicName, CredentialSeal seal, out string? evicted)
    {
        evicted = null;
        var credential = Credential.Of(confirmed.UserId, confirmed.Uuid, seal);
        if (Array.FindIndex(applications, known => known.Name == credential.Name) is >= 0 and var at)
        {
            var known = applications[at];
            var renewed = known with { Type = confirmed.ApplicationType, OsVersion = confirmed.OsVersion, Vendor = confirmed.Vendor, Model = confirmed.Model };
            return renewed == known ? applications : [.. applications[..at], renewed, .. applications[(at + 1)..]];
        }

        if (applications.Length >= MaxApplications)
        {
            evicted = applications.MinBy(application => application.LastLogin)!.Name;
            applications = Without(applications, evicted);
        }

        return
        [
            .. applications,
            new Application(
                Uuid: null, confirmed.ApplicationType, confirmed.Created, confirmed.LastLogin, confirmed.DeviceToken,
                confirmed.OsVersion, confirmed.Vendor, confirmed.Model) { Credential = credential, PublicName = publicName },
        ];
    }

    public static Application[] Without(Application[] applications, string name) => [.. applications.Where(application => application.Name != name)];

    public static Application[] WithToken(Application[] applications, string name, string? token) =>
        [.. applications.Select(application => application.Name == name ? application with { DeviceToken = token } : application)];

    /// <summary>With the logins that were kept in memory.</summary>
    public static Application[] WithLogins(Application[] applications, IReadOnlyDictionary<string, long> logins) =>
        [.. applications.Select(application => application with { LastLogin = Math.Max(application.LastLogin, logins.GetValueOrDefault(application.Name)) })];

    /// <summary>With a name for each that was stored before there were names. Theirs is drawn once, as everybody's.</summary>
    public static Application[] Named(Application[] applications) => Array.TrueForAll(applications, application => application.PublicName is not null)
        ? applications
        : Array.ConvertAll(applications, application => application.PublicName is null ? application with { PublicName = PublicNames.Draw() } : application);

    /// <summary>With this one's uuid sealed anew: it was stored before there was the key, or with another one.</summary>
    public static Application[] Sealed(Application[] applications, string userId, string uuid, CredentialSeal seal)
    {
        var name = ApplicationNames.Of(uuid);
        return
        [
            .. applications.Select(application => application.Name == name
                ? application with { Uuid = null, Credential = Credential.Of(userId, uuid, seal) }
                : application),
        ];
    }
}
