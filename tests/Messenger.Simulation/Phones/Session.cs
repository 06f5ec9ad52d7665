using Messenger.Contracts;
using Messenger.Gateway;
using Messenger.Gateway.Delivery;
using Messenger.Gateway.Requests;
using Messenger.Gateway.Routes;
using Messenger.Protocol;
using Messenger.Simulation.Cluster;
using Messenger.Simulation.Time;
using Orleans.Concurrency;

namespace Messenger.Simulation.Phones;

/// <summary>
/// A connection's side of the gateway, as its session, its queues and its login are: one call of a conversation is under way, what queues behind it
/// travels as one, and what is told goes out behind the answer to the login.
/// </summary>
internal sealed class Session : ISessionOutlet
{
    /// <summary>What the gateway's own watch may be late.</summary>
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(1);

    private static readonly GatewayOptions Options = new();

    private readonly Silo _gateway;
    private readonly Phone _phone;
    private readonly int _connection;
    private readonly Strand _strand;
    private readonly Dictionary<Guid, Queue<(Frame Frame, long Since)>> _lanes = [];
    private readonly HashSet<Frame> _waiting = [];
    private readonly List<ReceivedNotification> _told = [];
    private Subscription? _subscription;
    private Caller? _me;
    private bool _closed;

    public Session(Silo gateway, Phone phone, int connection)
    {
        (_gateway, _phone, _connection) = (gateway, phone, connection);
        _strand = new Strand(gateway.Process, $"session of {phone}");
        gateway.Connections.Add(this);
    }

    public Scheduler Scheduler => _gateway.Scheduler;

    /// <summary>The client sent this.</summary>
    public void Receive(Frame frame)
    {
        var since = Scheduler.Now;
        if (_closed)
        {
            return;
        }

        _waiting.Add(frame);
        var timeout = frame.Payload is RequestAuthenticationByApplication ? Options.LoginRequestDeadline : Options.RequestDeadline;
        if (!_gateway.Cluster.Plants.HasNoDeadline)
        {
            // As the watch of the requests in flight does: from its arrival, wherever it waits.
            Scheduler.After(_gateway.Process, timeout, () => Answer(frame, since, new Response(null, Failures.Unavailable)));
        }

        Scheduler.After(null, timeout + Late, () =>
        {
            if (_waiting.Contains(frame) && !_closed && _gateway.Process.Runs && Scheduler.Now - _gateway.Process.Thawed > (timeout + Late).Ticks)
            {
                Scheduler.Fail("DEADLINE", $"{frame.Payload.GetType().Name} has no answer after {(timeout + Late).TotalSeconds:0.0} s");
            }
        });
        if (frame.Payload is RequestAuthenticationByApplication login)
        {
            _ = _strand.Start(() => Login(frame, login));
        }
        else if (frame.Conversation is { } conversation)
        {
            if (_lanes.TryGetValue(conversation, out var lane))
            {
                lane.Enqueue((frame, since));
                return;
            }

            _lanes[conversation] = new Queue<(Frame, long)>([(frame, since)]);
            _ = _strand.Start(() => Run(conversation));
        }
        else
        {
            _ = _strand.Start(async () => Answer(frame, since, (await Call([frame]))[0]));
        }
    }

    /// <summary>The client has gone.</summary>
    public void Gone() => _ = _strand.Start(End);

    /// <summary>The gateway stops.</summary>
    public Task Drain() => _strand.Start(() =>
    {
        if (!_closed)
        {
            _gateway.Cluster.Network.Send(_gateway.Process, _phone.Process, () => _phone.Closed(_connection, CloseCode.Draining));
        }

        return End();
    });

    public bool TrySend(SerializedNotification notification, Cursor? cursor)
    {
        if (_gateway.Cluster.Plants.Swallows && Scheduler.Chance.Next(300) == 0)
        {
            return true;
        }

        _told.Add(new ReceivedNotification(notification, cursor));
        if (_gateway.Cluster.Plants.Doubles && Scheduler.Chance.Next(300) == 0)
        {
            _told.Add(new ReceivedNotification(notification, cursor));
        }

        return true;
    }

