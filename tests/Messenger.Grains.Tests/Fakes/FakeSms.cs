using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Messenger.Ports;

namespace Messenger.Grains.Tests.Fakes;

/// <summary>Keeps what was to be sent.</summary>
internal sealed partial class FakeSms : ISmsSender
{
    private readonly ConcurrentQueue<(string Phone, string Text)> _sent = [];
    private readonly TaskCompletionSource _hanging = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The provider refuses while it is set.</summary>
    public bool Refuses { get; set; }

    /// <summary>The provider does not answer while it is set: the call ends when its token does.</summary>
    public bool Hangs { get; set; }

    /// <summary>The provider says of these that they take no SMS.</summary>
    public HashSet<string> InvalidNumbers { get; } = [];

    /// <summary>Ends when a call hangs.</summary>
    public Task Hanging => _hanging.Task;

    /// <summary>Who asked for the last one.</summary>
    public SmsAsker? LastAsker { get; private set; }

    public IReadOnlyList<(string Phone, string Text)> Sent => [.. _sent];

    public async Task<SmsOutcome> Send(string phone, string text, SmsAsker asker, CancellationToken cancellation)
    {
        if (Hangs)
        {
            _hanging.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellation);
        }

        if (!Refuses && !InvalidNumbers.Contains(phone))
        {
            LastAsker = asker;
            _sent.Enqueue((phone, text));
        }

        return InvalidNumbers.Contains(phone) ? SmsOutcome.InvalidNumber : Refuses ? SmsOutcome.NotTaken : SmsOutcome.Taken;
    }

    /// <summary>The code of the last text to this phone.</summary>
    public string LastCode(string phone) => Code().Match(_sent.Last(sms => sms.Phone == phone).Text).Value;

    [GeneratedRegex("[0-9]{4,}")]
    private static partial Regex Code();
}
