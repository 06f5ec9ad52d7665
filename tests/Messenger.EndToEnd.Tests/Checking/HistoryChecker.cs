
namespace Messenger.EndToEnd.Tests.Checking;

/// <summary>Proves from what the devices recorded, and from the final histories, that every promise of the protocol's guarantees was kept.</summary>
public static class HistoryChecker
{
    private const int Shown = 25;

    /// <summary>Every broken promise; none is the proof.</summary>
    public static IReadOnlyList<Fault> Check(IReadOnlyCollection<History> histories, IReadOnlyCollection<ConversationLog> logs)
    {
        var sendings = Sendings.Of(histories);
        var stories = histories.Select(Story.Of).ToList();
        return
        [
            .. stories.SelectMany(story => story.Faults),
            .. LogCheck.Faults(sendings, logs),
            .. stories.SelectMany(story => ArrivalCheck.Faults(story, sendings, logs)),
            .. stories.SelectMany(story => SynchronisationCheck.Faults(story, logs)),
            .. ReceiptCheck.Faults(histories, sendings, logs),
        ];
    }

    public static void Assert(IReadOnlyCollection<History> histories, IReadOnlyCollection<ConversationLog> logs)
    {
        var faults = Check(histories, logs);
        Xunit.Assert.True(faults.Count == 0, $"{faults.Count} broken promises:\n{string.Join('\n', faults.Take(Shown))}");
    }
}
