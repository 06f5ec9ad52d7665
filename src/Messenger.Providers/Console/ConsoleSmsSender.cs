using Messenger.Ports;
using Messenger.Providers.Sms;
using Microsoft.Extensions.Logging;

namespace Messenger.Providers.Console;

/// <summary>Writes the text, code and all, to the log: the embedded default, where nobody pays for an SMS.</summary>
internal sealed class ConsoleSmsSender(ILogger<ConsoleSmsSender> logger) : ISmsSender
{
    public Task<SmsOutcome> Send(string phone, string text, SmsAsker asker, CancellationToken cancellation)
    {
        Log.Sms(logger, phone, text);
        SmsMeter.Ended("console", "taken", TimeSpan.Zero);
        return Task.FromResult(SmsOutcome.Taken);
    }
}
