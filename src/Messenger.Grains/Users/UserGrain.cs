using Messenger.Contracts;
using Messenger.Contracts.Placement;
using Messenger.Grains.Budgets;
using Messenger.Grains.Devices;
using Messenger.Grains.Fanout;
using Messenger.Grains.State;
using Messenger.Ports;
using Messenger.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Messenger.Grains.Users;

/// <summary>A user's actor; see <see cref="IUserGrain"/> for what it promises.</summary>
/// <remarks>
/// Writes run one after another. What the interface marks as interleaving only reads: values here are immutable and replaced when the new
/// one is on disk. Profile and blacklist are read where they are kept, each time: an operator may change them besides (a suspended account).
/// </remarks>
[SiloRole(SiloRoles.Worker), ByKey]
internal sealed partial class UserGrain(
    IUserDirectory users, IContactStore contactStore, IConversationDirectory conversations, IFileDirectory files, IUploads uploads, IReportStore reports,
    UserEndpoints locals, Relays relays, DeviceEndpoints endpoints, WriteBudgets budgets, IOptions<BudgetOptions> budgetOptions, IOptions<UserOptions> options,
    TimeProvider timeProvider, ILogger<UserGrain> logger, SiloStop? stop = null)
    : Grain, IUserGrain
{
    private LazyState<Account> _account = null!;
    private LazyState<ContactBook> _contacts = null!;
    private LazyState<ParamBook> _params = null!;
    private LazyState<DiscoveryBook> _discovery = null!;
    private OwnDevices _devices = null!;
    private CredentialSeal _seal = null!;

    private UserEndpoint _local = null!;
    private Mutes _mutes = null!;
    private FanoutQueue _news = null!;
    private string? _userId;

    private string UserId => _userId ??= this.GetPrimaryKeyString();

    private long Now => timeProvider.GetUtcNow().ToUnixTimeMilliseconds();

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _seal = CredentialSeal.Of(ServiceProvider);
        _account = new LazyState<Account>(GrainContext, "account", logger, opened: account => account.Opened(UserId, _seal), stored: account => account.Sealed(UserId, _seal));
        _contacts = new LazyState<ContactBook>(GrainContext, "contacts", logger);
        _params = new LazyState<ParamBook>(GrainContext, "params", logger);
        _discovery = new LazyState<DiscoveryBook>(GrainContext, "discovery", logger);
        _budget = new LazyState<BudgetBook>(GrainContext, "budget", logger);
        _devices = new OwnDevices(GrainFactory, UserId, timeProvider, logger);
        _mutes = new Mutes(ServiceProvider.GetService<IPreferences>() is { } preferences ? () => preferences.Mutes(UserId, Now) : null);
        _local = new UserEndpoint(UserId, () => _account.Known, () => _blackList, endpoints, timeProvider, _mutes);
        _news = new FanoutQueue(Guid.Empty, GrainFactory, locals, relays, timeProvider, logger, settled: KeysTold, stayAlive: () => DelayDeactivation(TimeSpan.FromMinutes(1)));
        var account = await Renamed(await _account.Load());
        if (account.Deleting || account.Closing.Length > 0)
        {
            FinishSoon(TimeSpan.Zero);
        }

        if (account.KeysUntold)
        {
            RequireKeysResyncSoon();
        }

        locals.Put(UserId, _local);
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _local.Close();
        locals.Remove(UserId, _local);
        using var limit = SiloStop.Leave(stop, reason, cancellationToken);
        try
        {
            await Task.WhenAll(_devices.Drain(limit.Token), _news.Drain(limit.Token));
        }
        catch (OperationCanceledException)
        {
            UserLog.NotificationsUnfinished(logger);
        }

        try
        {
            await WriteBehind();
        }
        catch (StoreUnavailableException fault)
        {
            UserLog.LoginsLost(logger, fault.GetType().Name);
        }
    }

    public async Task<DeliveryResult> Deliver(Guid conversation, long term, Immutable<SerializedNotification[]> notifications, string? except)
    {
        Account account;
        Immutable<SerializedNotification[]> muted;
        try
        {
            account = await _account.Load();
            muted = await Muted(conversation, notifications.Value);
        }
        catch (StoreUnavailableException)
        {
            return DeliveryResult.RetryLater;
        }

        // No await between the look at the terms and the hand-over: what interleaved above is in its right place by now.
        if (!_local.Enter(conversation, term))
        {
            return DeliveryResult.StaleTerm;
        }

        try
        {
            var heard = _local.AdmitRings(muted.Value);
            await _devices.Deliver(account.Applications, heard.AsImmutable(), except);
            return DeliveryResult.Delivered;
        }
        finally
        {
            _local.Leave();
        }
    }

    public async Task RequireResync()
    {
        // What was not told may be that the user left something.
        _mutes.Forget();
        await _devices.RequireResync((await _account.Load()).Applications);
    }

    /// <summary>
    /// Why this caller is not served: its application was deleted while its connection lingers, or a field names somebody else as the actor.
    /// </summary>
    private async ValueTask<Error?> FindError(Caller me, string? named = null)
    {
        var account = await _account.Load();
        return account.Deleting || account.Applications.All(application => application.Name != me.Application)
            ? Error.Unauthenticated("this application was deleted: register it again")
            : me.Unless(named);
    }

    /// <summary>Replaces the user's row in the directory by what is made of it.</summary>
    private async Task<Result> ChangeRow(Func<UserRow, UserRow> change)
    {
        if (await users.Find(UserId) is not { } row)
        {
            return Error.Unauthenticated("this user was deleted: register again");
        }

        var changed = change(row);
        if (changed != row)
        {
            await users.Put(changed);
        }

        return Result.Ok;
    }
}
