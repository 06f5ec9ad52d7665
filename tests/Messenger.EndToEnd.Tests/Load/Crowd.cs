using Messenger.Conformance.Rules;
using Messenger.EndToEnd.Tests.Checking;
using Messenger.EndToEnd.Tests.Harness;

namespace Messenger.EndToEnd.Tests.Load;

/// <summary>Many commuters in groups, and the proof at the end that every one of them got everything.</summary>
public sealed class Crowd : IAsyncDisposable
{
    private readonly List<ReconnectingClient> _clients = [];
    private readonly List<(ConversationHandle Conversation, Phone Creator)> _conversations = [];
    private readonly CancellationTokenSource _stopWriting = new();
    private readonly CancellationTokenSource _stopReading = new();
    private Task _writing = Task.CompletedTask;
    private Task _reading = Task.CompletedTask;

    private Crowd()
    {
    }

    public IReadOnlyList<ReconnectingClient> Clients => _clients;

    public int Acknowledged => _clients.Sum(client => client.Acknowledged);

    public TimeSpan LongestStall => _clients.Max(client => client.LongestStall);

    /// <summary>Of the connections that came back with a cursor: how many were continued, and how many there were.</summary>
    public (int Continued, int All) Resumes
    {
        get
        {
            var (continued, all) = (0, 0);
            foreach (var client in _clients)
            {
                var asked = new HashSet<(int Connection, string Id)>();
                foreach (var entry in client.Phone.History.Entries())
                {
                    if (entry is Asked { Type: "RequestAuthenticationByApplication" } login && login.Payload.TryGetProperty("resumeCursor", out var cursor)
                        && cursor.ValueKind == System.Text.Json.JsonValueKind.String)
                    {
                        asked.Add((login.Connection, login.Id));
                    }
                    else if (entry is Answered { Id: { } id } answer && asked.Remove((answer.Connection, id)) && answer.Payload.Text("status") == "ok")
                    {
                        all++;
                        continued += answer.Payload.Text("description") is null ? 1 : 0;
                    }
                }
            }

            return (continued, all);
        }
    }

    /// <summary>Connections that the server closed because it could not vouch for their continuity.</summary>
    public int ContinuityLost => _clients.Sum(client => client.Phone.History.Entries().OfType<Ended>().Count(end => end.Code == 1012));

    /// <summary>People in groups of <paramref name="groupSize"/>, everybody registered and connected.</summary>
    public static async Task<Crowd> Gather(int people, int groupSize, Func<Uri> gateways)
    {
        const int MaxConcurrency = 16;
        var crowd = new Crowd();
        var phones = new Phone[people];
        await Parallel.ForAsync(0, people, new ParallelOptions { MaxDegreeOfParallelism = MaxConcurrency }, async (number, _) =>
            phones[number] = await Joined(gateways));
        foreach (var group in phones.Chunk(groupSize))
        {
            var conversation = await group[0].Group(group[1..]);
            crowd._conversations.Add((conversation, group[0]));
            crowd._clients.AddRange(group.Select(phone => new ReconnectingClient(phone, gateways, [conversation])));
        }

        return crowd;
    }

    /// <summary>A cluster that the test before has hurt may say «retry later» for as long as it takes to notice a death: a person does.</summary>
    private static async Task<Phone> Joined(Func<Uri> gateways)
    {
        var account = Account.New();
        for (var tries = 3; ; tries--)
        {
            try
            {
                return await Phone.Join(gateways(), account);
            }
            catch (BrokenRuleException refused) when (tries > 1 && refused.Message.Contains("\"unavailable\"", StringComparison.Ordinal))
            {
                // The same again, as its answer says.
            }
        }
    }

    /// <summary>Everybody writes at this pace and confirms what arrives, until <see cref="Prove"/>.</summary>
    public void Start(TimeSpan pace)
    {
        _writing = Task.WhenAll(_clients.Select(client => Task.Run(() => client.Write(pace, _stopWriting.Token))));
        _reading = Task.WhenAll(_clients.Select(client => Task.Run(() => client.Confirm(_stopReading.Token))));
    }

    /// <summary>Waits until this many more messages than now are acknowledged: the crowd is at work.</summary>
    public Task Progress(int messages)
    {
        var goal = Acknowledged + messages;
        return Deadlines.Until(
            () =>
            {
                Assert.False(_writing.IsFaulted || _reading.IsFaulted, $"{_writing.Exception?.InnerException ?? _reading.Exception?.InnerException}");
                return Task.FromResult(Acknowledged >= goal);
            },
            Deadlines.Recovery,
            () => $"{Acknowledged} of {goal} messages are acknowledged");
    }

    /// <summary>Stops writing, gives what is on its way the time to arrive, and checks every recording against the final histories.</summary>
    public async Task Prove()
    {
        await _stopWriting.CancelAsync();
        await _writing;
        await Task.WhenAll(_clients.Select(client => client.Reconnect()));
        var checker = new Settling(_clients, _conversations);
        await Deadlines.Until(checker.IsSound, Deadlines.Recovery, () => checker.Report);
        await _stopReading.CancelAsync();
        await _reading;
        HistoryChecker.Assert([.. _clients.Select(client => client.Phone.History)], await checker.Logs());
    }

    public async ValueTask DisposeAsync()
    {
        await _stopWriting.CancelAsync();
        await _stopReading.CancelAsync();
        foreach (var client in _clients)
        {
            await client.DisposeAsync();
        }

        _stopWriting.Dispose();
        _stopReading.Dispose();
    }
}
