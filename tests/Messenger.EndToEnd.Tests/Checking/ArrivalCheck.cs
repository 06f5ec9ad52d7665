namespace Messenger.EndToEnd.Tests.Checking;

/// <summary>What one device was notified of, stretch by stretch: once, in the history's order, without a gap, to the end.</summary>
internal static class ArrivalCheck
{
    public static IEnumerable<Fault> Faults(HistoryTrace trace, IReadOnlyDictionary<string, Sending> sendings, IReadOnlyCollection<ConversationLog> logs)
    {
        var device = $"{trace.History.UserId}/{trace.History.Application}";
        foreach (var stretch in trace.Stretches)
        {
            var doubled = stretch.Cursors.CountBy(cursor => cursor).Where(pair => pair.Value > 1).Select(pair => $"cursor {pair.Key}")
                .Concat(stretch.Arrivals.CountBy(arrival => (arrival.Conversation, arrival.Uuid)).Where(pair => pair.Value > 1).Select(pair => $"message {pair.Key.Uuid}"));
            foreach (var what in doubled)
            {
                yield return new(FaultKind.Doubled, $"{what} at {device}");
            }

            foreach (var log in logs)
            {
                foreach (var fault in InConversation(trace, stretch, sendings, log))
                {
                    yield return fault with { Where = $"{fault.Where} of {log.Conversation} at {device}" };
                }
            }
        }
    }

    private static IEnumerable<Fault> InConversation(HistoryTrace trace, Stretch stretch, IReadOnlyDictionary<string, Sending> sendings, ConversationLog log)
    {
        var user = trace.History.UserId;
        var members = new Membership(log);
        var positions = log.Messages.Select((message, at) => (message.Uuid, at)).DistinctBy(pair => pair.Uuid).ToDictionary(pair => pair.Uuid, pair => pair.at);
        var arrived = new HashSet<int>();
        var (last, lastUuid) = (-1, string.Empty);
        foreach (var arrival in stretch.Arrivals.Where(arrival => arrival.Conversation == log.Conversation))
        {
            if (!positions.TryGetValue(arrival.Uuid, out var at))
            {
                yield return new(FaultKind.Phantom, arrival.Uuid);
                continue;
            }

            if (trace.Own.Contains(arrival.Uuid))
            {
                yield return new(FaultKind.Echoed, arrival.Uuid);
            }

            if (!members.Possibly(user, at))
            {
                yield return new(FaultKind.Overheard, arrival.Uuid);
            }

            if (at < last)
            {
                yield return new(FaultKind.Reordered, $"{arrival.Uuid} after {lastUuid}");
            }

            arrived.Add(at);
            (last, lastUuid) = at > last ? (at, arrival.Uuid) : (last, lastUuid);
        }

        var highest = arrived.Count == 0 ? -1 : arrived.Max();
        foreach (var at in Owed(trace, stretch, sendings, log, members, arrived).Where(at => !arrived.Contains(at)))
        {
            yield return new(at < highest ? FaultKind.Gap : FaultKind.Silence, log.Messages[at].Uuid);
        }
    }

    /// <summary>The positions that must have arrived: from the first that did, or that was sent while connected, to the last that did, or to the end.</summary>
    private static IEnumerable<int> Owed(
        HistoryTrace trace, Stretch stretch, IReadOnlyDictionary<string, Sending> sendings, ConversationLog log, Membership members, HashSet<int> arrived)
    {
        var from = arrived.Count == 0 ? int.MaxValue : arrived.Min();
        var to = arrived.Count == 0 ? -1 : arrived.Max();
        if (stretch.OpenAtEnd)
        {
            to = log.Messages.Count - 1;
        }

        for (var at = 0; at < log.Messages.Count && at < from; at++)
        {
            if (sendings.TryGetValue(log.Messages[at].Uuid, out var sending) && sending.First > stretch.From)
            {
                from = at;
            }
        }

        for (var at = from; at <= to; at++)
        {
            var message = log.Messages[at];
            var ownEvent = message.EventType is not null && message.AuthorId == trace.History.UserId;
            if (!trace.Own.Contains(message.Uuid) && !ownEvent && members.Surely(trace.History.UserId, at))
            {
                yield return at;
            }
        }
    }
}
