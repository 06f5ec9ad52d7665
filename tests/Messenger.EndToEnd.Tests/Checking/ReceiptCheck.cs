
namespace Messenger.EndToEnd.Tests.Checking;

/// <summary>The counters of the final history against a model of the receipts: at least the acknowledged ones, at most the sent ones.</summary>
internal sealed class ReceiptCheck
{
    private readonly Dictionary<(string Message, string User), bool> _read = [];
    private readonly Dictionary<(string Message, string User), bool> _delivered = [];
    private readonly IReadOnlyDictionary<string, Sending> _sendings;
    private readonly Dictionary<string, ConversationLog> _logs;

    private ReceiptCheck(IReadOnlyDictionary<string, Sending> sendings, IReadOnlyCollection<ConversationLog> logs)
    {
        _sendings = sendings;
        _logs = logs.ToDictionary(log => log.Conversation);
    }

    public static IEnumerable<Fault> Faults(
        IReadOnlyCollection<History> histories, IReadOnlyDictionary<string, Sending> sendings, IReadOnlyCollection<ConversationLog> logs)
    {
        var check = new ReceiptCheck(sendings, logs);
        foreach (var history in histories)
        {
            check.Learn(history);
        }

        return logs.SelectMany(check.Compare);
    }

    private void Learn(History history)
    {
        var entries = history.Entries();
        var answers = entries.OfType<Answered>().Where(answered => answered.Id is not null && answered.Type == "ResponseStatusMessage")
            .ToDictionary(answered => (answered.Connection, answered.Id!));
        foreach (var asked in entries.OfType<Asked>())
        {
            var answer = answers.GetValueOrDefault((asked.Connection, asked.Id));
            var status = answer?.Payload.Text("status");
            if (status is not (null or "ok" or "unavailable" or "internal"))
            {
                continue;
            }

            var done = status == "ok";
            switch (asked.Type)
            {
                case "MessageDelivered":
                    Mark(_delivered, asked.Payload.Text("messageUuid")!, history.UserId, done);
                    break;
                case "RequestMessagesReaded":
                    foreach (var uuid in asked.Payload.Texts("messageUuids"))
                    {
                        Read(uuid, history.UserId, done);
                    }

                    break;
                case "RequestMarkAllReaded":
                    MarkAll(asked, answer, done, history.UserId);
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>Surely what somebody knew to be stored before it was asked; possibly all that was under way before it was answered.</summary>
    private void MarkAll(Asked asked, Answered? answer, bool done, string user)
    {
        if (!_logs.TryGetValue(asked.Payload.Text("conversationUuid")!.ToLowerInvariant(), out var log))
        {
            return;
        }

        foreach (var message in log.Messages)
        {
            var sending = _sendings.GetValueOrDefault(message.Uuid);
            if (sending is null || answer is null || sending.First < answer.At)
            {
                Read(message.Uuid, user, done && sending?.Known < asked.At);
            }
        }
    }

    private void Read(string uuid, string user, bool done)
    {
        Mark(_read, uuid, user, done);
        Mark(_delivered, uuid, user, done);
    }

    private static void Mark(Dictionary<(string Message, string User), bool> marks, string uuid, string user, bool done)
    {
        var key = (uuid.ToLowerInvariant(), user);
        marks[key] = done || marks.GetValueOrDefault(key);
    }

    private IEnumerable<Fault> Compare(ConversationLog log)
    {
        var members = new Membership(log);
        for (var at = 0; at < log.Messages.Count; at++)
        {
            var message = log.Messages[at];
            var place = at;
            (string Name, int Actual, int Least, int Most)[] counters =
            [
                ("members", message.Members, members.Users.Count(user => members.Surely(user, place)), members.Users.Count(user => members.Possibly(user, place))),
                Counter("readedMembers", message.ReadedMembers, _read),
                Counter("deliveredMembers", message.DeliveredMembers, _delivered),
            ];
            foreach (var (name, actual, least, most) in counters.Where(counter => counter.Actual < counter.Least || counter.Actual > counter.Most))
            {
                var expected = least == most ? $"{least}" : $"{least} to {most}";
                yield return new(FaultKind.WrongCounter, $"{name} of {message.Uuid} in {log.Conversation} is {actual}, and should be {expected}");
            }

            (string, int, int, int) Counter(string name, int actual, Dictionary<(string Message, string User), bool> marks)
            {
                var users = members.Users.Where(user => user != message.AuthorId && members.Possibly(user, place)).ToList();
                var sure = users.Count(user => marks.GetValueOrDefault((message.Uuid, user)));
                var possible = users.Count(user => marks.ContainsKey((message.Uuid, user)));
                return (name, actual, sure + 1, possible + 1);
            }
        }
    }
}
