using Messenger.EndToEnd.Tests.Checking;

namespace Messenger.EndToEnd.Tests.Load;

/// <summary>Whether what is only late has arrived. What can never come right again fails at once.</summary>
internal sealed class Settling(IReadOnlyList<ReconnectingClient> clients, IReadOnlyList<(ConversationHandle Conversation, Phone Creator)> conversations)
{
    private const int Shown = 25;

    /// <summary>A conversation is doubted once for one fault; more closes than this are a fault of their own.</summary>
    private const int Tries = 4;

    /// <summary>What time may still mend: it has not arrived yet, or its receipt has not.</summary>
    private static readonly FaultKind[] Mending = [FaultKind.Silence, FaultKind.Gap, FaultKind.WrongCounter];

    /// <summary>What is wrong as of the last look.</summary>
    public string Report { get; private set; } = "not looked yet";

    public async Task<bool> IsSound()
    {
        var faults = HistoryChecker.Check([.. clients.Select(client => client.Phone.History)], await Logs());
        Report = $"{faults.Count} broken promises:\n{string.Join('\n', faults.Take(Shown))}";
        Assert.True(faults.All(fault => Mending.Contains(fault.Kind)), Report);
        return faults.Count == 0;
    }

    public async Task<IReadOnlyList<ConversationLog>> Logs()
    {
        var logs = new List<ConversationLog>();
        foreach (var (conversation, creator) in conversations)
        {
            var client = clients.Single(candidate => candidate.Phone == creator);
            logs.Add(await Fetch(client, conversation));
        }

        return logs;
    }

    /// <summary>A server that comes to doubt what it told closes the connection, also while a log is read: who reads comes back, as a client does.</summary>
    private static async Task<ConversationLog> Fetch(ReconnectingClient client, ConversationHandle conversation)
    {
        for (var tries = Tries; ; tries--)
        {
            try
            {
                await client.Reconnect();
                return await ConversationLog.Fetch(client.Phone, conversation);
            }
            catch (ConnectionBrokenException) when (tries > 1)
            {
                // The next round makes a new connection.
            }
        }
    }
}
