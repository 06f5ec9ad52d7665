using System.Diagnostics;
using System.Text;
using Messenger.Bench.Load;
using Messenger.Bench.Report;
using Messenger.Bench.Targets;
using Messenger.Protocol;

namespace Messenger.Bench.Workloads;

/// <summary>Everybody loses the connection, misses some messages, and comes back at once with the last cursor.</summary>
internal static class Storm
{
    private const int Missed = 5;

    /// <summary>Handshakes under way at once: a load generator has two cores as well.</summary>
    private const int MaxConcurrency = 128;

    public static async Task<Measurement> Run(MessengerTarget target, Scale scale, CancellationToken cancellation)
    {
        var pairs = new List<(Phone[] Phones, Guid Conversation, Guid Key)>();
        var count = scale.Connections / 2;
        for (var made = 0; made < count; made += 16)
        {
            pairs.AddRange(await Task.WhenAll(Enumerable.Range(0, Math.Min(16, count - made)).Select(_ => target.Conversation(2, cancellation))));
        }

        // One message each, so that every listener holds a cursor; then the listeners go, and miss what follows.
        var cursors = await Task.WhenAll(pairs.Select(pair => Cursor(pair, cancellation)));
        await Task.WhenAll(pairs.Select(pair => pair.Phones[1].DisposeAsync().AsTask()));
        for (var i = 0; i < Missed; i++)
        {
            await Task.WhenAll(pairs.Select(pair => pair.Phones[0].Ask(Message(pair.Conversation, pair.Key))));
        }

        var latencies = new Latencies();
        var missing = 0L;
        using var concurrency = new SemaphoreSlim(MaxConcurrency);
        var (before, own, watch) = (Cpu.Seconds(target.Processes), Cpu.OwnSeconds(), Stopwatch.StartNew());
        await Task.WhenAll(pairs.Zip(cursors).Select(async (pair, number) =>
        {
            await concurrency.WaitAsync(cancellation);
            try
            {
                var since = Stopwatch.GetTimestamp();
                await using var phone = await target.Connect(pair.First.Phones[1].OpenUserId, number, cancellation);
                var all = new CountdownEvent(Missed);
                var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                phone.OnFrame = frame =>
                {
                    if (frame.StartsWith("{\"type\":\"NotificationAddedMessageToConversation\""u8) && all.CurrentCount > 0 && all.Signal())
                    {
                        done.TrySetResult();
                    }
                };
                await phone.Authenticate(pair.Second);
                await Task.WhenAny(done.Task, Task.Delay(TimeSpan.FromSeconds(10), cancellation));
                latencies.Add(Stopwatch.GetTimestamp() - since);
                Interlocked.Add(ref missing, all.CurrentCount);
            }
            finally
            {
                concurrency.Release();
            }
        }));

        var seconds = watch.Elapsed.TotalSeconds;
        var measured = new Measurement(
            target.Name, "storm", pairs.Count / seconds, (Cpu.Seconds(target.Processes) - before) / pairs.Count * 1000, Cpu.OwnSeconds() - own,
            latencies.Percentile(.5), latencies.Percentile(.99), null, null, null, missing, 0);
        await Task.WhenAll(pairs.Select(pair => pair.Phones[0].DisposeAsync().AsTask()));
        return measured;
    }

    private static async Task<string> Cursor((Phone[] Phones, Guid Conversation, Guid Key) pair, CancellationToken cancellation)
    {
        var seen = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        pair.Phones[1].OnFrame = frame =>
        {
            var at = frame.IndexOf("\"cursor\":\""u8);
            if (at > 0 && frame.StartsWith("{\"type\":\"NotificationAddedMessageToConversation\""u8) && frame.IndexOf("\"isEvent\":true"u8) < 0)
            {
                var rest = frame[(at + 10)..];
                seen.TrySetResult(Encoding.ASCII.GetString(rest[..rest.IndexOf((byte)'"')]));
            }
        };
        await pair.Phones[0].Ask(Message(pair.Conversation, pair.Key));
        return await seen.Task.WaitAsync(TimeSpan.FromSeconds(10), cancellation);
    }

    private static RequestAddMessage Message(Guid conversation, Guid key) =>
        new("Ym9keQ==", conversation.ToString(), false, "aXY=", Guid.NewGuid().ToString(), null, key.ToString());
}
