using Messenger.Contracts;
using Messenger.Grains.State;
using Messenger.Protocol;
using Orleans.Concurrency;

namespace Messenger.Grains.Users;

/// <summary>Whom this user does not want to hear from.</summary>
internal sealed partial class UserGrain
{
    /// <summary>Users on one blacklist: it is kept in memory while the user is active.</summary>
    private const int MostBlackListed = 10_000;

    /// <summary>Conversations told at once.</summary>
    private const int ConversationsAtOnce = 8;

    /// <summary>As on disk; null until it is wanted. Replaced, never changed: other threads read it.</summary>
    private volatile HashSet<string>? _blackList;
    private int _blackListVersion;

    public async Task<Answer> AddBlackList(Caller me, AddBlackList request)
    {
        if (await Refusal(me) is { } refusal)
        {
            return refusal;
        }

        if (request.UserId == UserId)
        {
            return Refused.BadRequest("you cannot blacklist yourself");
        }

        if (await BlackList() is var known && !known.Contains(request.UserId))
        {
            if (known.Count >= MostBlackListed)
            {
                return Refused.BadRequest($"a blacklist takes at most {MostBlackListed} users");
            }

            await Forgetting(() => users.AddToBlackList(UserId, request.UserId));
        }

        return await TellDialogs(request.UserId);
    }

    public async Task<Answer> RemoveBlackList(Caller me, RemoveBlackList request)
    {
        if (await Refusal(me) is { } refusal)
        {
            return refusal;
        }

        if ((await BlackList()).Contains(request.UserId))
        {
            await Forgetting(() => users.RemoveFromBlackList(UserId, request.UserId));
        }

        return await TellDialogs(request.UserId);
    }

    public async Task<Answer<BlackList>> GetBlackList(Caller me, GetBlackList request) =>
        await Refusal(me, request.UserId) is { } refusal ? refusal : new BlackList([.. await users.BlackListOf(UserId)]);

    /// <summary>Also when nothing changed: a retry may come because the dialogs could not be told the last time.</summary>
    private async Task<Answer> TellDialogs(string peer)
    {
        await InParallel.ForEach(
            await conversations.DialogsOf(UserId, peer), ConversationsAtOnce, dialog => GrainFactory.GetGrain<IConversationGrain>(dialog).BlackListChanged());
        return Answer.Ok;
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

    /// <inheritdoc cref="LocalUser.Muted"/>
    private async ValueTask<Immutable<Notice[]>> Muted(Notice[] notices) =>
        (_local.Muted(notices, _blackList) ?? _local.Muted(notices, await BlackList())!).AsImmutable();
}
