using Messenger.Contracts;
using Messenger.Grains.Fanout;
using Messenger.Grains.State;
using Messenger.Ports;
using Messenger.Protocol;
using Orleans;
using Orleans.Runtime;

namespace Messenger.Grains.Users;

/// <summary>The end of an application, and of a user.</summary>
/// <remarks>
/// What is to go is on disk first (<see cref="Account.Deleting"/>, <see cref="Account.Closing"/>) and void from then on. Each step can be
/// repeated, so an end that a crash or a store interrupted is taken up again by a retry, by the timer and by the next activation.
/// </remarks>
internal sealed partial class UserGrain
{
    /// <summary>The asking device's own connection is closed a little later: the answer goes first.</summary>
    private static readonly TimeSpan FinishDelay = TimeSpan.FromSeconds(1);

    /// <summary>An end that could not be finished is tried again: silos and stores come back within seconds.</summary>
    private static readonly TimeSpan FinishRetry = TimeSpan.FromSeconds(5);

    private IGrainTimer? _finish;

    public async Task<Result> DeleteUser(Caller me, RequestDeleteUser request) =>
        await FindError(me) is { } error ? error : await SendCode(CodePurpose.DeleteUser, request.OpenUserId, request.AndroidSmsToken);

    public async Task<Result> ConfirmDeleteUser(Caller me, RequestDeleteUserConfirmation request)
    {
        var account = await _account.Load();
        if (!account.Deleting)
        {
            if (await FindError(me) is { } error)
            {
                return error;
            }

            var check = await Registration.CheckCode(CodePurpose.DeleteUser, request.Code);
            if (check.Error is not null)
            {
                return check;
            }

            account = await _account.Change(MarkedForDeletion);
        }

        // A retry comes here without a code: that it was right is on disk.
        await Erase();
        await Close(account.Closing.Where(name => name != me.Application));
        FinishSoon(FinishDelay);
        return Result.Ok;
    }

    /// <summary>Leaves every conversation, those left before included, and erases what is stored elsewhere. The profile goes in between: from then on nobody can add this user.</summary>
    private async Task Erase()
    {
        await EndAll();
        await users.Remove(UserId);
        await EndAll();
        await files.PutAvatar(NoAvatar);
        await uploads.DropOf(UserId);
        await _contacts.Erase();
        await contactStore.Remove(UserId);
        _contactTotals = null;
        await _params.Erase();

        // What was spent stays: deleting and registering again must not be a way to a new budget. Whom it was spent on goes.
        await _discovery.Change(before => before.Known.Length == 0 ? before : before with { Known = [] });
        _logins.Clear();
        _loginsUnwritten = false;
        Forget();
    }

    private async Task EndAll()
    {
        var me = new Caller(UserId, Application: "");
        await BoundedParallel.ForEach(await conversations.EverOf(UserId), MaxConcurrentConversations, async conversation =>
        {
            var left = await GrainFactory.GetGrain<IConversationGrain>(conversation).EndAccount(me);
            if (left.Error is { } error && error.Status != Statuses.NotFound)
            {
                throw new StoreUnavailableException($"a conversation could not be left: {error.Description}");
            }
        });
    }

    private Task Close(IEnumerable<string> applications) =>
        Task.WhenAll(applications.Select(name => _devices[name].Close(CloseCode.Deleted)));

    /// <summary>Everything that is to go, goes. Throws when some of it could not; then it is all still owed.</summary>
    private async Task Finish()
    {
        var account = await _account.Load();
        if (account.Deleting)
        {
            await Erase();
        }

        await Close(account.Closing);
        if (account.Deleting)
        {
            foreach (var application in account.Applications)
            {
                await Release(application.Name, application.Tokens());
            }

            await _account.Erase();
        }
        else if (account.Closing.Length > 0)
        {
            await _account.Change(before => before with { Closing = [] });
        }

        _finish?.Dispose();
        _finish = null;
    }

    private async Task FinishOrRetry()
    {
        try
        {
            await Finish();
        }
        catch (Exception fault)
        {
            // The effect asked for is on disk: the application is void. Only its connection lingers.
            UserLog.NotClosed(logger, fault.GetType().Name);
            FinishSoon(FinishRetry);
        }
    }

    private void FinishSoon(TimeSpan due) =>
        _finish ??= this.RegisterGrainTimer(_ => FinishOrRetry(), new GrainTimerCreationOptions(due, FinishRetry));
}
