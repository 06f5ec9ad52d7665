using Messenger.Ports;

namespace Messenger.Providers.Tests;

/// <summary>Rows to store: nothing in them repeats between tests.</summary>
internal static class Sample
{
    public const long Now = 1_700_000_000_000;

    public static string User(string name) => $"{name}-{Guid.NewGuid():N}";

    public static ConversationRow Conversation(Guid key, string creator, bool dialog = false) => new(
        Guid.NewGuid().ToString().ToUpperInvariant(), dialog, "title", creator, key, key.ToString().ToUpperInvariant(), Now, true, Now + 1, false);

    public static MemberRow Member(string user, long position, long joined = 1, long? left = null, bool admin = false, string? nick = null) =>
        new(user, admin, nick, joined, left, position);

    public static MessageRow Message(long sequence, string user, string? body = "body", string? eventType = null)
    {
        var uuid = Guid.NewGuid();
        return new(
            sequence, uuid, uuid.ToString().ToUpperInvariant(), user, "KEY-as-spelled", body is null ? null : "iv", body, Now + sequence, true,
            eventType, eventType is null ? null : "about", false, false, sequence > 1 ? "reply" : null);
    }

    public static SessionKeyRow Key(Guid uuid, string user) => new(
        uuid, uuid.ToString().ToUpperInvariant(), user, $"wrapped for {user}", "signature", "signer", null, Now);

    public static ReceiptRow Receipt(string user, string read, string delivered = "") =>
        new(user, new IntervalText(read), new IntervalText(delivered));

    /// <summary>A conversation of these members, all from the first row on.</summary>
    public static LogEntry Created(Guid conversation, Guid key, bool dialog, params string[] users) => new(conversation, 0)
    {
        Header = Conversation(key, users[0], dialog),
        Members = [.. users.Select((user, index) => Member(user, index + 1, admin: index == 0))],
        NewKey = new SessionKeyHeader(key, key.ToString(), Now),
        Keys = [.. users.Select(user => Key(key, user))],
        Notifies = false,
    };

    public static LogEntry Said(Guid conversation, params MessageRow[] messages) => new(conversation, 0) { Messages = messages };
}
