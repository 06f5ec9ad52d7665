using Messenger.Ports;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Messenger.Grains;

/// <summary>What the grains log. Never a payload, a phone number, a code, a token or a user id.</summary>
internal static partial class Log
{
    [LoggerMessage(101, LogLevel.Warning, "A commit ended as {Outcome}: the conversation is loaded again")]
    public static partial void CommitFailed(ILogger logger, LogOutcome outcome);

    [LoggerMessage(102, LogLevel.Warning, "Notices could not be handed to a user ({Fault}): its devices will be told to resynchronise")]
    public static partial void DeliveryFailed(ILogger logger, string fault);

    [LoggerMessage(103, LogLevel.Warning, "A conversation ended with notices not handed over: the log remembers it as unsettled")]
    public static partial void FanoutUnfinished(ILogger logger);

    [LoggerMessage(104, LogLevel.Information, "A conversation's predecessor may have left notices untold: its people's devices are told to resynchronise")]
    public static partial void ResyncRequired(ILogger logger);

    [LoggerMessage(105, LogLevel.Warning, "This process stood still for {Gap}; the cluster says it is dead: {Dead}")]
    public static partial void StoodStill(ILogger logger, TimeSpan gap, bool dead);

    [LoggerMessage(106, LogLevel.Warning, "This process stood still for {Gap}, and cannot learn whether it is a member still ({Fault}): nothing is told until it can")]
    public static partial void LeaseInQuestion(ILogger logger, TimeSpan gap, string fault);

    [LoggerMessage(107, LogLevel.Error, "{Silo} does not answer this silo while others reach both: it is declared dead, so that nobody waits for the path between them")]
    public static partial void PathCut(ILogger logger, SiloAddress silo);

    [LoggerMessage(108, LogLevel.Warning, "{Silo} could not be declared dead ({Fault}): trying again")]
    public static partial void PathCutNotDeclared(ILogger logger, SiloAddress silo, string fault);

    [LoggerMessage(121, LogLevel.Warning, "Taking over from {Writer}, which is dead: {Conversations} conversations may have notices left untold")]
    public static partial void TakingOver(ILogger logger, string writer, int conversations);

    [LoggerMessage(122, LogLevel.Warning, "A take-over failed and will be tried again")]
    public static partial void TakeoverFailed(ILogger logger, Exception exception);

    [LoggerMessage(123, LogLevel.Debug, "A conversation could not be reached and will be tried again")]
    public static partial void ResyncFailed(ILogger logger, Exception exception);

    [LoggerMessage(125, LogLevel.Warning, "The store went back in time: {Devices} devices are told to resynchronise")]
    public static partial void DevicesResync(ILogger logger, int devices);

    [LoggerMessage(124, LogLevel.Warning, "Rows of deleted conversations could not be removed; trying again in the next round")]
    public static partial void PurgeFailed(ILogger logger, Exception exception);

    [LoggerMessage(147, LogLevel.Warning, "Expired messages could not be deleted; trying again in the next round")]
    public static partial void SweepFailed(ILogger logger, Exception exception);

    [LoggerMessage(141, LogLevel.Warning, "{Gateway} did not let go of an upload ({Fault}): it is taken over, and what that gateway has not recorded is lost")]
    public static partial void UploadNotReleased(ILogger logger, SiloAddress gateway, string fault);
}
