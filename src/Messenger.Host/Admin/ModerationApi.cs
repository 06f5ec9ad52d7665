using Messenger.Contracts;

namespace Messenger.Host.Admin;

/// <summary>What takes something away. Each names what it does, and does nothing in a dry run.</summary>
internal static class ModerationApi
{
    public static void MapModeration(this RouteGroupBuilder api)
    {
        api.MapPost("/messages/delete", async (ContentOrder order, HttpContext http, IGrainFactory grains) =>
        {
            Answers.Reason(order.Reason);
            var (conversation, message) = (Answers.Uuid(order.Conversation, "conversation"), Answers.Uuid(order.Message, "message"));
            return Answers.ToEffect(await grains.GetGrain<IConversationOperations>(conversation).DeleteMessage(message, order.DryRun), http, order.DryRun, removed => removed.Was
                ? (true, $"delete message {message} of conversation {conversation}")
                : (false, $"message {message} was deleted before"));
        });
        api.MapPost("/conversations/delete", async (ContentOrder order, HttpContext http, IGrainFactory grains) =>
        {
            Answers.Reason(order.Reason);
            var conversation = Answers.Uuid(order.Conversation, "conversation");
            return Answers.ToEffect(await grains.GetGrain<IConversationOperations>(conversation).DeleteConversation(order.DryRun), http, order.DryRun, removed => removed.Was
                ? (true, $"delete conversation {conversation} for everybody in it")
                : (false, $"conversation {conversation} was deleted before"));
        });
        api.MapPost("/avatars/delete", RemoveAvatar);
        api.MapPost("/users/erase", async (RemovalOrder order, HttpContext http, IGrainFactory grains) =>
        {
            Answers.Reason(order.Reason);
            var user = order.Whom.Id();
            return Answers.ToEffect(await grains.GetGrain<IUserOperations>(user).Erase(order.DryRun), http, order.DryRun, erased =>
                (true, $"erase account {user} with {erased.Devices} devices, and leave its {erased.Conversations} conversations"));
        });
        api.MapPost("/devices/revoke", async (RemovalOrder order, HttpContext http, IGrainFactory grains) =>
        {
            if (order.Device is not { Length: > 0 } device)
            {
                throw new BadHttpRequestException("device is missing: a look-up of the user names them");
            }

            var user = order.Whom.Id();
            return Answers.ToEffect(await grains.GetGrain<IUserOperations>(user).Revoke(device, order.DryRun), http, order.DryRun, closed =>
                (true, $"revoke device {device} of {user}, which is {(closed.Connections > 0 ? "online" : "offline")}"));
        });
        api.MapPost("/phones/clear", async (RemovalOrder order, HttpContext http, IGrainFactory grains) =>
        {
            var phone = await grains.GetGrain<IPhoneOperations>(order.Whom.Id()).ClearLimits(order.DryRun);
            var (sent, wrong) = (phone.CodesSent.Length, phone.WrongCodes.Length);
            return Answers.ToEffect(new Protocol.Result<PhoneCard>(phone, null), http, order.DryRun, _ => sent + wrong > 0
                ? (true, $"forget {sent} codes that were sent and {wrong} that were wrong")
                : (false, "nothing counts against this phone"));
        });
        api.MapGet("/phones", async (string? userId, string? phone, IGrainFactory grains) =>
            Results.Ok(await grains.GetGrain<IPhoneOperations>(new Whom(userId, phone, null, null).Id()).LookUp()));
    }

    private static async Task<IResult> RemoveAvatar(RemovalOrder order, HttpContext http, IGrainFactory grains)
    {
        Answers.Reason(order.Reason);
        if (order.Conversation is { } text)
        {
            if (order.UserId is not null || order.Phone is not null)
            {
                throw new BadHttpRequestException("give a conversation, or a user, and not both");
            }

            var conversation = Answers.Uuid(text, "conversation");
            return Answers.ToEffect(
                await grains.GetGrain<IConversationOperations>(conversation).RemoveAvatar(order.DryRun), http, order.DryRun, removed => Tell(removed, $"conversation {conversation}"));
        }

        var user = order.Whom.Id();
        return Answers.ToEffect(await grains.GetGrain<IUserOperations>(user).RemoveAvatar(order.DryRun), http, order.DryRun, removed => Tell(removed, $"account {user}"));

        static (bool, string) Tell(Removed removed, string owner) => removed.Was ? (true, $"delete the avatar of {owner}") : (false, $"{owner} has no avatar");
    }
}

/// <param name="Message">The message's uuid, where it is about one.</param>
internal sealed record ContentOrder(string? Conversation, string? Message, string? Reason, bool DryRun);

/// <summary>About a user, a device of theirs, or a conversation.</summary>
internal sealed record RemovalOrder(string? UserId, string? Phone, string? Device, string? Conversation, string? Reason, bool DryRun)
{
    [System.Text.Json.Serialization.JsonIgnore]
    public Whom Whom => new(UserId, Phone, Device, Reason);
}