    public void Flush()
    {
        if (_told.Count == 0 || _closed)
        {
            return;
        }

        if (_gateway.Cluster.Plants.Swaps && _told.Count > 1 && Scheduler.Chance.Next(50) == 0)
        {
            (_told[0], _told[1]) = (_told[1], _told[0]);
        }

        ReceivedNotification[] told = [.. _told];
        _told.Clear();
        _gateway.Cluster.Network.Send(_gateway.Process, _phone.Process, () => _phone.Hears(_connection, told));
    }

    public void Close(CloseCode code, string reason)
    {
        if (_closed)
        {
            return;
        }

        _closed = true;
        if (code == CloseCode.ContinuityLost)
        {
            _gateway.Cluster.Tally.Closed1012++;
            _gateway.Cluster.Unexpected("a connection was closed with 1012");
        }

        _gateway.Cluster.Network.Send(_gateway.Process, _phone.Process, () => _phone.Closed(_connection, code));
        _ = _strand.Start(End);
    }

    private async Task End()
    {
        _closed = true;
        _gateway.Connections.Remove(this);
        await (_subscription?.DisposeAsync() ?? default);
    }

    private async Task Login(Frame frame, RequestAuthenticationByApplication request)
    {
        try
        {
            var answer = await _gateway.Grains.User(request.UserId).Authenticate(request.Uuid);
            if (answer.Value is not { } caller)
            {
                Answer(frame, Scheduler.Now, new Response(null, answer.Error));
                return;
            }

            var subscription = _gateway.Sessions.Attach(caller.Device, this);
            try
            {
                if (await subscription.Connect(request.ResumeCursor) is not { } connected || _closed || _gateway.IsStopping)
                {
                    await subscription.DisposeAsync();
                    Answer(frame, Scheduler.Now, new Response(null, Error.Unavailable("the connection was closed meanwhile")));
                    return;
                }

                (_me, _subscription) = (caller, subscription);
                if (request.ResumeCursor is not null)
                {
                    _gateway.Cluster.Resumed(continued: !connected.Resync);
                }

                Answer(frame, Scheduler.Now, new Response(null, null, connected.Resync ? "resync" : null));
                subscription.Begin();
            }
            catch
            {
                await subscription.DisposeAsync();
                throw;
            }
        }
        catch (Exception e) when (e is not InvalidOperationException)
        {
            Answer(frame, Scheduler.Now, Failed(e));
        }
    }

    private async Task Run(Guid conversation)
    {
        var lane = _lanes[conversation];
        while (lane.Count > 0)
        {
            List<Frame> batch = [];
            var since = lane.Peek().Since;
            do
            {
                var next = lane.Dequeue().Frame;
                if (_waiting.Contains(next))
                {
                    batch.Add(next);
                }
            }
            while (batch.Count == 0
                ? lane.Count > 0
                : batch[0].Payload is RequestAddMessage or MessageDelivered or RequestMessagesReaded && batch.Count < 64
                    && lane.TryPeek(out var one) && one.Frame.Payload.GetType() == batch[0].Payload.GetType());
            if (batch.Count == 0)
            {
                break;
            }

            var responses = await Call(batch);
            for (var i = 0; i < batch.Count; i++)
            {
                Answer(batch[i], since, responses[i]);
            }
        }

        _lanes.Remove(conversation);
    }

