using Messenger.EndToEnd.Tests.Checking;

namespace Messenger.EndToEnd.Tests.Load;

/// <summary>Whether what is only late has arrived. What can never come right again fails at once.</summary>
internal sealed class Settling(IReadOnlyList<Commuter> commuters, IReadOnlyList<(Talk Talk, Phone Creator)> talks)
{
    private const int Shown = 25;

    /// <summary>What time may still mend: it has not arrived yet, or its receipt has not.</summary>
    private static readonly FaultKind[] Mending = [FaultKind.Silence, FaultKind.Gap, FaultKind.WrongCounter];

    /// <summary>What is wrong as of the last look.</summary>
    public string Report { get; private set; } = "not looked yet";

    public async Task<bool> IsSound()
    {
        var faults = HistoryChecker.Check([.. commuters.Select(commuter => commuter.Phone.History)], await Logs());
        Report = $"{faults.Count} broken promises:\n{string.Join('\n', faults.Take(Shown))}";
        Assert.True(faults.All(fault => Mending.Contains(fault.Kind)), Report);
        return faults.Count == 0;
    }

    public async Task<IReadOnlyList<ConversationLog>> Logs()
    {
        var logs = new List<ConversationLog>();
        foreach (var (talk, creator) in talks)
        {
            var commuter = commuters.Single(candidate => candidate.Phone == creator);
            await commuter.Reconnect();
            logs.Add(await ConversationLog.Fetch(creator, talk));
        }

        return logs;
    }
}
