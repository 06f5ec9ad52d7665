using System.Text.Json;
using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Phones;

namespace Messenger.EndToEnd.Tests.Model;

/// <summary>Four phones of a real server that live one random life after another, each with new conversations.</summary>
/// <param name="server">Where they connect; asked again after a connection broke.</param>
/// <param name="kill">What <see cref="Act.Kill"/> does; null for nothing.</param>
public sealed class ModelRun(Func<Uri> server, Func<Task>? kill) : IAsyncDisposable
{
    private readonly List<Phone> _people = [];
    private readonly HashSet<(int Owner, int Other)> _blacklisted = [];
    private readonly List<(int Who, string Uuid)> _dialogs = [];
    private readonly Dictionary<int, string> _tokens = [];
    private readonly Dictionary<(int Who, string Uuid), bool> _accepted = [];
    private Dictionary<int, (string Uuid, string Key)> _conversations = [];
    private Dictionary<(int Conversation, int Message), string> _messages = [];
    private int _titles;

    public int Steps { get; private set; }

    public int Retries { get; private set; }

    public async Task Begin()
    {
        for (var who = 0; who < Step.People; who++)
        {
            _people.Add(await Phone.Join(server(), Account.New()));
        }
    }

    /// <summary>Lives a life beside the model; throws where they differ.</summary>
    public async Task Live(Step[] steps)
    {
        foreach (var (owner, other) in _blacklisted)
        {
            await Until(owner, "RemoveBlackList", new { userId = _people[other].UserId });
        }

        // Two people have one open dialog: what a life before left open is closed.
        foreach (var (who, conversationUuid) in _dialogs)
        {
            await Until(who, "RequestLeaveConversation", new { conversationUuid });
        }

        _dialogs.Clear();
        _blacklisted.Clear();
        (_conversations, _messages) = ([], []);
        var state = new ModelState();
        foreach (var step in steps)
        {
            Steps++;
            if (step.Act == Act.Kill && kill is not null)
            {
                await kill();
                continue;
            }

            if ((step.Act is Act.Blacklist or Act.Forgive && step.Who == step.Whom) || step.Act == Act.Kill)
            {
                continue;
            }

            var (reply, again) = await Until(step.Who, Request(step), Payload(step));
            var (expected, got) = (state.Do(step), reply.Status ?? "ok");

            // Who was told nothing asks again, and finds that what ended is gone.
            var gone = again && step.Act is Act.Leave or Act.DeleteConversation && got == "not_found" && state.Conversation(step.Where) is { Deleted: true };
            Assert.True(got == expected || gone, $"{step}: {got} ({reply.Description}), the model says {expected}");
            Learn(step, reply);
            await Compare(state, step);
        }

        foreach (var who in Enumerable.Range(0, _people.Count))
        {
            await CompareAccepted(state, who);
        }
    }

