using Microsoft.Extensions.Logging;

namespace Messenger.Providers;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Error, "The log could not commit {Entries} entries: their outcome is unknown")]
    public static partial void CommitFailed(ILogger logger, int entries, Exception exception);

    [LoggerMessage(2, LogLevel.Warning, "The store is away; trying again in {Wait}")]
    public static partial void StoreAway(ILogger logger, TimeSpan wait, Exception exception);

    [LoggerMessage(3, LogLevel.Information, "The log's connection is open as writer {Writer}")]
    public static partial void WriterOpen(ILogger logger, string writer);

    [LoggerMessage(4, LogLevel.Critical, "This process was declared dead and may not write any more: restart it")]
    public static partial void WriterFenced(ILogger logger);

    [LoggerMessage(5, LogLevel.Information, "Migrated {Store} from schema version {From} to {To}")]
    public static partial void Migrated(ILogger logger, string store, int from, int to);

    /// <summary>The console sender's job is to show the code: it stands in for a provider in the embedded default.</summary>
    [LoggerMessage(6, LogLevel.Information, "SMS to {Phone}: {Text}")]
    public static partial void Sms(ILogger logger, string phone, string text);

    [LoggerMessage(7, LogLevel.Information, "A push would wake a device of type {ApplicationType} for conversation {Conversation}")]
    public static partial void Push(ILogger logger, string applicationType, Guid conversation);

    [LoggerMessage(95, LogLevel.Error, "The store went back in time: it lacks {Commits} commits that this process had seen. All devices resynchronise")]
    public static partial void StoreWentBack(ILogger logger, long commits);

    [LoggerMessage(96, LogLevel.Warning, "The store does not know writer {Writer} any more, nor that it was given up: the store is older than this process. Its devices resynchronise")]
    public static partial void WriterNameGone(ILogger logger, string writer);

    [LoggerMessage(8, LogLevel.Debug, "Closing a broken connection failed")]
    public static partial void CloseFailed(ILogger logger, Exception exception);

    [LoggerMessage(9, LogLevel.Error, "The store refused a value of an entry: nothing of the entry is kept")]
    public static partial void EntryRefused(ILogger logger);

    [LoggerMessage(10, LogLevel.Debug, "Ends of a complete file were left in the object store; the sweep removes them")]
    public static partial void TailsLeft(ILogger logger, Exception exception);
    [LoggerMessage(20, LogLevel.Warning, "The SMS provider {Provider} did not take a text: {Reason}")]
    public static partial void SmsNotTaken(ILogger logger, string provider, string reason);

    [LoggerMessage(11, LogLevel.Warning, "The object store does not list multipart uploads ({Code}): give the bucket a lifecycle rule that aborts old ones")]
    public static partial void PiecesUnlisted(ILogger logger, string code);

    [LoggerMessage(21, LogLevel.Error, "An SMS was not sent: the budget of this hour is spent, in all or for the prefix {Prefix} (Sms:CapPerHour, Sms:CapPerPrefix, Sms:PrefixCaps)")]
    public static partial void SmsCapped(ILogger logger, string prefix);

    [LoggerMessage(28, LogLevel.Error, "The SMS provider {Provider} rejects this server's account ({Status}): no SMS goes out, and nobody can register; look at its credentials, its balance and its permissions")]
    public static partial void SmsAccountRejected(ILogger logger, string provider, int status);

    [LoggerMessage(22, LogLevel.Error, "An SMS was not sent: what was spent this hour cannot be counted while the store is away")]
    public static partial void SmsUncounted(ILogger logger, Exception exception);

    [LoggerMessage(23, LogLevel.Error, "The push provider {Provider} does not accept this server ({Status} {Reason}): look at its credentials; pushes wait")]
    public static partial void PushCredentials(ILogger logger, string provider, int status, string? reason);

    [LoggerMessage(24, LogLevel.Warning, "The push provider {Provider} could not be reached ({Fault}); pushes wait")]
    public static partial void PushAway(ILogger logger, string provider, string fault);

    [LoggerMessage(25, LogLevel.Error, "The push provider {Provider} refused a push for good ({Status} {Reason})")]
    public static partial void PushRefused(ILogger logger, string provider, int status, string? reason);

    [LoggerMessage(31, LogLevel.Error, "The webhook that judges registrations gave no verdict ({Reason}): Registration:Judge:OnFailure holds")]
    public static partial void JudgeSilent(ILogger logger, string reason);
}
