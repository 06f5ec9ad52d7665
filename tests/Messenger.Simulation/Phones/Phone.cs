using System.Text.Json;
using Messenger.Contracts;
using Messenger.Protocol;
using Messenger.Simulation.Cluster;
using Messenger.Simulation.Time;

namespace Messenger.Simulation.Phones;

/// <summary>
/// One application of one person, which does what the protocol's document says: it keeps a write until it is answered, resumes with its cursor,
/// synchronises by SYNC-1 to SYNC-4, and applies by uuid.
/// </summary>
internal sealed partial class Phone
{
    private static readonly TimeSpan Impatience = TimeSpan.FromSeconds(15);

    private readonly Simulated _cluster;
    private readonly Dictionary<int, (Frame Frame, Action<Response?> Answered)> _asked = [];
    private readonly List<Write> _outbox = [];
    private readonly HashSet<Guid> _own = [];
    private Session? _session;
    private Silo? _gateway;
    private int _connection;
    private int _frames;
    private bool _loggedIn;
    private bool _synchronising;
    private int _failures;
    private string? _cursor;
    private (byte[] Payload, Message Message)? _parsed;

    public Phone(Simulated cluster, int number, Person person, string application)
    {
        (_cluster, Number, Person, Application) = (cluster, number, person, application);
        Process = new Process(cluster.Scheduler, $"phone {number}");
        Dice = cluster.Scheduler.Draw(1000 + number);
    }

    public int Number { get; }

    public Person Person { get; }

    /// <summary>Its uuid, which is its credential.</summary>
    public string Application { get; }

    public Process Process { get; }

    public Scheduler Scheduler => _cluster.Scheduler;

    public Dictionary<Guid, Chat> Chats { get; } = [];

    /// <summary>It has to read on from what it has: after a resync, and at first.</summary>
    public bool NeedsSync { get; private set; } = true;

    /// <summary>It is connected, has all answers, and has read on.</summary>
    public bool IsSettled => _loggedIn && _outbox.Count == 0 && !NeedsSync;

    public bool IsLoggedIn => _loggedIn;

    /// <summary>When it was last told to resynchronise, or began anew.</summary>
    public long Resynchronised { get; private set; } = -1;

    public string State => $"{(_loggedIn ? "logged in" : "away")}, {_outbox.Count} unanswered ({string.Join(',', _outbox.Take(3).Select(one => $"{one.Request.GetType().Name} {one.Last}"))}){(NeedsSync ? ", to synchronise" : "")}";

    public bool IsOn(Silo gateway) => _gateway == gateway;

    private Random Dice { get; }

    public void Begin() => Process.Main.Post(Connect);

    /// <summary>The way to its gateway broke: both sides notice.</summary>
    public void Lose()
    {
        var (session, gateway) = (_session, _gateway);
        Disconnected();
        if (session is not null && gateway is not null)
        {
            Scheduler.After(gateway.Process, Scheduler.Between(1, 2000), session.Gone);
        }
    }

    public void Answered(int connection, Frame frame, Response response)
    {
        if (connection == _connection && _asked.Remove(frame.Id, out var asked))
        {
            asked.Answered(response);
        }
    }

    public void Closed(int connection, CloseCode code)
    {
        if (connection != _connection)
        {
            return;
        }

        Scheduler.Note($"{this} was closed with {code}");
        if (code == CloseCode.Replaced && _gateway is not null)
        {
            // Nobody else has this application's uuid: the newer one is its own.
            Scheduler.Note($"{this} was replaced by itself");
        }

        Disconnected();
    }

    public void Hears(int connection, ReceivedNotification[] told)
    {
        if (connection != _connection || _session is null)
        {
            return;
        }

        if (!_loggedIn)
        {
            Scheduler.Fail("NOT-1", $"{this} was told something before the answer to its login");
        }

        foreach (var (notification, cursor) in told)
        {
            _cluster.Tally.Delivered++;
            Hear(notification);
            _cursor = cursor?.ToString() ?? _cursor;
        }
    }

    public override string ToString() => $"phone {Number} of {Person.Name}";

    public Chat? ChatOf(Guid id) => Chats.GetValueOrDefault(id);

