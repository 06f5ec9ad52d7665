using Microsoft.Extensions.Logging;

namespace Messenger.Grains.Users;

/// <summary>What users and registrations log. Never a phone number, a code, a token or a user id.</summary>
internal static partial class UserLog
{
    [LoggerMessage(202, LogLevel.Warning, "A device of a user could not be told something ({Fault}): it will be told to resynchronise")]
    public static partial void DeviceNotTold(ILogger logger, string fault);

    [LoggerMessage(203, LogLevel.Warning, "A user's last logins could not be written when its grain ended ({Fault}): they are lost")]
    public static partial void LoginsLost(ILogger logger, string fault);

    [LoggerMessage(204, LogLevel.Warning, "A user's grain ended before its notices were handed over")]
    public static partial void NotificationsUnfinished(ILogger logger);

    [LoggerMessage(205, LogLevel.Warning, "A deleted application's device could not be closed yet ({Fault}): tried again")]
    public static partial void NotClosed(ILogger logger, string fault);

    [LoggerMessage(206, LogLevel.Warning, "The SMS provider did not take a text")]
    public static partial void SmsRefused(ILogger logger);
}
