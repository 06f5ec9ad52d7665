using Messenger.Ports;
using Microsoft.Extensions.Logging;

namespace Messenger.Grains;

/// <summary>What the grains log. Never a payload, a phone number, a code, a token or a user id.</summary>
internal static partial class Log
{
    [LoggerMessage(101, LogLevel.Warning, "A commit ended as {Outcome}: the conversation is loaded again")]
    public static partial void CommitFailed(ILogger logger, LogOutcome outcome);

    [LoggerMessage(102, LogLevel.Warning, "Notices could not be handed to a user ({Fault}): its devices will be told to resynchronise")]
    public static partial void HandOverFailed(ILogger logger, string fault);

    [LoggerMessage(103, LogLevel.Warning, "A conversation ended with notices not handed over: the log remembers it as unsettled")]
    public static partial void FanoutUnfinished(ILogger logger);
}
