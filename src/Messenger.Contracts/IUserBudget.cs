using Orleans;
using Orleans.Concurrency;

namespace Messenger.Contracts;

/// <summary>What a user may cause in the whole cluster; the same actor as <see cref="IUserGrain"/>.</summary>
public interface IUserBudget : IGrainWithStringKey
{
    /// <summary>
    /// Takes at least so much out of the user's budget, for one process to spend on the user's writes; on disk when it was granted. More than is asked for comes
    /// along where it is there, so that the next writes need not ask.
    /// </summary>
    [AlwaysInterleave]
    [Traced]
    Task<BudgetLease> Lease(WriteCost wanted);
}

/// <summary>What a write costs everybody, whatever request it came by.</summary>
/// <param name="Notifications">Audience times what each is sent, in pieces of four KiB.</param>
/// <param name="Bytes">What is stored.</param>
/// <param name="People">People who are brought into a conversation.</param>
[GenerateSerializer, Immutable]
public readonly record struct WriteCost(double Notifications, double Bytes, double People = 0)
{
    /// <summary>A piece of what is sent to one device.</summary>
    private const double Piece = 4096;

    /// <summary>A row with its indexes.</summary>
    private const double Row = 512;

    /// <param name="audience">To whom all of it is told.</param>
    /// <param name="characters">What was sent to be kept.</param>
    public static WriteCost Of(int audience, long characters) => new(audience * (1 + (characters / Piece)), Row + characters);

    /// <summary>Of what everybody is told in short, while each has a part of it.</summary>
    /// <param name="notifications">All of them.</param>
    /// <param name="characters">What is kept, for all together.</param>
    public static WriteCost Short(int notifications, long characters, int people = 0) => new(notifications, Row + characters, people);

    /// <summary>What is told and not kept.</summary>
    public static WriteCost Signal(int audience) => new(audience, 0);

    public static WriteCost operator +(WriteCost one, WriteCost other) =>
        new(one.Notifications + other.Notifications, one.Bytes + other.Bytes, one.People + other.People);
}

/// <summary>What was granted.</summary>
/// <param name="Wait">Seconds until what was wanted is there, and then nothing was granted; 0 when it was.</param>
/// <param name="Short">What of it is lacking: notifications, bytes or people; null when it was granted.</param>
[GenerateSerializer, Immutable]
public sealed record BudgetLease(WriteCost Granted, int Wait, string? Short);
