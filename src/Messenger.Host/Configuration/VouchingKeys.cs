namespace Messenger.Host.Configuration;

/// <summary>The keys of who is an account's owner and who has a code by SMS.</summary>
internal static class VouchingKeys
{
    public static readonly ConfigKey<int> CoolingHours = ConfigKey.Whole(
        "Registration:CoolingHours", 0, 24 * 30, 24,
        "So long a new application of an account that has others in use may read and write and nothing else, unless another approves it or it gives the registration lock. 0: no time.",
        "24; Development: 0");

    public static readonly ConfigKey<int> InactiveDays = ConfigKey.Whole(
        "Registration:InactiveDays", 0, 3650, 365,
        "Where no application of an account was connected for so many days, a registration without its lock begins it anew: the number has another owner. 0: never.");

    public static readonly ConfigKey<int> LockDays = ConfigKey.Whole(
        "Registration:LockDays", 1, 365, 7, "How long a registration lock holds after the owner's applications were connected last.");

    public static readonly IReadOnlyList<ConfigKey> All = [CoolingHours, InactiveDays, LockDays];

    public static VouchingSettings Read(IConfiguration from, IHostEnvironment environment) => new(
        TimeSpan.FromHours(CoolingHours.IsGiven(from) || !environment.IsDevelopment() ? CoolingHours.Read(from) : 0),
        TimeSpan.FromDays(InactiveDays.Read(from)),
        TimeSpan.FromDays(LockDays.Read(from)));
}
