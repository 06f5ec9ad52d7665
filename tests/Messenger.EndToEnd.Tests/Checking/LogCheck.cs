namespace Messenger.EndToEnd.Tests.Checking;

/// <summary>The final histories: every acknowledged message once, as it was sent, in strictly increasing time.</summary>
internal static class LogCheck
{
    public static IEnumerable<Fault> Faults(IReadOnlyDictionary<string, Sending> sendings, IReadOnlyCollection<ConversationLog> logs)
    {
        var logged = logs.SelectMany(log => log.Messages.Select(message => (log.Conversation, message.Uuid))).CountBy(place => place).ToDictionary();
        foreach (var (place, count) in logged.Where(pair => pair.Value > 1))
        {
            yield return new(FaultKind.LoggedTwice, $"{place.Uuid} stands {count} times in {place.Conversation}");
        }

        var watched = logs.Select(log => log.Conversation).ToHashSet();
        foreach (var (uuid, sending) in sendings)
        {
            if (sending.Acknowledged && watched.Contains(sending.Conversation) && !logged.ContainsKey((sending.Conversation, uuid)))
            {
                yield return new(FaultKind.Lost, $"{uuid} of {sending.Conversation}");
            }
        }

        foreach (var log in logs)
        {
            foreach (var (earlier, later) in log.Messages.Zip(log.Messages.Skip(1)).Where(pair => pair.Second.Created <= pair.First.Created))
            {
                yield return new(FaultKind.TimeNotIncreasing, $"{later.Uuid} ({later.Created}) after {earlier.Uuid} ({earlier.Created})");
            }

            foreach (var message in log.Messages.Where(message => message.EventType is null))
            {
                if (!sendings.TryGetValue(message.Uuid, out var sending) || sending.Conversation != log.Conversation)
                {
                    yield return new(FaultKind.Invented, $"{message.Uuid} in {log.Conversation}");
                }
                else if (!message.Deleted && message.Body != sending.Body)
                {
                    yield return new(FaultKind.Altered, $"{message.Uuid} in {log.Conversation}");
                }
            }
        }
    }
}
