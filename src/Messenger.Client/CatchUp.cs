using Messenger.Client.Connections;
using Messenger.Protocol;

namespace Messenger.Client;

/// <summary>The way back where the server cannot continue: every conversation is read on from the newest message that was seen in it.</summary>
/// <remarks>
/// What arrives meanwhile waits in the connection and comes after; a message that came both ways is handed over once. May be cut anywhere
/// and run again.
/// </remarks>
internal sealed class CatchUp(Connection connection, EventQueue events, CancellationToken cancellation)
{
    public async Task Run()
    {
        var all = await connection.Ask<ResponseGetConversationsFull>(new RequestGetConversationsFull(null), cancellation);
        var newest = all.LastMessages.ToLookup(message => message.ConversationUuid, StringComparer.OrdinalIgnoreCase);
        foreach (var conversation in all.Conversations)
        {
            var seen = events.Seen(conversation.Uuid);
            if (seen is null || newest[conversation.Uuid].Any(message => message.Created > seen.Created))
            {
                await Read(conversation.Uuid, seen?.Uuid);
            }
        }

        events.SetSynchronised();
    }

    private async Task Read(string conversation, string? anchor)
    {
        Result<ResponseGetMessages> page = default;
        if (anchor is not null)
        {
            page = await Newer(conversation, anchor);
        }

        if (page.Value is null && page.Error is null or { Status: Statuses.NotFound })
        {
            // Never seen, or the anchor is out of sight: this member left and came back.
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
