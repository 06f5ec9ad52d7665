using Messenger.Grains.State;

namespace Messenger.Grains.Users;

/// <summary>What a right code makes of an application.</summary>
internal enum Entrance
{
    /// <summary>It may everything.</summary>
    Vouched,

    /// <summary>It may read and write; the rest when its time is over, or when somebody vouched for it.</summary>
    Cooling,

    /// <summary>Nobody was here for so long that the number has a new owner: the account begins anew.</summary>
    Anew,

    /// <summary>It is let in with the registration lock alone.</summary>
    Locked,
}

/// <summary>Who is the owner and who has a code by SMS, pure.</summary>
internal static class Vouching
{
    /// <summary>Wrong locks of one account in a day: with four digits a chance of one in a thousand.</summary>
    public const int WrongLocksPerDay = 10;

    /// <summary>How long a login with a credential that was given up is told of.</summary>
    public static readonly TimeSpan VoidKept = TimeSpan.FromDays(30);

    /// <summary>Credentials that one application gave up and that are remembered.</summary>
    private const int MostVoid = 8;

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <param name="known">It was confirmed before: it is not new.</param>
    /// <param name="lockIsRight">The right lock came with the code.</param>
    /// <param name="connected">When each application was connected last.</param>
    public static Entrance Decide(Account account, bool known, bool lockIsRight, Func<Application, long> connected, UserOptions options, long now)
    {
        if (account.Applications.Length == 0)
        {
            return Entrance.Vouched;
        }

        if (account.Lock is not null && lockIsRight)
        {
            return Entrance.Vouched;
        }

        if (known)
        {
            return Entrance.Cooling;
        }

        if (IsLocked(account, connected, options, now))
        {
            return Entrance.Locked;
        }

        if (account.Applications.All(application => IsInactive(connected(application), options, now)))
        {
            return Entrance.Anew;
        }

        return options.Cooling > TimeSpan.Zero ? Entrance.Cooling : Entrance.Vouched;
    }

    /// <summary>A lock ends some days after the last moment that the owner was surely there.</summary>
    public static bool IsLocked(Account account, Func<Application, long> connected, UserOptions options, long now) =>
        account.Lock is not null && now < LastVouched(account, connected, now) + options.LockLife.TotalMilliseconds;

    /// <summary>With no days given nobody ever is.</summary>
    public static bool IsInactive(long connected, UserOptions options, long now) =>
        options.Inactive > TimeSpan.Zero && now - connected >= options.Inactive.TotalMilliseconds;

    public static long LastVouched(Account account, Func<Application, long> connected, long now) =>
        account.Applications.Where(application => !application.IsCooling(now)).Select(connected).Append(account.VouchedSeen).Max();

    /// <summary>Who makes room when there are too many: a cooling one first, then a vouched one that nobody uses; null where there is neither.</summary>
    public static Application? Evicted(Application[] applications, Func<Application, long> connected, UserOptions options, long now) =>
        applications.FirstOrDefault(application => application.IsCooling(now))
        ?? applications.Where(application => IsInactive(connected(application), options, now)).MinBy(connected);

    /// <summary>Seconds until another lock is looked at; 0 for now.</summary>
    public static int WaitForLock(Account account, long now)
    {
        var today = Today(account, now);
        return today.Length < WrongLocksPerDay ? 0 : (int)Math.Max(1, Math.Ceiling((today[^WrongLocksPerDay] + Day.TotalMilliseconds - now) / 1000));
    }

    public static Account Wrong(Account account, long now) => account with { WrongLocks = [.. Today(account, now), now] };

    /// <summary>Without this one; when it was connected, if it was vouched, is remembered.</summary>
    public static Account Without(Account account, string name, Func<Application, long> connected, long now) => account with
    {
        Applications = Applications.Without(account.Applications, name),
        VouchedSeen = LastVouched(account, application => application.Name == name ? connected(application) : 0, now),
    };

    /// <summary>With this application's next credential the one that counts, where it is the one that was used.</summary>
    public static Application Promoted(Application application, string credential, long now) => application.Next is not { } next || next.Name != credential
        ? application
        : application with
        {
            FirstName = application.Name,
            Uuid = null,
            Credential = next,
            Next = null,
            Void = [.. Fresh(application, now).Append(new VoidCredential(application.CredentialName, now)).TakeLast(MostVoid)],
        };

    /// <summary>Whose credential this was until lately.</summary>
    public static Application? Former(Application[] applications, string credential, long now) =>
        applications.FirstOrDefault(application => Fresh(application, now).Any(former => former.Name == credential));

    private static IEnumerable<VoidCredential> Fresh(Application application, long now) =>
        application.Void.Where(former => now - former.At < VoidKept.TotalMilliseconds);

    private static long[] Today(Account account, long now) => [.. account.WrongLocks.Where(at => now - at < Day.TotalMilliseconds)];
}
