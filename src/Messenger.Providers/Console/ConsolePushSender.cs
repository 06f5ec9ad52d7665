using Messenger.Ports;
using Microsoft.Extensions.Logging;

namespace Messenger.Providers.Console;

/// <summary>Says that a push would be sent; its token stays out of the log.</summary>
internal sealed class ConsolePushSender(ILogger<ConsolePushSender> logger) : IPushSender
{
    public Task<PushOutcome> Send(Push push, CancellationToken cancellation)
    {
        Log.Push(logger, push.ApplicationType, push.Conversation);
        return Task.FromResult(PushOutcome.Taken);
    }
}
