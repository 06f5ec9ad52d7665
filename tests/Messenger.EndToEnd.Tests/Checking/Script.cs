using System.Globalization;
using System.Text.Json;

namespace Messenger.EndToEnd.Tests.Checking;

/// <summary>A recording written by hand, for tests of the checker: two devices of two people in one conversation.</summary>
internal sealed class Script
{
    public const string Conversation = "6921d2fd-e88c-4802-bb70-d7a18770939e";
    public const string Alice = "alice";
    public const string Bob = "bob";

    private readonly Dictionary<string, Device> _devices = [];
    private readonly List<LoggedMessage> _log = [];
    private int _clock;

    public Script()
    {
        Event("Added", Alice, Bob);
    }

    public Device this[string user] => _devices.TryGetValue(user, out var device) ? device : _devices[user] = new Device(this, user);

    public List<LoggedMessage> Log => _log;

    public void Event(string type, string author, string about) =>
        _log.Add(new($"event-{_log.Count}", author, null, 1000 + _log.Count, type, about, 2, 1, 1));

    /// <summary>The server stores a message.</summary>
    public void Store(string uuid, string author, int readed = 1, int delivered = 1) =>
        _log.Add(new(uuid, author, $"body of {uuid}", 1000 + _log.Count, null, null, 2, readed, delivered));

    public List<FaultKind> Faults() =>
        [.. HistoryChecker.Check([.. _devices.Values.Select(device => device.History)], [new(Conversation, Alice, _log)]).Select(fault => fault.Kind)];

    private TimeSpan Tick() => TimeSpan.FromSeconds(++_clock);

    internal sealed class Device(Script script, string user)
    {
        private int _connection;
        private int _id;

        public History History { get; } = new(user, $"{user}'s phone");

        public Device Connects(string? resume = null, string? description = null)
        {
            _connection = History.NextConnection();
            History.Add(new Opened(script.Tick(), _connection));
            var id = Asks("RequestAuthenticationByApplication", new { userId = user, resumeCursor = resume });
            return Gets(id, "ok", description);
        }

        public Device Loses()
        {
            History.Add(new Ended(script.Tick(), _connection, null, null));
            return this;
        }

        /// <summary>Sends a message; the answer may get lost.</summary>
        public Device Sends(string uuid, bool acknowledged = true)
        {
            var id = Asks("RequestAddMessage", new { messageUuid = uuid, conversationUuid = Conversation, bodyEncryptedBase64 = $"body of {uuid}" });
            if (acknowledged)
            {
                History.Add(new Answered(script.Tick(), _connection, id, "ResponseAddedMessage", Json(new { message = new { uuid } })));
            }

            return this;
        }

        public Device Hears(string uuid, string cursor)
        {
            var message = new { uuid, conversationUuid = Conversation };
            History.Add(new Notified(script.Tick(), _connection, ConversationSteps.AddedMessage, cursor, Json(new { message })));
            return this;
        }

        public Device Marks(string type, object payload, string? status = "ok")
        {
            var id = Asks(type, payload);
            return status is null ? this : Gets(id, status, null);
        }

        private string Asks(string type, object payload)
        {
            var id = (++_id).ToString(CultureInfo.InvariantCulture);
            History.Add(new Asked(script.Tick(), _connection, id, type, Json(payload)));
            return id;
        }

        private Device Gets(string id, string status, string? description)
        {
            History.Add(new Answered(script.Tick(), _connection, id, "ResponseStatusMessage", Json(new { status, description })));
            return this;
        }

        private static JsonElement Json(object value) => JsonSerializer.SerializeToElement(value);
    }
}
