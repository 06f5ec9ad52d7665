namespace Messenger.Ports;

/// <summary>How much happened on each day, for all processes together: kept for <see cref="DaysKept"/> days.</summary>
/// <remarks>Throws <see cref="StoreUnavailableException"/> when the store is away. Days are UTC, counted from the Unix epoch.</remarks>
public interface IDailyFigures
{
    /// <summary>A year to compare with, and a month to look at it.</summary>
    const int DaysKept = 400;

    /// <summary>Adds to a day's figures. On disk when it returns.</summary>
    Task Add(long day, IReadOnlyDictionary<string, long> amounts);

    /// <summary>
    /// Writes down how many accounts there are, and how many of them logged in on that day so far (the highest that was seen); forgets days that are too old.
    /// </summary>
    Task Survey(long day, long dayBegan);

    /// <summary>Figures of these days, both included, oldest first.</summary>
    Task<IReadOnlyList<DailyFigure>> List(long from, long to);
}

/// <param name="Name">One of <see cref="DailyFigureNames"/>.</param>
public sealed record DailyFigure(long Day, string Name, long Amount);

/// <summary>What is counted by day.</summary>
public static class DailyFigureNames
{
    public const string Accounts = "accounts";
    public const string Active = "active";
    public const string Messages = "messages";
    public const string Deliveries = "deliveries";
    public const string BytesIn = "bytesIn";
    public const string BytesOut = "bytesOut";
    public const string Sms = "sms";
    public const string Pushes = "pushes";

    /// <summary>In the order in which they are shown.</summary>
    public static readonly IReadOnlyList<string> All = [Accounts, Active, Messages, Deliveries, BytesIn, BytesOut, Sms, Pushes];
}
