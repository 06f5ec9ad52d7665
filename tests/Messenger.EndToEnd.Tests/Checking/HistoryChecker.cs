
namespace Messenger.EndToEnd.Tests.Checking;

/// <summary>Proves from what the devices recorded, and from the final histories, that every promise of the protocol's guarantees was kept.</summary>
public static class HistoryChecker
{
    private const int Shown = 25;

    /// <summary>Every broken promise; none is the proof.</summary>
    public static IReadOnlyList<Fault> Check(IReadOnlyCollection<History> histories, IReadOnlyCollection<ConversationLog> logs)
    {
        var sendings = Sendings.Of(histories);
        var traces = histories.Select(HistoryTrace.Of).ToList();
        return
        [
            .. traces.SelectMany(trace => trace.Faults),
            .. LogCheck.Faults(sendings, logs),
            .. traces.SelectMany(trace => ArrivalCheck.Faults(trace, sendings, logs)),
            .. traces.SelectMany(trace => SynchronisationCheck.Faults(trace, logs)),
            .. ReceiptCheck.Faults(histories, sendings, logs),
        ];
    }

    public static void Assert(IReadOnlyCollection<History> histories, IReadOnlyCollection<ConversationLog> logs)
    {
        var faults = Check(histories, logs);
        Xunit.Assert.True(faults.Count == 0, $"{faults.Count} broken promises:\n{string.Join('\n', faults.Take(Shown))}");
    }
}
