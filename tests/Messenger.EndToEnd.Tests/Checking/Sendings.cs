
namespace Messenger.EndToEnd.Tests.Checking;

/// <summary>What became of one message, over all its tries.</summary>
public sealed class Sending(string conversation, string? body, TimeSpan first)
{
    public string Conversation => conversation;

    public string? Body => body;

    /// <summary>When its first try was sent.</summary>
    public TimeSpan First { get; set; } = first;

    /// <summary>When anybody first knew that it is stored: by the answer or a notification.</summary>
    public TimeSpan? Known { get; set; }

    public bool Acknowledged { get; set; }
}

/// <summary>Every message that anybody sent, by uuid.</summary>
public static class Sendings
{
    public static Dictionary<string, Sending> Of(IEnumerable<History> histories)
    {
        var sendings = new Dictionary<string, Sending>();
        var all = histories.ToList();
        foreach (var asked in all.SelectMany(history => history.Entries()).OfType<Asked>().Where(asked => asked.Type == "RequestAddMessage"))
        {
            var uuid = asked.Payload.Text("messageUuid")!.ToLowerInvariant();
            if (sendings.TryGetValue(uuid, out var known))
            {
                known.First = asked.At < known.First ? asked.At : known.First;
            }
            else
            {
                sendings[uuid] = new(asked.Payload.Text("conversationUuid")!.ToLowerInvariant(), asked.Payload.Text("bodyEncryptedBase64"), asked.At);
            }
        }

        foreach (var entry in all.SelectMany(history => history.Entries()))
        {
            var message = entry switch
            {
                Answered { Type: "ResponseAddedMessage" } answered => answered.Payload.GetProperty("message"),
                Notified { Type: ConversationSteps.AddedMessage } notified => notified.Payload.GetProperty("message"),
                _ => default,
            };
            if (message.ValueKind == System.Text.Json.JsonValueKind.Object && sendings.TryGetValue(message.Text("uuid")!.ToLowerInvariant(), out var sending))
            {
                sending.Known = sending.Known is { } known && known < entry.At ? known : entry.At;
                sending.Acknowledged |= entry is Answered;
            }
        }

        return sendings;
    }
}