    /// <summary>What changed since the life before, by RequestSync.</summary>
    private async Task CompareAccepted(ModelState state, int who)
    {
        for (var more = true; more;)
        {
            var (page, _) = await Until(who, "RequestSync", new { token = _tokens.GetValueOrDefault(who), limit = 200 });
            _tokens[who] = page.Done().Text("token")!;
            foreach (var conversation in page.Payload.Items("conversations"))
            {
                _accepted[(who, conversation.Text("uuid")!)] = conversation.Flag("accepted");
            }

            more = page.Payload.Flag("more");
        }

        foreach (var (number, (uuid, _)) in _conversations)
        {
            if (state.Conversation(number) is { Deleted: false } conversation && conversation.IsIn(who))
            {
                Assert.True(_accepted.TryGetValue((who, uuid), out var accepted), $"{who} was not told of {number}");
                Assert.True(accepted == conversation.Accepted(who), $"{number} is accepted by {who}: {accepted}");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var phone in _people)
        {
            await phone.DisposeAsync();
        }
    }

    private static string Request(Step step) => step.Act switch
    {
        Act.Create or Act.Dialog => "RequestCreateConversationFull",
        Act.Send => "RequestAddMessage",
        Act.Deliver => "MessageDelivered",
        Act.Read => "RequestMessagesReaded",
        Act.ReadAll => "RequestMarkAllReaded",
        Act.DeleteMessage => "RequestDeleteMessage",
        Act.AddMember or Act.AddWithOldKey => "RequestAddMember",
        Act.AddAdmin => "RequestAddAdmin",
        Act.Promote => "RequestChangeToAdmin",
        Act.Kick => "RequestKickUser",
        Act.Leave => "RequestLeaveConversation",
        Act.DeleteConversation => "RequestDeleteConversation",
        Act.Rename => "RequestRenameConversation",
        Act.Rekey or Act.RekeyForOthers => "RequestAddNewSessionKeys",
        Act.Blacklist => "AddBlackList",
        Act.Forgive => "RemoveBlackList",
        _ => throw new ArgumentOutOfRangeException(nameof(step)),
    };

    private object Payload(Step step)
    {
        var (conversationUuid, sessionKeyUuid) = RoomOf(step.Where);
        var (me, userId) = (_people[step.Who].UserId, _people[step.Whom].UserId);
        var messageUuid = MessageOf(step.Where, step.What);
        return step.Act switch
        {
            Act.Create or Act.Dialog => new
            {
                conversationUuid,
                isDialog = step.Act == Act.Dialog,
                sessionKeyUuid,
                sessionKeyValue = Opaque.Key(me, me),
                members = ModelState.Invited(step).ToDictionary(who => _people[who].UserId, _ => "wrapped"),
            },
            Act.Send => new { conversationUuid, messageUuid, sessionKeyUuid, bodyEncryptedBase64 = "AAAA", ivBase64 = "AAAA", hasFiles = false },
            Act.Deliver => new { conversationUuid, messageUuid },
            Act.Read => new { conversationUuid, messageUuids = new[] { messageUuid } },
            Act.DeleteMessage => new { conversationUuid, uuid = messageUuid },
            Act.AddMember or Act.AddAdmin => new { conversationUuid, sessionKeyUuid, sessionKeyValue = Opaque.Key(me, userId) },
            Act.AddWithOldKey => new { conversationUuid, sessionKeyUuid = Opaque.Uuid(), sessionKeyValue = Opaque.Key(me, userId) },
            Act.Rename => new { conversationUuid, title = $"title {_titles++}" },
            Act.Rekey => new { conversationUuid, sessionKeys = new[] { Opaque.Key(me, me) } },
            Act.RekeyForOthers => new { conversationUuid, sessionKeys = new[] { Opaque.Key(me, me), Opaque.Key(me, userId) } },
            _ => new { conversationUuid, userId },
        };
    }

    private void Learn(Step step, Response reply)
    {
        if (step.Act == Act.Blacklist)
        {
            _blacklisted.Add((step.Who, step.Whom));
        }

        if (step.Act == Act.Dialog && reply.Status is null)
        {
            _dialogs.Add((step.Who, RoomOf(step.Where).Uuid));
        }

        if (reply.Type == "ResponseAddedSessionKey")
        {
            _conversations[step.Where] = RoomOf(step.Where) with { Key = reply.Payload.Text("sessionKeyUuid")! };
        }
    }

    /// <summary>What the one who acted, and the one whom it was about, now see.</summary>
    private async Task Compare(ModelState state, Step step)
    {
        var where = state.Conversation(step.Where);
        var conversationUuid = RoomOf(step.Where).Uuid;
        foreach (var who in new[] { step.Who, step.Whom }.Distinct())
        {
            var (seen, _) = await Until(who, "RequestGetMessagesFromUuid", new { conversationUuid, size = 100 });
            var (shown, _) = await Until(who, "RequestGetConversationFull", new { conversationUuid });
            var knows = where is { Deleted: false } && where.Ever(who);
            var member = where is { Deleted: false } && where.IsIn(who);
            Assert.True((seen.Status ?? "ok") == (knows ? "ok" : "not_found"), $"after {step}, {who} gets {seen.Status} for the messages");
            Assert.True((shown.Status ?? "ok") == (member ? "ok" : "not_found"), $"after {step}, {who} gets {shown.Status} for the conversation");
            if (knows)
            {
                Assert.Equal(where!.SeenBy(who), seen.Payload.Items("messages").Select(message => Sight(step.Where, message)));
            }

            if (member)
            {
                var conversation = shown.Payload.GetProperty("conversation");
                Assert.Equal(where!.Present.Where(where.IsAdmin).Select(one => _people[one].UserId), conversation.Texts("admins"));
                Assert.Equal(where.Present.Where(one => !where.IsAdmin(one)).Select(one => _people[one].UserId), conversation.Texts("members"));
                Assert.Equal(where.UnreadOf(who), conversation.Number("unreadedCounter"));
                Assert.Equal(state.IsBlocked(where), conversation.Flag("blocked"));
            }
        }
    }

    private Sight Sight(int where, JsonElement message)
    {
        var isEvent = message.Flag("isEvent");
        var uuid = message.Text("uuid");
        return new Sight(
            Person(message.Text("userId"))!.Value,
            isEvent ? null : _messages.Single(one => one.Key.Conversation == where && one.Value == uuid).Key.Message,
            message.Text("eventType"), Person(message.Text("eventUserId")), message.Flag("deleted"), isEvent ? null : message.Flag("readed"),
            (int)message.Number("members"), (int)message.Number("readedMembers"), (int)message.Number("deliveredMembers"));
    }

    private int? Person(string? userId) => userId is null ? null : _people.FindIndex(phone => phone.UserId == userId);

    private (string Uuid, string Key) RoomOf(int number)
    {
        if (!_conversations.TryGetValue(number, out var where))
        {
            _conversations[number] = where = (Opaque.Uuid(), Opaque.Uuid());
        }

        return where;
    }

    private string MessageOf(int where, int number)
    {
        if (!_messages.TryGetValue((where, number), out var uuid))
        {
            _messages[(where, number)] = uuid = Opaque.Uuid();
        }

        return uuid;
    }

    /// <summary>Asks as a client does: again, word for word, until there is an answer.</summary>
    private async Task<(Response Reply, bool Again)> Until(int who, string type, object payload)
    {
        var again = false;
        var end = Clock.Now + Deadlines.Recovery;
        while (true)
        {
            try
            {
                if (!_people[who].IsConnected)
                {
                    await _people[who].Return(server());
                }

                if (type == "RequestSync")
                {
                    // An answer of the feature itself has its members, whatever the session named.
                    _people[who].Connection.Features = ["sync"];
                }

                var reply = await _people[who].Ask(type, payload);
                if (reply.Status is not ("unavailable" or "unauthenticated") || Clock.Now > end)
                {
                    return (reply, again);
                }
            }
            catch (Exception fault) when (fault is ConnectionBrokenException or TimeoutException or System.Net.WebSockets.WebSocketException && kill is not null && Clock.Now < end)
            {
                await _people[who].Connection.DisposeAsync();
            }

            again = true;
            Retries++;
            await Task.Delay(Deadlines.Poll);
        }
    }
}