    private async Task<Response[]> Call(List<Frame> batch)
    {
        if (_me is not { } me)
        {
            return [.. batch.Select(_ => new Response(null, Error.Unauthenticated("log in first")))];
        }

        try
        {
            var grain = batch[0].Conversation is { } conversation ? _gateway.Grains.Conversation(conversation) : null!;
            var user = _gateway.Grains.User(me.UserId);
            switch (batch[0].Payload)
            {
                case RequestAddMessage when _gateway.Cluster.Plants.KeepsWhatItRefused && Scheduler.Chance.Next(50) == 0:
                    Scheduler.After(_gateway.Process, Scheduler.Between(500, 1000), () => _ = _strand.Start(() => grain.AddMessages(me, All<RequestAddMessage>(batch))));
                    return [.. batch.Select(_ => new Response(null, Error.Forbidden("planted")))];
                case RequestAddMessage:
                    var accepted = await grain.AddMessages(me, All<RequestAddMessage>(batch));
                    return [.. accepted.Select(one => new Response(one.Value, one.Error))];
                case MessageDelivered:
                    return [.. (await grain.Delivered(me, All<MessageDelivered>(batch))).Select(Of)];
                case RequestMessagesReaded:
                    return [.. (await grain.Readed(me, All<RequestMessagesReaded>(batch))).Select(Of)];
                case RequestGetMessages request:
                    return [Of(await grain.GetMessages(me, request))];
                case RequestGetMessagesByUuids request:
                    return [Of(await grain.GetMessagesByUuids(me, request))];
                case RequestGetMessagesFromUuid request:
                    return [Of(await grain.GetMessagesFromUuid(me, request))];
                case RequestCreateConversationFull request:
                    return [Of(await grain.Create(me, request))];
                case RequestKickUser request:
                    return [Of(await grain.Kick(me, request))];
                case RequestLeaveConversation request:
                    return [Of(await grain.Leave(me, request))];
                case RequestAddMember request:
                    return [Of(await grain.AddMember(me, request))];
                case AddBlackList request:
                    return [Of(await user.AddBlackList(me, request))];
                case RemoveBlackList request:
                    return [Of(await user.RemoveBlackList(me, request))];
                case RequestGetConversationsFull request:
                    return [Of(await user.GetConversations(me, request))];
                default:
                    return [new Response(null, null)];
            }
        }
        catch (Exception e)
        {
            return [.. batch.Select(_ => Failed(e))];
        }
    }

    private static Immutable<T[]> All<T>(List<Frame> batch) => batch.Select(frame => (T)frame.Payload).ToArray().AsImmutable();

    private static Response Of(Result answer) => new(null, answer.Error);

    private static Response Of<T>(Result<T> answer)
        where T : class => new(answer.Value, answer.Error);

    private Response Planted(Response response)
    {
        var plants = _gateway.Cluster.Plants;
        return plants.RefusesInGoodTimes ? new Response(null, Failures.Unavailable)
            : plants.RefusesRetries ? new Response(null, Error.NotFound("planted"))
            : plants.MiscountsMembers && response.Value is SerializedResponse accepted ? new Response(Miscounted(accepted), null)
            : response;
    }

    private static SerializedResponse Miscounted(SerializedResponse accepted)
    {
        var message = Simulated.Parse(accepted.Payload);
        return new SerializedResponse(FrameWriter.Payload(new ResponseAddedMessage(message with { Members = message.Members + 1 })));
    }

    private Response Failed(Exception e)
    {
        if (TransientErrors.IsTransient(e))
        {
            return new Response(null, Failures.Unavailable);
        }

        Scheduler.Fail("INTERNAL", $"a request was answered internal: {e}");
        return new Response(null, Failures.Internal);
    }

    private void Answer(Frame frame, long since, Response response)
    {
        if (!_waiting.Remove(frame) || _closed)
        {
            return;
        }

        if (frame.Payload is RequestAddMessage && Scheduler.Chance.Next(100) == 0)
        {
            response = Planted(response);
        }

        if (_gateway.Cluster.Plants.LosesAnswers && frame.Payload is RequestAddMessage && _phone.Number == 10)
        {
            return;
        }

        // What was told before goes out before: an outbox has one order.
        Flush();
        _gateway.Cluster.Network.Send(_gateway.Process, _phone.Process, () => _phone.Answered(_connection, frame, response));
    }
}