    /// <summary>A write: kept until it is answered, sent now if there is a connection.</summary>
    public void Do(IRequest request, Guid? conversation, Action<Response>? then = null)
    {
        if (request is RequestAddMessage message)
        {
            _own.Add(Guid.Parse(message.MessageUuid));
        }

        var write = new Write(request, conversation, then);
        _outbox.Add(write);
        if (_loggedIn)
        {
            Send(write);
        }
    }

    private void Hear(Messenger.Contracts.SerializedNotification notification)
    {
        switch (notification.Type)
        {
            case nameof(NotificationAddedMessageToConversation):
                var message = Parsed(notification.Payload);
                var chat = ChatFor(Guid.Parse(message.ConversationUuid));
                _cluster.Judge.Received(this, chat, message, _own);
                if (_cluster.Plants.TellsStrangers)
                {
                    foreach (var other in _cluster.Phones.Where(other => other.ChatOf(chat.Id) is null).Take(1).ToList())
                    {
                        _cluster.Judge.Received(other, other.ChatFor(chat.Id), message, other._own);
                    }
                }

                if (_cluster.Plants.LeavesTheThread && Scheduler.Chance.Next(200) == 0)
                {
                    var thread = new Thread(() => Process.Main.Post(static () => { }));
                    thread.Start();
                    thread.Join();
                }

                chat.Put(message);
                Confirm(chat, message);
                break;
            case nameof(NotificationConversationLeaved):
                var left = JsonSerializer.Deserialize(notification.Payload, WireJson.Default.NotificationConversationLeaved)!;
                if (left.UserId == Person.UserId && ChatOf(Guid.Parse(left.Uuid)) is { } gone)
                {
                    gone.Left = true;
                }

                break;
            case nameof(NotificationAddMemberToConversation):
                var added = JsonSerializer.Deserialize(notification.Payload, WireJson.Default.NotificationAddMemberToConversation)!;
                if (added.UserId == Person.UserId)
                {
                    ChatFor(Guid.Parse(added.Conversation.Uuid)).Left = false;
                }

                break;
        }
    }

    private Message Parsed(byte[] payload)
    {
        if (_parsed is not { } known || !ReferenceEquals(known.Payload, payload))
        {
            _parsed = known = (payload, Simulated.Parse(payload));
        }

        return known.Message;
    }

    private Chat ChatFor(Guid id)
    {
        if (!Chats.TryGetValue(id, out var chat))
        {
            var header = _cluster.Store.Find(id)?.Header;
            Chats[id] = chat = new Chat(id, header?.SessionKeyText ?? Guid.Empty.ToString())
            {
                IsDialog = header?.IsDialog == true,
                Peer = header?.IsDialog == true ? _cluster.Store.Find(id)!.Members.Keys.FirstOrDefault(user => user != Person.UserId) : null,
                Created = true,
            };
        }

        return chat;
    }

    private void Connect()
    {
        if (_session is not null)
        {
            return;
        }

        var gateways = _cluster.Gateways.Where(gateway => gateway.IsReady && !gateway.Process.IsDead).ToList();
        if (gateways.Count == 0)
        {
            Scheduler.After(Process, Scheduler.Between(200, 1500), Connect);
            return;
        }

        var connection = ++_connection;
        var gateway = gateways[Scheduler.Chance.Next(gateways.Count)];
        var session = new Session(gateway, this, connection);
        (_session, _gateway, _loggedIn) = (session, gateway, false);
        var cursor = _cursor;
        Ask(new RequestAuthenticationByApplication(Person.UserId, Application, cursor), null, response => LoggedIn(response, cursor is not null));
        Watch(connection);
    }

    /// <summary>A connection on which nothing is answered is none.</summary>
    private void Watch(int connection)
    {
        Scheduler.After(Process, TimeSpan.FromSeconds(5), () =>
        {
            if (connection != _connection || _session is null)
            {
                return;
            }

            if (_asked.Count == 0)
            {
                // Its sign of life.
                Ask(new RequestPing(null, 0), null, static _ => { });
            }

            Watch(connection);
        });
    }

