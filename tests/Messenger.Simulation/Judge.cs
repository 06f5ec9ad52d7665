using Messenger.Protocol;
using Messenger.Simulation.Phones;
using Messenger.Simulation.Store;
using Conversation = Messenger.Simulation.Store.Conversation;

namespace Messenger.Simulation;

/// <summary>The promises, held against what the database has: at every answer and every notification, and in the end.</summary>
internal sealed class Judge(Simulated cluster)
{
    private readonly List<(Phone Phone, Guid Conversation, Guid Message, long Created)> _acknowledged = [];
    private readonly List<(Guid Conversation, Guid Message)> _refused = [];
    private readonly List<(Phone Phone, Guid Message, long At)> _took = [];

    private Database Store => cluster.Store;

    /// <summary>The database forgot these: whoever has one of them, and is connected, has to hear that it cannot rely on what it has.</summary>
    public void WentBack(List<(Guid Conversation, Guid Message)> lost)
    {
        // What was refused for what the database knew then may be taken now.
        _refused.Clear();
        foreach (var phone in cluster.Phones.Where(phone => phone.IsLoggedIn))
        {
            foreach (var (_, message) in lost.Where(one => phone.ChatOf(one.Conversation)?.Messages.ContainsKey(one.Message) == true).Take(1))
            {
                _took.Add((phone, message, cluster.Scheduler.Now));
            }
        }
    }

    /// <summary>A notification of a message reached a phone.</summary>
    public void Received(Phone phone, Chat chat, Message message, HashSet<Guid> own)
    {
        var uuid = Guid.Parse(message.Uuid);
        if (Store.IsInDoubt)
        {
            chat.LastTold = Store.Find(chat.Id)?.ByUuid.GetValueOrDefault(uuid)?.Sequence ?? -1;
            return;
        }

        if (Store.Find(chat.Id) is not { } conversation || !conversation.ByUuid.TryGetValue(uuid, out var row))
        {
            cluster.Scheduler.Fail("REL-1", $"{phone} was told of a message that is not in the log: {uuid} of {chat.Id}");
            return;
        }

        cluster.Scheduler.Mix(row.Sequence);
        if (row.Created != message.Created)
        {
            cluster.Scheduler.Fail("REL-6", $"{phone} was told that {uuid} was created at {message.Created}; the log says {row.Created}");
        }

        var user = phone.Person.UserId;
        if (!conversation.Covers(user, row.Sequence))
        {
            cluster.Scheduler.Fail("AUDIENCE", $"{phone} was told of sequence {row.Sequence} of {chat.Id}, when it was no member");
        }

        var last = chat.LastTold;
        if (last >= 0 && row.Sequence <= last)
        {
            cluster.Scheduler.Fail("NOT-2", $"{phone} was told of sequence {row.Sequence} of {chat.Id} after {last}");
        }

        for (var at = conversation.Place(last + 1); last >= 0 && at < conversation.Rows.Count && conversation.Rows[at].Sequence < row.Sequence; at++)
        {
            var missed = conversation.Rows[at];
            if (conversation.Covers(user, missed.Sequence) && !own.Contains(missed.Uuid) && !(missed.IsEvent && missed.UserId == user))
            {
                cluster.Scheduler.Fail("NOT-3", $"{phone} was told of sequence {row.Sequence} of {chat.Id} after {last}, and not of {missed.Sequence} ({missed.EventType ?? "a message"} of {cluster.NameOf(missed.UserId)})");
            }
        }

        chat.LastTold = row.Sequence;
    }

    /// <summary>A message was answered, with a message or a refusal that is final.</summary>
    public void Answered(Phone phone, Guid conversation, RequestAddMessage request, Message? message, Error? error)
    {
        var uuid = Guid.Parse(request.MessageUuid);
        var row = Store.Find(conversation)?.ByUuid.GetValueOrDefault(uuid);
        if (error is not null)
        {
            if (row is not null && row.UserId == phone.Person.UserId && !Store.IsInDoubt)
            {
                cluster.Scheduler.Fail("RETRY", $"{phone} sent {uuid} of {conversation}, which is stored, and got {error.Status}: {error.Description}");
            }

            if (!Store.IsInDoubt)
            {
                _refused.Add((conversation, uuid));
            }

            return;
        }

        if (Store.IsInDoubt)
        {
            return;
        }

        if (row is null)
        {
            cluster.Scheduler.Fail("MSG-1", $"{uuid} of {conversation} was acknowledged to {phone} and is not in the log");
            return;
        }

        if (message!.Created != row.Created)
        {
            cluster.Scheduler.Fail("TRY-3", $"{uuid} was answered with created {message.Created} to {phone}; the log says {row.Created}");
        }

        var covered = Store.Find(conversation)!.CoveredAt(row.Sequence);
        if (message.Members != covered)
        {
            cluster.Scheduler.Fail("TALLY", $"sequence {row.Sequence} of {conversation} was answered with {message.Members} members; {covered} are covered by it");
        }

        _acknowledged.Add((phone, conversation, uuid, row.Created));
    }

    /// <summary>In the end: everybody has everything.</summary>
    public void Finish()
    {
        foreach (var (phone, id, uuid, created) in _acknowledged)
        {
            if (!Store.Lost.Contains(uuid) && Store.Find(id)?.ByUuid.GetValueOrDefault(uuid)?.Created != created)
            {
                cluster.Scheduler.Fail("MSG-1", $"{uuid} of {id} was acknowledged to {phone} and is not in the log in the end");
            }
        }

        foreach (var (phone, uuid, at) in _took)
        {
            if (phone.Resynchronised < at)
            {
                cluster.Scheduler.Fail("WENT-BACK", $"{phone} has {uuid}, which the log forgot at {TimeSpan.FromTicks(at).TotalSeconds:0.000} s, and was never told to resynchronise");
            }
        }

        foreach (var (id, uuid) in _refused)
        {
            if (Store.Find(id)?.ByUuid.ContainsKey(uuid) == true && !_acknowledged.Exists(one => one.Message == uuid))
            {
                cluster.Scheduler.Fail("ERR-2", $"{uuid} of {id} was refused and is in the log");
            }
        }

        foreach (var phone in cluster.Phones)
        {
            if (!phone.IsSettled)
            {
                cluster.Scheduler.Fail("LIVENESS", $"{phone} does not come to rest: {phone.State}");
                return;
            }

            foreach (var conversation in Store.Conversations.Values)
            {
                Finish(phone, conversation);
            }
        }
    }

    private void Finish(Phone phone, Conversation conversation)
    {
        var user = phone.Person.UserId;
        if (conversation.Header.Deleted || conversation.Members.GetValueOrDefault(user) is not { LeftAt: null } member)
        {
            return;
        }

        var chat = phone.ChatOf(conversation.Id);
        foreach (var row in conversation.In(new Messenger.Ports.SequenceRange(member.JoinedAt, long.MaxValue)))
        {
            if (!(row.IsEvent && row.UserId == user) && chat?.Messages.ContainsKey(row.Uuid) != true)
            {
                cluster.Scheduler.Fail(
                    "SYNC-3",
                    $"{phone} does not have sequence {row.Sequence} of {conversation.Id} ({(row.IsEvent ? row.EventType : "a message")}), of {conversation.Rows[^1].Sequence}, in the end");
                return;
            }
        }
    }
}
