namespace Messenger.EndToEnd.Tests.Model;

/// <summary>The protocol as it should be, small: who is in which conversation, what was said there and who has seen it. People and messages are numbers.</summary>
public sealed class ModelState
{
    private readonly HashSet<(int Owner, int Other)> _blacklists = [];
    private readonly Dictionary<int, ModelConversation> _conversations = [];

    public ModelConversation? Conversation(int number) => _conversations.GetValueOrDefault(number);

    /// <summary>A dialog that is closed, or in which one side blacklisted the other.</summary>
    public bool IsBlocked(ModelConversation conversation) =>
        conversation.IsDialog && (conversation.IsClosed || _blacklists.Any(entry => conversation.IsIn(entry.Owner) && conversation.IsIn(entry.Other)));

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
                return Conversation(step.Where) is { Deleted: false } conversation ? In(conversation, step) : "not_found";
        }
    }

    /// <summary>Whom a new conversation is made with.</summary>
    public static int[] Invited(Step step) =>
        step.Act == Act.Dialog ? [step.Whom] : [.. new[] { step.Whom, step.What }.Distinct().Where(who => who != step.Who).Order()];

    private string Create(Step step)
    {
        if (Conversation(step.Where) is { } taken)
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

        bool IsOpen(ModelConversation one) => one is { IsDialog: true, IsClosed: false } && one.IsIn(step.Who) && one.IsIn(step.Whom);
        if (step.Act == Act.Dialog && _conversations.Values.Any(IsOpen))
        {
            return "conflict";
        }

        _conversations[step.Where] = new ModelConversation(step.Who, others, step.Act == Act.Dialog);
        return "ok";
    }

    /// <summary>A new key is everybody's.</summary>
    private static string Rekey(ModelConversation conversation, int who, int[] named) =>
        conversation.Present.All(named.Contains) ? conversation.Tell("SessionKeyRegenerated", who, null) : "conflict";

    private string In(ModelConversation conversation, Step step)
    {
        var (who, whom) = (step.Who, step.Whom);
        if (step.Act == Act.Leave)
        {
            return conversation.Ever(who) ? conversation.Leave(who) : "not_found";
        }

        if (step.Act == Act.DeleteMessage && conversation.Ever(who))
        {
            return conversation.Delete(who, step.What, conversation.Present.Any(other => other != who && _blacklists.Contains((other, who))));
        }

        // A retry is recognised before any rule is asked.
        if (step.Act == Act.Send && conversation.IsStored(step.What) && conversation.Ever(who))
        {
            return conversation.IsAuthor(who, step.What) ? "ok" : conversation.IsIn(who) ? "conflict" : "not_found";
        }

        if (!conversation.IsIn(who))
        {
            return "not_found";
        }

        if (conversation is { IsDialog: true, IsClosed: true } && step.Act is Act.DeleteConversation)
        {
            return conversation.End();
        }

        var blocked = conversation.IsClosed || (conversation.IsDialog && conversation.Present.Any(other => other != who && _blacklists.Contains((other, who))));
        switch (step.Act)
        {
            case Act.Send:
                return blocked ? "forbidden" : conversation.Send(who, step.What);
            case Act.Deliver or Act.Read:
                return conversation.Mark(who, step.What, step.Act == Act.Read);
            case Act.ReadAll:
                return conversation.ReadAll(who);
            case Act.Rekey:
                return blocked ? "forbidden" : Rekey(conversation, who, [who]);
            case Act.RekeyForOthers:
                return !conversation.IsIn(whom) ? "bad_request" : blocked ? "forbidden" : Rekey(conversation, who, [who, whom]);
            case Act.DeleteConversation or Act.Rename when blocked:
                return "forbidden";
        }

        if (conversation.IsDialog)
        {
            return step.Act switch
            {
                Act.DeleteConversation => conversation.End(),
                Act.Rename => conversation.Tell("Renamed", who, null),
                _ => "forbidden",
            };
        }

        // Who is there is there, and who is gone is gone: that is recognised before any rule is asked.
        if ((step.Act is Act.AddMember or Act.AddWithOldKey && conversation.IsIn(whom)) || (step.Act is Act.AddAdmin or Act.Promote && conversation.IsAdmin(whom))
            || (step.Act == Act.Kick && conversation.Ever(whom) && !conversation.IsIn(whom)))
        {
            return "ok";
        }

        return !conversation.IsAdmin(who) ? "forbidden" : step.Act switch
        {
            Act.DeleteConversation => conversation.End(),
            Act.Rename => conversation.Tell("Renamed", who, null),
            Act.AddWithOldKey => "conflict",
            Act.AddMember or Act.AddAdmin => _blacklists.Contains((whom, who)) ? "forbidden" : conversation.Add(who, whom, step.Act == Act.AddAdmin),
            Act.Promote => conversation.IsIn(whom) ? conversation.Promote(who, whom) : "not_found",
            Act.Kick => whom == who ? "bad_request" : !conversation.Ever(whom) ? "not_found" : conversation.Kick(who, whom),
            _ => throw new InvalidOperationException($"{step.Act} has no rule"),
        };
    }
}
