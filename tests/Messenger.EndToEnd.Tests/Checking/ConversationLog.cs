using System.Text.Json;

namespace Messenger.EndToEnd.Tests.Checking;

/// <summary>A message as the server keeps it at the end.</summary>
/// <param name="Uuid">In lower case, as all uuids that the checker compares.</param>
public sealed record LoggedMessage(
    string Uuid, string AuthorId, string? Body, long Created, string? EventType, string? EventUserId, int Members, int ReadedMembers, int DeliveredMembers,
    bool Deleted = false)
{
    public static LoggedMessage Of(JsonElement message) => new(
        message.Text("uuid")!.ToLowerInvariant(), message.Text("userId")!, message.Text("bodyEncryptedBase64"), message.Number("created"),
        message.Text("eventType"), message.Text("eventUserId"), (int)message.Number("members"), (int)message.Number("readedMembers"),
        (int)message.Number("deliveredMembers"), message.Flag("deleted"));
}

/// <summary>A conversation's final history, whole, oldest first.</summary>
public sealed record ConversationLog(string Conversation, string CreatorId, IReadOnlyList<LoggedMessage> Messages)
{
    /// <summary>As its creator, who was there from the beginning, reads it now.</summary>
    public static async Task<ConversationLog> Fetch(Phone creator, ConversationHandle conversation) =>
        new(conversation.Uuid.ToLowerInvariant(), conversation.CreatorId, [.. (await creator.Log(conversation)).Select(LoggedMessage.Of)]);
}
