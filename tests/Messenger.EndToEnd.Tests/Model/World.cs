namespace Messenger.EndToEnd.Tests.Model;

/// <summary>The protocol as it should be, small: who is in which conversation, what was said there and who has seen it. People and messages are numbers.</summary>
public sealed class World
{
    private readonly HashSet<(int Owner, int Other)> _blacklists = [];
    private readonly Dictionary<int, Room> _rooms = [];

    public Room? Room(int number) => _rooms.GetValueOrDefault(number);

    /// <summary>The status that a step gets, and what it changes.</summary>
    public string Do(Step step)
    {
        switch (step.Act)
        {
            case Act.Kill:
                return "ok";
            case Act.Blacklist:
                _blacklists.Add((step.Who, step.Whom));
                return "ok";
            case Act.Forgive:
                _blacklists.Remove((step.Who, step.Whom));
                return "ok";
            case Act.Create or Act.Dialog:
                return Create(step);
            default:
                return Room(step.Where) is { Deleted: false } room ? In(room, step) : "not_found";
        }
    }

    /// <summary>Whom a new conversation is made with.</summary>
    public static int[] Invited(Step step) =>
        step.Act == Act.Dialog ? [step.Whom] : [.. new[] { step.Whom, step.What }.Distinct().Where(who => who != step.Who).Order()];

    private string Create(Step step)
    {
        if (Room(step.Where) is { } taken)
        {
            return !taken.Deleted && taken.Creator == step.Who && taken.IsIn(step.Who) ? "ok" : "conflict";
        }

        var others = Invited(step);
        if (step.Act == Act.Dialog && step.Whom == step.Who)
        {
            return "bad_request";
        }

        if (others.Any(other => _blacklists.Contains((other, step.Who))))
        {
            return "forbidden";
        }

        _rooms[step.Where] = new Room(step.Who, others, step.Act == Act.Dialog);
        return "ok";
    }

    /// <summary>A new key is everybody's.</summary>
    private static string Rekey(Room room, int who, int[] named) =>
        room.Present.All(named.Contains) ? room.Tell("SessionKeyRegenerated", who, null) : "conflict";

    private string In(Room room, Step step)
    {
        var (who, whom) = (step.Who, step.Whom);
        if (step.Act == Act.Leave)
        {
            return room.Ever(who) ? room.Leave(who) : "not_found";
        }

        if (step.Act == Act.DeleteMessage && room.Ever(who))
        {
            return room.Delete(who, step.What);
        }

        // A retry is recognised before any rule is asked.
        if (step.Act == Act.Send && room.IsStored(step.What) && room.Ever(who))
        {
            return room.IsAuthor(who, step.What) ? "ok" : room.IsIn(who) ? "conflict" : "not_found";
        }

        if (!room.IsIn(who))
        {
            return "not_found";
        }

        var blocked = room.IsDialog && room.Present.Any(other => other != who && _blacklists.Contains((other, who)));
        switch (step.Act)
        {
            case Act.Send:
                return blocked ? "forbidden" : room.Send(who, step.What);
            case Act.Deliver or Act.Read:
                return room.Mark(who, step.What, step.Act == Act.Read);
            case Act.ReadAll:
                return room.ReadAll(who);
            case Act.Rekey:
                return blocked ? "forbidden" : Rekey(room, who, [who]);
            case Act.RekeyForOthers:
                return !room.IsIn(whom) ? "bad_request" : blocked ? "forbidden" : Rekey(room, who, [who, whom]);
            case Act.DeleteConversation or Act.Rename when blocked:
                return "forbidden";
        }

        if (room.IsDialog)
        {
            return step.Act switch
            {
                Act.DeleteConversation => room.End(),
                Act.Rename => room.Tell("Renamed", who, null),
                _ => "forbidden",
            };
        }

        // Who is there is there, and who is gone is gone: that is recognised before any rule is asked.
        if ((step.Act is Act.AddMember or Act.AddWithOldKey && room.IsIn(whom)) || (step.Act is Act.AddAdmin or Act.Promote && room.IsAdmin(whom))
            || (step.Act == Act.Kick && room.Ever(whom) && !room.IsIn(whom)))
        {
            return "ok";
        }

        return !room.IsAdmin(who) ? "forbidden" : step.Act switch
        {
            Act.DeleteConversation => room.End(),
            Act.Rename => room.Tell("Renamed", who, null),
            Act.AddWithOldKey => "conflict",
            Act.AddMember or Act.AddAdmin => _blacklists.Contains((whom, who)) ? "forbidden" : room.Add(who, whom, step.Act == Act.AddAdmin),
            Act.Promote => room.IsIn(whom) ? room.Promote(who, whom) : "not_found",
            Act.Kick => whom == who ? "bad_request" : !room.Ever(whom) ? "not_found" : room.Kick(who, whom),
            _ => throw new InvalidOperationException($"{step.Act} has no rule"),
        };
    }
}
