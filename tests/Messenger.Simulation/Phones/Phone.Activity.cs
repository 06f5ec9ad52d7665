using Messenger.Protocol;

namespace Messenger.Simulation.Phones;

/// <summary>What a person does with it.</summary>
internal sealed partial class Phone
{
    private const string Body = "Ym9keQ==";

    private readonly Queue<(Guid Chat, RequestAddMessage Message)> _said = new();

    /// <summary>Lives until the simulation calms down.</summary>
    public void Live() => Process.Main.Start(async () =>
    {
        while (!_cluster.Calm)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50 + (Dice.NextDouble() * Dice.NextDouble() * 6000)), Process.Clock);
            if (_cluster.Calm)
            {
                return;
            }

            Act();
        }
    });

    private void Act()
    {
        var open = Chats.Values.Where(chat => !chat.Left && chat.Created).ToList();
        if (open.Count == 0)
        {
            return;
        }

        var chat = open[Dice.Next(open.Count)];
        switch (Dice.Next(100))
        {
            case < 62:
                Say(chat, 1 + Dice.Next(3), response: false);
                break;
            case < 70:
                Say(chat, 1, response: true);
                break;
            case < 76:
                Say(chat, 10 + Dice.Next(40), response: false);
                break;
            case < 82:
                Again(Dice.Next(3) > 0 ? Person.Phones[Dice.Next(Person.Phones.Count)] : this);
                break;
            case < 89:
                Move(chat);
                break;
            case < 93:
                Blacklist(open);
                break;
            case < 96:
                Create();
                break;
            default:
                if (Dice.Next(3) == 0)
                {
                    Lose();
                }

                break;
        }
    }

    private void Say(Chat chat, int count, bool response)
    {
        for (; count > 0; count--)
        {
            // Old enough to be in nobody's memory, now and then.
            var answered = response && chat.Messages.Count > 0 ? chat.Messages.Keys.ElementAt(Dice.Next(chat.Messages.Count)).ToString() : null;
            var message = new RequestAddMessage(Body, chat.Uuid, false, "aXY=", NewGuid().ToString(), answered, chat.Key);
            _said.Enqueue((chat.Id, message));
            if (_said.Count > 400)
            {
                _said.Dequeue();
            }

            Do(message, chat.Id);
        }
    }

    /// <summary>
    /// Says again what one of the person's phones said: it may be under way there, or stored for long. With something old in front and something new
    /// behind, as a phone does that lost its answers.
    /// </summary>
    private void Again(Phone which)
    {
        if (which._said.Count == 0)
        {
            return;
        }

        var said = which._said.ToArray();
        var chat = said[^1].Chat;
        var here = said.Where(one => one.Chat == chat).Select(one => one.Message).ToArray();
        if (ChatOf(chat) is not { } known)
        {
            return;
        }

        Do(here[Dice.Next(here.Length)], chat);
        foreach (var message in here[^Math.Min(here.Length, 1 + Dice.Next(40))..])
        {
            Do(message, chat);
        }

        // And the other phone goes on with the same new ones at the same time.
        if (Dice.Next(2) == 0 && which != this && which.ChatOf(chat) is not null)
        {
            for (var i = Dice.Next(40); i >= 0; i--)
            {
                var message = new RequestAddMessage(Body, known.Uuid, false, "aXY=", NewGuid().ToString(), null, known.Key);
                Do(message, chat);
                which.Process.Main.Post(() => which.Do(message, chat));
            }
        }
    }

    private void Move(Chat chat)
    {
        if (chat.IsDialog)
        {
            return;
        }

        var members = _cluster.Store.Find(chat.Id)?.Members.Values.Where(member => member.LeftAt is null).ToList() ?? [];
        var admin = members.Exists(member => member.UserId == Person.UserId && member.IsAdmin);
        if (admin && Dice.Next(2) == 0)
        {
            var strangers = _cluster.People.Where(person => !members.Exists(member => member.UserId == person.UserId)).ToList();
            if (strangers.Count > 0)
            {
                Do(new RequestAddMember(chat.Uuid, chat.Key, Wrapped(strangers[Dice.Next(strangers.Count)].UserId)), chat.Id);
            }
        }
        else if (admin && members.Count > 3)
        {
            var other = members[Dice.Next(members.Count)].UserId;
            if (other != Person.UserId)
            {
                Do(new RequestKickUser(chat.Uuid, other), chat.Id);
            }
        }
        else if (!admin && members.Count > 3 && Dice.Next(3) == 0)
        {
            Do(new RequestLeaveConversation(chat.Uuid), chat.Id);
        }
    }

    private void Blacklist(List<Chat> open)
    {
        if (open.Find(chat => chat.IsDialog && chat.Peer is not null) is { } dialog)
        {
            Do(Dice.Next(2) == 0 ? new AddBlackList(dialog.Peer!) : new RemoveBlackList(dialog.Peer!), null);
        }
    }

    /// <summary>A new group; the person's other phone has the same idea now and then, with the same uuid, and so has somebody else.</summary>
    private void Create()
    {
        if (_cluster.Store.Conversations.Count >= _cluster.MaxConversations)
        {
            return;
        }

        var (id, key) = (NewGuid(), NewGuid());
        var others = _cluster.People.Where(person => person != Person).OrderBy(_ => Dice.Next()).Take(2 + Dice.Next(4)).ToList();
        Create(id, key, others, dialog: false);
        if (Dice.Next(2) == 0)
        {
            var rival = Dice.Next(2) == 0 ? Person.Phones[^1] : others[0].Phones[0];
            if (rival != this)
            {
                rival.Process.Main.Post(() => rival.Create(id, key, [.. others.Where(person => person != rival.Person).Append(Person).Distinct().Where(person => person != rival.Person)], false));
            }
        }
    }

    public void Create(Guid id, Guid key, List<Person> others, bool dialog)
    {
        var wrapped = others.ToDictionary(person => person.UserId, _ => "wrapped");
        var request = new RequestCreateConversationFull(
            dialog ? wrapped : null, id.ToString(), dialog, dialog ? null : wrapped, "nick", key.ToString(), Wrapped(Person.UserId), "title");
        Do(request, id, response =>
        {
            if (response.Error is null)
            {
                ChatFor(id);
            }
        });
    }

    private static SessionKeyValue Wrapped(string user) => new("wrapped", "signed", null, null, user);

    private Guid NewGuid()
    {
        Span<byte> bytes = stackalloc byte[16];
        Dice.NextBytes(bytes);
        return new Guid(bytes);
    }
}
