using Messenger.Contracts;
using Messenger.Grains.State;
using Messenger.Ports;
using Messenger.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Concurrency;

namespace Messenger.Grains.Users;

/// <summary>Whom this user does not want to hear from.</summary>
internal sealed partial class UserGrain
{
    /// <summary>Users on one blacklist: it is kept in memory while the user is active.</summary>
    private const int MaxBlackListed = 10_000;

    /// <summary>Conversations told at once.</summary>
    private const int MaxConcurrentConversations = 8;

    /// <summary>As on disk; null until it is wanted. Replaced, never changed: other threads read it.</summary>
    private volatile HashSet<string>? _blackList;
    private int _blackListVersion;

    public Task<Result> AddBlackList(Caller me, AddBlackList request) => TellChanged(me, AccountSections.BlackList, Block(me, request));

    private async Task<Result> Block(Caller me, AddBlackList request)
    {
        if (await FindError(me) is { } error)
        {
            return error;
        }

        if (request.UserId == UserId)
        {
            return Error.BadRequest("you cannot blacklist yourself");
        }

        if (await BlackList() is var known && !known.Contains(request.UserId))
        {
            if (known.Count >= MaxBlackListed)
            {
                return Error.BadRequest($"a blacklist takes at most {MaxBlackListed} users");
            }

            await Forgetting(() => users.AddToBlackList(UserId, request.UserId));
        }

        return await TellDialogs(request.UserId);
    }

    public Task<Result> RemoveBlackList(Caller me, RemoveBlackList request) => TellChanged(me, AccountSections.BlackList, Unblock(me, request));

    private async Task<Result> Unblock(Caller me, RemoveBlackList request)
    {
        if (await FindError(me) is { } error)
        {
            return error;
        }

        if ((await BlackList()).Contains(request.UserId))
        {
            await Forgetting(() => users.RemoveFromBlackList(UserId, request.UserId));
        }

        return await TellDialogs(request.UserId);
    }

    public async Task<Result<BlackList>> GetBlackList(Caller me, GetBlackList request) =>
        await FindError(me, request.UserId) is { } error ? error : new BlackList([.. await users.BlackListOf(UserId)]);

    /// <summary>Also when nothing changed: a retry may come because the dialogs could not be told the last time.</summary>
    private async Task<Result> TellDialogs(string peer)
    {
        var dialogs = await conversations.DialogsOf(UserId, peer);
        if (dialogs.Count > 0 && ServiceProvider.GetService<IChanges>() is { } changes)
        {
            // Both sides see it blocked, or not blocked any more.
            await changes.Touch(dialogs);
        }

        await BoundedParallel.ForEach(
            dialogs, MaxConcurrentConversations, dialog => GrainFactory.GetGrain<IConversationGrain>(dialog).BlackListChanged());
        return Result.Ok;
    }

    private async ValueTask<HashSet<string>> BlackList()
    {
        if (_blackList is { } known)
        {
            return known;
        }

        var version = _blackListVersion;
        var read = (await users.BlackListOf(UserId)).ToHashSet(StringComparer.Ordinal);

        // What was changed while it was read is not kept: an interleaved call may have read too early.
        return version == _blackListVersion ? _blackList = read : read;
    }

    /// <summary>Changes it on disk; it is read anew when next wanted, whatever became of the change.</summary>
    private async Task Forgetting(Func<Task> change)
    {
        try
        {
            await change();
        }
        finally
        {
            Forget();
        }
    }

    private void Forget()
    {
        _blackList = null;
        _blackListVersion++;
    }

    /// <inheritdoc cref="UserEndpoint.Muted"/>
    private async ValueTask<Immutable<SerializedNotification[]>> Muted(Guid conversation, SerializedNotification[] notifications)
    {
        _local.ForgetWhatIsLeft(notifications);
        if (_local.Muted(conversation, notifications, _blackList, _mutes.Known) is { } known)
        {
            return known.AsImmutable();
        }

        var mutes = await _mutes.Load();
        return _local.Muted(conversation, notifications, await BlackList(), mutes)!.AsImmutable();
    }
}
