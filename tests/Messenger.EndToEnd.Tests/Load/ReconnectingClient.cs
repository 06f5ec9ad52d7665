using System.Text.Json;
using Messenger.EndToEnd.Tests.Harness;

namespace Messenger.EndToEnd.Tests.Load;

/// <summary>
/// A phone on its way through bad networks: writes, confirms what arrives, and whenever its connection or an answer is lost it
/// reconnects to any gateway, resumes, and sends what it does not know the outcome of again, under the same uuid.
/// </summary>
/// <param name="gateways">Where it may connect; asked again at each try, since processes come and go.</param>
/// <param name="conversations">The conversations it writes in, in turn.</param>
public sealed class ReconnectingClient(Phone phone, Func<Uri> gateways, IReadOnlyList<ConversationHandle> conversations) : IAsyncDisposable
{
    /// <summary>The wait before the next try of what failed; a client must not hammer a server that has just come back.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly SemaphoreSlim _reconnecting = new(1);
    private long _longestStall;
    private int _acknowledged;
    private int _reconnects;

    public Phone Phone => phone;

    /// <summary>The longest time from a message's first try to its acknowledgement.</summary>
    public TimeSpan LongestStall => TimeSpan.FromTicks(Interlocked.Read(ref _longestStall));

    public int Acknowledged => Volatile.Read(ref _acknowledged);

    public int Reconnects => Volatile.Read(ref _reconnects);

    /// <summary>Writes one message each <paramref name="pace"/> until told to stop, then ends when nothing is unknown any more.</summary>
    public async Task Write(TimeSpan pace, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(pace);
        for (var turn = 0; !stop.IsCancellationRequested; turn++)
        {
            var conversation = conversations[turn % conversations.Count];
            var begun = Clock.Now;
            await Insist("RequestAddMessage", conversation.Draft());
            Interlocked.Increment(ref _acknowledged);
            var stall = (Clock.Now - begun).Ticks;
            if (stall > Interlocked.Read(ref _longestStall))
            {
                Interlocked.Exchange(ref _longestStall, stall);
            }

            try
            {
                await timer.WaitForNextTickAsync(stop);
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }
    }

    /// <summary>Confirms what arrives as read, all that came meanwhile at once as a phone does, until told to stop.</summary>
    public async Task Confirm(CancellationToken stop)
    {
        var keys = conversations.ToDictionary(conversation => conversation.Uuid.ToLowerInvariant());
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var messages = (await phone.Connection.Inbox.TakeAll(ConversationSteps.AddedMessage, stop)).Select(notified => notified.Payload.GetProperty("message"));
                foreach (var conversation in messages.Where(message => !message.Flag("isEvent")).GroupBy(message => message.Text("conversationUuid")!.ToLowerInvariant()))
                {
                    await Insist("RequestMessagesReaded", new
                    {
                        conversationUuid = keys[conversation.Key].Uuid,
                        messageUuids = conversation.Select(message => message.Text("uuid")!).ToArray(),
                    });
                }
            }
            catch (ConnectionBrokenException)
            {
                await Reconnect();
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>Asks until the outcome is known. What is refused for good fails the test.</summary>
    public async Task<JsonElement> Insist(string type, object payload)
    {
        var end = Clock.Now + Deadlines.Recovery;
        using var pause = new PeriodicTimer(Pause);
        while (true)
        {
            try
            {
                var reply = await phone.Ask(type, payload);

                // Unauthenticated: the phone's other half has just opened a new line and is about to log in on it.
                if (reply.Status is not ("unavailable" or "too_many_requests" or "unauthenticated"))
                {
                    return reply.Done();
                }
            }
            catch (Exception fault) when (fault is ConnectionBrokenException or TimeoutException or InvalidOperationException)
            {
                await Reconnect();
            }

            Assert.True(Clock.Now < end, $"{type} did not succeed within {Deadlines.Recovery.TotalSeconds} s");
            await pause.WaitForNextTickAsync();
        }
    }

    /// <summary>Gets a connection that is authenticated and resumed, whatever it takes.</summary>
    public async Task Reconnect()
    {
        await _reconnecting.WaitAsync();
        try
        {
            var end = Clock.Now + Deadlines.Recovery;
            using var pause = new PeriodicTimer(Pause);
            while (!phone.IsConnected)
            {
                Interlocked.Increment(ref _reconnects);
                if (!await TryReturn())
                {
                    Assert.True(Clock.Now < end, $"no gateway took the phone back within {Deadlines.Recovery.TotalSeconds} s");
                    await pause.WaitForNextTickAsync();
                }
            }
        }
        finally
        {
            _reconnecting.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await phone.DisposeAsync();
        _reconnecting.Dispose();
    }

    private async Task<bool> TryReturn()
    {
        try
        {
            var reply = await phone.Return(gateways());
            if (reply.Status == "ok")
            {
                return true;
            }

            Assert.Equal("unavailable", reply.Status);
            await phone.Connection.Cut();
            return false;
        }
        catch (Exception fault) when (fault is ConnectionBrokenException or System.Net.WebSockets.WebSocketException or TimeoutException or OperationCanceledException)
        {
            if (phone.IsConnected)
            {
                // Open, but not authenticated in time: another gateway may be better.
                await phone.Connection.Cut();
            }

            return false;
        }
    }
}
