using Messenger.Contracts;
using Messenger.Contracts.Placement;
using Messenger.Grains.Devices;
using Messenger.Grains.Fanout;
using Messenger.Grains.State;
using Messenger.Ports;
using Messenger.Protocol;
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
    IUserDirectory users, IConversationDirectory conversations, IFileDirectory files, IUploads uploads, IReportStore reports,
    LocalUsers locals, Relays relays, LocalMailboxes mailboxes, IOptions<UserOptions> options, TimeProvider clock, ILogger<UserGrain> logger)
    : Grain, IUserGrain
{
    private Stored<Account> _account = null!;
    private Stored<ContactBook> _contacts = null!;
    private Stored<ParamBook> _params = null!;
    private Stored<DiscoveryBook> _discovery = null!;
    private OwnDevices _devices = null!;
    private CredentialSeal _seal = null!;

    private LocalUser _local = null!;
    private FanoutQueue _news = null!;
    private string? _userId;

    private string UserId => _userId ??= this.GetPrimaryKeyString();

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _account = new Stored<Account>(GrainContext, "account", logger);
        _contacts = new Stored<ContactBook>(GrainContext, "contacts", logger);
        _params = new Stored<ParamBook>(GrainContext, "params", logger);
        _discovery = new Stored<DiscoveryBook>(GrainContext, "discovery", logger);
        _seal = CredentialSeal.Of(ServiceProvider);
        _devices = new OwnDevices(GrainFactory, UserId, clock, logger);
        _local = new LocalUser(UserId, () => _account.Known, () => _blackList, mailboxes);
        _news = new FanoutQueue(Guid.Empty, GrainFactory, locals, relays, clock, logger, settled: KeysTold, stayAlive: () => DelayDeactivation(TimeSpan.FromMinutes(1)));
        var account = await Renamed(await _account.Load());
        if (account.Deleting || account.Closing.Length > 0)
        {
            FinishSoon(TimeSpan.Zero);
        }

        if (account.KeysUntold)
        {
            TellKeysDoubtSoon();
        }

        locals.Put(UserId, _local);
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _local.Close();
        locals.Remove(UserId, _local);
        using var limit = DrainLimits.For(reason, cancellationToken);
        try
        {
            await Task.WhenAll(_devices.Drain(limit.Token), _news.Drain(limit.Token));
        }
        catch (OperationCanceledException)
        {
            UserLog.NoticesUnfinished(logger);
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

    public async Task<HandOver> Deliver(Guid conversation, long term, Immutable<Notice[]> notices, string? except)
    {
        Account account;
        Immutable<Notice[]> muted;
        try
        {
            account = await _account.Load();
            muted = await Muted(notices.Value);
        }
        catch (StoreUnavailableException)
        {
            return HandOver.NotYet;
        }

        // No await between the look at the terms and the hand-over: what interleaved above is in its right place by now.
        if (!_local.Enter(conversation, term))
        {
            return HandOver.Passed;
        }

        try
        {
            await _devices.Deliver(account.Applications, muted, except);
            return HandOver.Taken;
        }
        finally
        {
            _local.Leave();
        }
    }

    public async Task Doubt() => await _devices.Doubt((await _account.Load()).Applications);

    /// <summary>
    /// Why this caller is not served: its application was deleted while its connection lingers, or a field names somebody else as the actor.
    /// </summary>
    private async ValueTask<Refused?> Refusal(Caller me, string? named = null)
    {
        var account = await _account.Load();
        return account.Deleting || account.Applications.All(application => application.Name != me.Application)
            ? Refused.Unauthenticated("this application was deleted: register it again")
            : me.Unless(named);
    }

    /// <summary>Replaces the user's row in the directory by what is made of it.</summary>
    private async Task<Answer> ChangeRow(Func<UserRow, UserRow> change)
    {
        if (await users.Find(UserId) is not { } row)
        {
            return Refused.Unauthenticated("this user was deleted: register again");
        }

        var changed = change(row);
        if (changed != row)
        {
            await users.Put(changed);
        }

        return Answer.Ok;
    }
}
