using Messenger.Client.Connections;
using Messenger.Client.Profiles;
using Messenger.Protocol;

namespace Messenger.Client;

/// <summary>The way back where the server cannot continue: every conversation is read on from the newest message that was seen in it.</summary>
/// <remarks>
/// What changed is asked for by RequestSync with the token of the last pass (CHG-1 to CHG-8), or, where the server does not offer it, by the list of all conversations. What
/// arrives meanwhile waits in the connection and comes after; a message that came both ways is handed over once. May be cut anywhere and run again.
/// </remarks>
internal sealed class CatchUp(Connection connection, EventQueue events, bool canSynchronise, CancellationToken cancellation)
{
    /// <summary>Conversations of one page; some 200 KiB are the server's own bound.</summary>
    private const int PageConversations = 100;

    public async Task Run()
    {
        if (!canSynchronise || !await Synchronise(events.SyncToken))
        {
            await ReadList();
        }

        events.SetSynchronised();
    }

    /// <returns>False: this server does not offer it.</returns>
    private async Task<bool> Synchronise(string? token)
    {
        // Of a pass that tells everything: what it has named so far.
        HashSet<string>? named = null;
        while (true)
        {
            var answer = await connection.Try<ResponseSync>(new RequestSync(token, PageConversations), cancellation);
            if (answer.Error is { Status: Statuses.BadRequest })
            {
                if (token is null)
                {
                    return false;
                }

                // A token of another server, or of another life of this account: everything anew.
                (token, named) = (null, null);
                continue;
            }

            var page = answer.Value ?? throw new RefusedException(answer.Error!);
            named = page.Reset ? new HashSet<string>(StringComparer.OrdinalIgnoreCase) : named;
            await Take(page, named);
            token = page.Token;
            if (!page.More)
            {
                await Forget(named);
                events.SetSyncToken(token);
                return true;
            }

            if (named is null)
            {
                // Not within a pass that tells everything: what was named before would be forgotten with the process.
                events.SetSyncToken(token);
            }
        }
    }

    private async Task Take(ResponseSync page, HashSet<string>? named)
    {
        foreach (var removed in page.Removed)
        {
            named?.Remove(removed.Uuid);
            await events.QueueGone(removed.Uuid, null, cursor: null, cancellation);
        }

        foreach (var conversation in page.Conversations)
        {
            named?.Add(conversation.Uuid);
        }

        await ReadChanged(page.Conversations, page.LastMessages);
        if (page.Account.Length > 0)
        {
            await events.Queue(new Notified(new NotificationAccountChanged(page.Account)), cursor: null, cancellation);
        }
    }

    private async Task ReadList()
    {
        var all = await connection.Ask<ResponseGetConversationsFull>(new RequestGetConversationsFull(null), cancellation);
        await ReadChanged(all.Conversations, all.LastMessages);
        await Forget(new HashSet<string>(all.Conversations.Select(one => one.Uuid), StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>What a pass that tells everything did not name is not this person's any more (CHG-3, CL-30).</summary>
    private async Task Forget(HashSet<string>? named)
    {
        foreach (var conversation in named is null ? [] : events.Known.Where(one => !named.Contains(one)).ToList())
        {
            await events.QueueGone(conversation, null, cursor: null, cancellation);
        }
    }

    private async Task ReadChanged(Conversation[] conversations, Message[] lastMessages)
    {
        var newest = lastMessages.ToLookup(message => message.ConversationUuid, StringComparer.OrdinalIgnoreCase);
        foreach (var conversation in conversations)
        {
            var seen = events.Seen(conversation.Uuid);
            if (seen is null || newest[conversation.Uuid].Any(message => message.Created > seen.Created))
            {
                await Read(conversation.Uuid, seen);
            }
        }
    }

    private async Task Read(string conversation, Mark? seen)
    {
        Result<ResponseGetMessages> page = default;
        if (seen is not null && await Stands(conversation, seen))
        {
            page = await Newer(conversation, seen.Uuid);
        }

        if (page.Value is null && page.Error is null or { Status: Statuses.NotFound })
        {
            // Never seen, or the anchor is out of sight: this member left and came back, or the server's store did.
            page = await Start(conversation);
        }

        while (page.Value is { Messages.Length: > 0 } found)
        {
            foreach (var message in found.Messages.Reverse())
            {
                await events.Queue(message, cursor: null, cancellation);
            }

            page = await Newer(conversation, found.Messages[0].Uuid);
        }

        if (page.Error is { Status: not Statuses.NotFound } error)
        {
            throw new RefusedException(error);
        }
    }

    /// <summary>
    /// Whether the server has the anchor as it was seen (CL-31, SYNC-3). One that its store lost and its author sent again stands behind messages that were never
    /// seen here.
    /// </summary>
    private async Task<bool> Stands(string conversation, Mark anchor)
    {
        var found = await connection.Try<ResponseGetMessages>(new RequestGetMessagesByUuids(conversation, [anchor.Uuid]), cancellation);
        return found.Error is { Status: not Statuses.NotFound } error
            ? throw new RefusedException(error)
            : found.Value?.Messages.Any(message => message.Created == anchor.Created) == true;
    }

    private Task<Result<ResponseGetMessages>> Newer(string conversation, string anchor) =>
        connection.Try<ResponseGetMessages>(new RequestGetMessages(conversation, anchor, Limits.Page), cancellation);

    /// <summary>
    /// The page to begin with. A new device begins with the newest page of each conversation; a device that knew all conversations once
    /// begins with the first message of one it does not know: everything in it is news.
    /// </summary>
    private async Task<Result<ResponseGetMessages>> Start(string conversation)
    {
        string? anchor = null;
        Result<ResponseGetMessages> page;
        ResponseGetMessages? oldest = null;
        do
        {
            page = await connection.Try<ResponseGetMessages>(new RequestGetMessagesFromUuid(conversation, Limits.Page, anchor), cancellation);
            if (page.Value is { Messages.Length: > 0 } found)
            {
                oldest = found;
                anchor = found.Messages[^1].Uuid;
            }
        }
        while (events.Synchronised && page.Value is { Messages.Length: Limits.Page });
        return page.Error is null && oldest is not null ? oldest : page;
    }
}
