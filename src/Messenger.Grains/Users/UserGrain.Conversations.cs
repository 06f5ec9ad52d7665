using Messenger.Contracts;
using Messenger.Grains.State;
using Messenger.Ports;
using Messenger.Protocol;

namespace Messenger.Grains.Users;

/// <summary>All that a device needs to show its conversations, in a number of queries that does not depend on how many there are.</summary>
internal sealed partial class UserGrain
{
    /// <summary>One at a time: it is the dearest request there is, and may be pipelined by the hundred.</summary>
    private readonly AsyncLock _syncs = new();

    public async Task<Result<ResponseGetConversationsFull>> GetConversations(Caller me, RequestGetConversationsFull request) =>
        await FindError(me, request.UserId) is { } error ? error : await _syncs.Run(() => Sync(me.Features));

    private async Task<Result<ResponseGetConversationsFull>> Sync(Features features)
    {
        IReadOnlyList<SyncRow> rows;
        try
        {
            rows = await conversations.Sync(UserId, RequestGetConversationsFull.MaxAnswerBytes);
        }
        catch (ListTooLargeException)
        {
            return RequestGetConversationsFull.TooLarge;
        }

        if (rows.Count == 0)
        {
            return new ResponseGetConversationsFull([], [], [], [], []);
        }

        var sync = new SyncView(UserId, rows, features);
        var people = (await users.FindMany(sync.People)).ToDictionary(row => row.UserId, StringComparer.Ordinal);
        var blackList = await BlackList();
        var blacklisting = (await users.BlackListing(UserId, sync.DialogPeers)).ToHashSet(StringComparer.Ordinal);
        return sync.Answer(people, blackList, blacklisting, await Showing(people.Keys), Now);
    }
}
