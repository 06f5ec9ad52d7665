namespace Messenger.Ports;

/// <summary>How much there is, for the operator.</summary>
public interface ICounts
{
    /// <exception cref="StoreUnavailableException">The store is away.</exception>
    Task<Counts> Count();
}

/// <param name="Messages">Events and shells of deleted ones included. In a cluster an estimate, as old as the last statistics.</param>
/// <param name="SmsThisHour">What was taken out of this hour's budget.</param>
public sealed record Counts(
    long Users, long SuspendedUsers, long Conversations, long Messages, long OpenReports, long PushesWaiting, long SmsThisHour);