    private void LoggedIn(Response? response, bool resumed)
    {
        if (response is null)
        {
            return;
        }

        if (response.Error is { } error)
        {
            if (error.Status is not (Statuses.Unavailable or Statuses.Internal or Statuses.TooManyRequests))
            {
                Scheduler.Fail("REG-8", $"{this} could not log in: {error}");
            }

            _cluster.Refused("a login", error);
            Lose();
            return;
        }

        _failures = 0;
        _loggedIn = true;
        if (!resumed || response.Note == "resync")
        {
            _cursor = null;
            Resynchronised = Scheduler.Now;
            foreach (var chat in Chats.Values)
            {
                chat.LastTold = -1;

                // What was told since a resync that was not followed yet is no place to read on from.
                if (!NeedsSync)
                {
                    chat.Anchor = _cluster.Plants.AnchorsAtItsOwnAnswers ? chat.NewestOfAll : chat.Newest;
                }
            }

            NeedsSync = true;
        }

        _outbox.ForEach(Send);
        if (NeedsSync)
        {
            _ = Process.Main.Start(() => Synchronise(_connection));
        }
    }

    private void Disconnected()
    {
        (_session, _gateway, _loggedIn, _synchronising) = (null, null, false, false);
        _connection++;
        var asked = _asked.Values.ToArray();
        _asked.Clear();
        foreach (var one in asked)
        {
            one.Answered(null);
        }

        _failures++;
        Scheduler.After(Process, Scheduler.Between(1, Math.Min(500 << Math.Min(_failures, 5), 8000)), Connect);
    }

    private void Ask(IRequest request, Guid? conversation, Action<Response?> answered)
    {
        if (_session is not { } session || _gateway is not { } gateway)
        {
            answered(null);
            return;
        }

        var frame = new Frame(++_frames, request, conversation);
        _asked[frame.Id] = (frame, answered);
        var connection = _connection;
        if (gateway.Process.IsDead)
        {
            Scheduler.After(Process, Scheduler.Between(1, 100), () => Reset(connection));
            return;
        }

        _cluster.Network.Send(Process, gateway.Process, () => session.Receive(frame));
        Scheduler.After(Process, Impatience, () =>
        {
            if (_asked.ContainsKey(frame.Id) && connection == _connection)
            {
                Scheduler.Note($"{this} has no answer to {request.GetType().Name} of {gateway}");
                Lose();
            }
        });
    }

    /// <summary>Its gateway is no more.</summary>
    public void Reset(int? connection = null)
    {
        if (_session is not null && (connection is null || connection == _connection))
        {
            Disconnected();
        }
    }

    private Task<Response?> Ask(IRequest request, Guid? conversation)
    {
        var answer = new TaskCompletionSource<Response?>();
        Ask(request, conversation, response => answer.TrySetResult(response));
        return answer.Task;
    }

    private void Send(Write write) => Ask(write.Request, write.Conversation, response =>
    {
        if (response is null)
        {
            return;
        }

        write.Last = response.Error?.Status ?? Statuses.Ok;
        if (response.Error is { Status: Statuses.Unavailable or Statuses.Internal or Statuses.TooManyRequests } passing)
        {
            _cluster.Refused(write.Request.GetType().Name, passing);
            write.Tries++;
            var connection = _connection;
            Scheduler.After(Process, Scheduler.Between(500, 1000 << Math.Min(write.Tries, 3)), () =>
            {
                if (connection == _connection && _loggedIn)
                {
                    Send(write);
                }
            });
            return;
        }

        _outbox.Remove(write);
        _cluster.Tally.Answered++;
        if (write.Conversation is { } id && write.Request is RequestAddMessage request)
        {
            var message = response.Value is SerializedResponse accepted ? Simulated.Parse(accepted.Payload) : null;
            _cluster.Judge.Answered(this, id, request, message, response.Error);
            if (message is not null)
            {
                ChatFor(id).Put(message, answered: true);
            }
        }

        write.Then?.Invoke(response);
    });

    /// <summary>What is delivered is confirmed, some of it read: a few at a time.</summary>
    private void Confirm(Chat chat, Message message)
    {
        if (message.IsEvent || message.UserId == Person.UserId || _cluster.Calm)
        {
            return;
        }

        switch (Dice.Next(24))
        {
            case 0:
                Do(new MessageDelivered(chat.Uuid, message.Uuid), chat.Id);
                break;
            case 1:
                Do(new RequestMessagesReaded(chat.Uuid, [message.Uuid]), chat.Id);
                break;
        }
    }

    private sealed record Write(IRequest Request, Guid? Conversation, Action<Response>? Then)
    {
        public int Tries { get; set; }

        public string? Last { get; set; }
    }
}

/// <summary>Somebody, with one application or two.</summary>
internal sealed record Person(string Name, string UserId)
{
    public List<Phone> Phones { get; } = [];
}
