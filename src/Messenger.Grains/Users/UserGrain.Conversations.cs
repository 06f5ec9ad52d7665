using Messenger.Protocol;

namespace Messenger.Grains.Users;

/// <summary>All that a device needs to show its conversations, in a number of queries that does not depend on how many there are.</summary>
internal sealed partial class UserGrain
{
    public async Task<Answer<ResponseGetConversationsFull>> GetConversations(Caller me, RequestGetConversationsFull request)
    {
        if (await Refusal(me, request.UserId) is { } refusal)
        {
            return refusal;
        }

        var rows = await conversations.Sync(UserId);
        if (rows.Count == 0)
        {
            return new ResponseGetConversationsFull([], [], [], [], []);
        }

        var sync = new SyncView(UserId, rows);
        var people = (await users.FindMany(sync.People)).ToDictionary(row => row.UserId, StringComparer.Ordinal);
        var blackList = await BlackList();
        var blacklisting = (await users.BlackListing(UserId, sync.DialogPeers)).ToHashSet(StringComparer.Ordinal);
        return sync.Answer(people, blackList, blacklisting, Now);
    }
}
