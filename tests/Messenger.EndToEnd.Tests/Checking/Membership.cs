namespace Messenger.EndToEnd.Tests.Checking;

/// <summary>Who was in a conversation when, read from its own events.</summary>
/// <remarks>The event of one's own joining or leaving is at the border: it may be seen or not.</remarks>
public sealed class Membership
{
    private readonly Dictionary<string, List<(int From, int To)>> _stays = [];
    private readonly ConversationLog _log;

    public Membership(ConversationLog log)
    {
        _log = log;
        _stays[log.CreatorId] = [(-1, int.MaxValue)];
        for (var at = 0; at < log.Messages.Count; at++)
        {
            var message = log.Messages[at];
            var about = message.EventUserId ?? message.AuthorId;
            if (message.EventType == "Added")
            {
                Begin(about, at);
            }
            else if (message.EventType is "Leaved" or "Kicked" && _stays.TryGetValue(about, out var stays) && stays[^1].To == int.MaxValue)
            {
                stays[^1] = (stays[^1].From, at);
            }
        }
    }

    public IEnumerable<string> Users => _stays.Keys;

    /// <summary>Strictly between the two borders.</summary>
    public bool Surely(string user, int at) => _stays.TryGetValue(user, out var stays) && stays.Exists(stay => at > stay.From && at < stay.To);

    /// <summary>The borders included.</summary>
    public bool Possibly(string user, int at) => _stays.TryGetValue(user, out var stays) && stays.Exists(stay => at >= stay.From && at <= stay.To);

    private void Begin(string user, int at)
    {
        if (!_stays.TryGetValue(user, out var stays))
        {
            _stays[user] = stays = [];
        }

        if (stays.Count == 0 || stays[^1].To != int.MaxValue)
        {
            // Who is added at the creation sees the other Added events of that moment too.
            stays.Add((stays.Count == 0 && IsCreation(at) ? -1 : at, int.MaxValue));
        }
    }

    private bool IsCreation(int at) => _log.Messages.Take(at).All(message => message.EventType == "Added");
}
