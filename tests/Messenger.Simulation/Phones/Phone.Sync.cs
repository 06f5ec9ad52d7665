using Messenger.Protocol;

namespace Messenger.Simulation.Phones;

/// <summary>Reading on, by the steps of the document.</summary>
internal sealed partial class Phone
{
    private const int Page = 100;

    private async Task Synchronise(int connection)
    {
        if (_synchronising)
        {
            return;
        }

        _synchronising = true;
        try
        {
            while (connection == _connection && NeedsSync && !await Round(connection))
            {
                await Task.Delay(Scheduler.Between(500, 2000), Process.Clock);
            }
        }
        finally
        {
            if (connection == _connection)
            {
                _synchronising = false;
            }
        }
    }

    /// <summary>SYNC-2 and SYNC-3. False: not done.</summary>
    private async Task<bool> Round(int connection)
    {
        if (await Ask(new RequestGetConversationsFull(null), null) is not { Value: ResponseGetConversationsFull all } || connection != _connection)
        {
            return false;
        }

        var last = all.LastMessages.ToDictionary(message => Guid.Parse(message.ConversationUuid));
        var present = all.Conversations.Select(one => Guid.Parse(one.Uuid)).ToHashSet();
        foreach (var gone in Chats.Values.Where(chat => !present.Contains(chat.Id) && chat.Created))
        {
            gone.Left = true;
        }

        foreach (var id in present)
        {
            var chat = ChatFor(id);
            chat.Created = true;
            chat.Left = false;
            var anchor = chat.Anchor;
            if (anchor is { } known && last.TryGetValue(id, out var newest) && newest.Created <= known.Created)
            {
                continue;
            }

            if (await Stands(connection, chat, anchor) is not { } stands || !await ReadOn(connection, chat, stands ? anchor?.Uuid.ToString() : null))
            {
                return false;
            }
        }

        if (connection != _connection)
        {
            return false;
        }

        foreach (var chat in Chats.Values)
        {
            chat.Anchor = null;
        }

        NeedsSync = false;
        return true;
    }

    /// <summary>
    /// Whether the anchor is where it was: in a store that went back it may have been sent again, and stand behind what this phone has never seen. Null: not known.
    /// </summary>
    private async Task<bool?> Stands(int connection, Chat chat, (Guid Uuid, long Created)? anchor)
    {
        if (anchor is not { } known)
        {
            return false;
        }

        var response = await Ask(new RequestGetMessagesByUuids(chat.Uuid, [known.Uuid.ToString()]), chat.Id);
        return connection != _connection ? null
            : response is { Error.Status: Statuses.NotFound } ? false
            : response is { Value: ResponseGetMessages { Messages: var found } } ? found.Any(message => message.Created == known.Created)
            : null;
    }

    private async Task<bool> ReadOn(int connection, Chat chat, string? anchor)
    {
        while (anchor is not null)
        {
            var response = await Ask(new RequestGetMessages(chat.Uuid, anchor, Page), chat.Id);
            if (connection != _connection)
            {
                return false;
            }

            if (response is { Error.Status: Statuses.NotFound })
            {
                break;
            }

            if (response is not { Value: ResponseGetMessages { Messages: var page } })
            {
                return false;
            }

            Keep(chat, page);
            if (page.Length < Page)
            {
                return true;
            }

            anchor = page[0].Uuid;
        }

        // SYNC-4: the newest page, and older ones as the person scrolls; this one scrolls to the beginning.
        for (string? oldest = null; ;)
        {
            var response = await Ask(new RequestGetMessagesFromUuid(chat.Uuid, Page, oldest), chat.Id);
            if (connection != _connection)
            {
                return false;
            }

            if (response is { Error.Status: Statuses.NotFound })
            {
                return true;
            }

            if (response is not { Value: ResponseGetMessages { Messages: var page } })
            {
                return false;
            }

            Keep(chat, page);
            if (page.Length < Page)
            {
                return true;
            }

            oldest = page[^1].Uuid;
        }
    }

    private void Keep(Chat chat, Message[] page)
    {
        if (_cluster.Plants.SkipsOnPages && page.Length > 3 && Scheduler.Chance.Next(10) == 0)
        {
            page = page[..^1];
        }

        foreach (var message in page)
        {
            chat.Put(message);
        }
    }
}
