namespace Messenger.EndToEnd.Tests.Checking;

/// <summary>
/// What the phone of a client that follows [SYNC-3] has in the end: what it was notified of, and, each time that it was told to resynchronise, the pages
/// from the newest message that it had got until then. What lies below that anchor it never asks for.
/// </summary>
internal static class SynchronisationCheck
{
    public static IEnumerable<Fault> Faults(HistoryTrace trace, IReadOnlyCollection<ConversationLog> logs) =>
        logs.SelectMany(log => InConversation(trace, log).Select(at => new Fault(
            FaultKind.SilentLoss, $"{log.Messages[at].Uuid} of {log.Conversation} at {trace.History.UserId}/{trace.History.Application}")));

    private static IEnumerable<int> InConversation(HistoryTrace trace, ConversationLog log)
    {
        var user = trace.History.UserId;
        var members = new Membership(log);
        var positions = log.Messages.Select((message, at) => (message.Uuid, at)).DistinctBy(pair => pair.Uuid).ToDictionary(pair => pair.Uuid, pair => pair.at);
        var got = new HashSet<int>();
        int? first = null;
        var (anchor, missing) = (-1, new List<int>());
        foreach (var stretch in trace.Stretches)
        {
            List<int> arrived =
            [
                .. stretch.Arrivals.Where(arrival => arrival.Conversation == log.Conversation && positions.ContainsKey(arrival.Uuid))
                    .Select(arrival => positions[arrival.Uuid]),
            ];
            if (arrived.Count == 0)
            {
                continue;
            }

            // The pages after the resynchronisation that began this stretch gave all that follows the anchor, up to what came as notifications.
            got.UnionWith(arrived);
            first ??= arrived.Min();
            var from = anchor < 0 ? first.Value : anchor + 1;
            var paged = anchor < 0 ? first.Value : arrived.Min();
            for (var at = Math.Max(from, paged); at < arrived.Max(); at++)
            {
                var message = log.Messages[at];
                var own = trace.Own.Contains(message.Uuid) || (message.EventType is not null && message.AuthorId == user);
                if (!got.Contains(at) && !own && members.Surely(user, at))
                {
                    missing.Add(at);
                }
            }

            anchor = Math.Max(anchor, arrived.Max());
        }

        // What is still to come on a connection that is open may come yet: that is the other checks' matter. Only who was told to resynchronise has lost it.
        var told = trace.Stretches.Count < 2 ? -1 : trace.Stretches.SkipLast(1)
            .SelectMany(stretch => stretch.Arrivals).Where(arrival => arrival.Conversation == log.Conversation && positions.ContainsKey(arrival.Uuid))
            .Select(arrival => positions[arrival.Uuid]).DefaultIfEmpty(-1).Max();
        return missing.Where(at => at < told && !got.Contains(at));
    }
}
