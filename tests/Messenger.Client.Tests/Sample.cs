using System.Globalization;
using Messenger.Client.Profiles;
using Messenger.Protocol;

namespace Messenger.Client.Tests;

/// <summary>Wire records as a server would send them.</summary>
internal static class Sample
{
    public const string Phone = "+35799000001";
    public const string ConversationUuid = "6921d2fd-e88c-4802-bb70-d7a18770939e";
    public const string SessionKeyUuid = "b8322f5c-92e7-4810-90da-8b167223e496";

    public static string Me { get; } = UserIds.FromPhone(Phone);

    public static string Other { get; } = UserIds.FromPhone("+35799000002");

    /// <summary>A profile that is registered, and knows everything up to now.</summary>
    public static MemoryProfile Profile(string? cursor = null)
    {
        var profile = new MemoryProfile();
        profile.Update(_ => new ProfileData { Phone = Phone, ApplicationUuid = "6F-C2C6B7B15065-6396923166703690188" });
        profile.SaveProgress(new Progress { Cursor = cursor, Synchronised = true });
        return profile;
    }

    /// <summary>The n-th message of a conversation.</summary>
    public static Message Message(int n, string conversation = ConversationUuid, string? author = null) => new(
        MessageUuid(n), conversation, SessionKeyUuid, author ?? Other, "", "", n, false, false, null, false, null, null, 2, 1, 1, false, false, null);

    public static string MessageUuid(int n) => string.Create(CultureInfo.InvariantCulture, $"00000000-0000-4000-8000-{n:D12}");

    public static NotificationAddedMessageToConversation Added(int n) => new(Message(n));

    public static RequestAddMessage Add(int n) => new("Ym9keQ==", ConversationUuid, false, "aXY=", MessageUuid(n), null, SessionKeyUuid);

    public static Conversation Conversation(long lastMessage, string uuid = ConversationUuid) =>
        new(uuid, true, null, SessionKeyUuid, 1, lastMessage, 0, [Me, Other], [], false, 1, null, false, true);

    /// <summary>One conversation whose newest message is the n-th.</summary>
    public static ResponseGetConversationsFull Conversations(int n) => new([Conversation(n)], [], [Message(n)], [], []);

    /// <summary>A page, newest first, of the messages from..to.</summary>
    public static ResponseGetMessages Page(int from, int to) => new([.. Enumerable.Range(from, to - from + 1).Reverse().Select(n => Message(n))]);
}
