using Messenger.Contracts;
using Messenger.Grains.State;
using Messenger.Ports;
using Messenger.Protocol;

namespace Messenger.Grains.Users;

/// <summary>A code by SMS is not the account: which devices are the owner's, and what is told to them.</summary>
internal sealed partial class UserGrain : IUserLock
{
    /// <summary>Registrations of which the devices were told that they lack the lock: each once, and not at every try.</summary>
    private readonly HashSet<string> _lockless = new(StringComparer.Ordinal);

    private readonly Dictionary<string, long> _seen = new(StringComparer.Ordinal);

    public async Task<Result> Confirm(ApplicationInfo application, string? registrationLock)
    {
        var credential = ApplicationNames.Of(application.Uuid);
        var account = await _account.Load();
        if (account.Deleting || account.Closing.Contains(credential))
        {
            // The same phone, or the same application, comes anew: what is left of the old one goes first.
            await Finish();
            account = await _account.Load();
        }

        // The name that it had while it waited for its code.
        var name = await GrainFactory.GetGrain<IRegistrationGrain>(UserId).PendingName(credential) ?? PublicNames.Draw();
        var known = account.Applications.Any(own => own.Has(credential));
        var connected = await Connections(account);
        var right = false;
        if (account.Lock is { } closed && registrationLock is not null && !known)
        {
            if (Vouching.WaitForLock(account, Now) is > 0 and var wait)
            {
                return Error.TooManyRequests("too many wrong registration locks", wait);
            }

            right = await Opens(closed, registrationLock);
            account = await _account.Load();
        }

        var entrance = Vouching.Decide(account, known, right, connected, options.Value, Now);
        if (entrance == Entrance.Locked)
        {
            return await Locked(account, application, name, wrong: registrationLock is not null);
        }

        if (entrance == Entrance.Anew)
        {
            // Whoever had the number was not here for so long: it is somebody else's. Nothing of theirs is told to its new owner.
            await _account.Change(before => before with
            {
                Deleting = true,
                PendingKeys = null,
                Closing = [.. before.Closing.Union(before.Applications.Select(one => one.Name))],
            });
            await Finish();
        }

        if (await users.Find(UserId) is null)
        {
            await users.Put(Profiles.New(UserId, Now));
        }

        var confirmed = await Keep(application, name, entrance == Entrance.Cooling ? Now + (long)options.Value.Cooling.TotalMilliseconds : 0, connected);
        if (confirmed.Error is null && !known)
        {
            await TellOf(application, name, confirmed: true, PushKinds.Application);
        }

        return confirmed;
    }

    public async Task<long> CoolingUntil(string application) =>
        (await _account.Load()).Applications.FirstOrDefault(own => own.Name == application) is { } own && own.IsCooling(Now) ? own.CoolingUntil : 0;

    public Task<Result> SetLock(Caller me, RequestSetRegistrationLock request) => TellChanged(me, AccountSections.Lock, ReplaceLock(me, request));

    private async Task<Result> ReplaceLock(Caller me, RequestSetRegistrationLock request)
    {
        if ((await FindError(me) ?? await UnlessVouched(me)) is { } error)
        {
            return error;
        }

        var set = request.Verifier is { } verifier ? await Task.Run(() => RegistrationLock.Of(UserId, verifier, _seal)) : null;
        await _account.Change(before => before with { Lock = set, WrongLocks = [] });
        await Alarm(PushKinds.Lock, except: me.Application);
        return Result.Ok;
    }

    /// <summary>Whether this is the lock. One that was set under an older key is kept under the newest from now on, unless it was changed meanwhile.</summary>
    private async Task<bool> Opens(RegistrationLock closed, string verifier)
    {
        var right = await Task.Run(() => closed.IsRight(UserId, verifier, _seal));
        if (right && closed.IsStale(_seal))
        {
            var renewed = await Task.Run(() => RegistrationLock.Of(UserId, verifier, _seal));
            await _account.Change(before => ReferenceEquals(before.Lock, closed) ? before with { Lock = renewed } : before);
        }

        return right;
    }

    public async Task<Result> GiveLock(Caller me, RequestGiveRegistrationLock request)
    {
        if (await FindError(me) is { } error)
        {
            return error;
        }

        var account = await _account.Load();
        if (await CoolingUntil(me.Application) == 0)
        {
            return Result.Ok;
        }

        if (account.Lock is not { } closed)
        {
            return Error.Conflict("this account has no registration lock: ask one of its other devices to approve this one");
        }

        if (Vouching.WaitForLock(account, Now) is > 0 and var wait)
        {
            return Error.TooManyRequests("too many wrong registration locks", wait);
        }

        if (await Opens(closed, request.Verifier))
        {
            await Vouch(me.Application);
            return Result.Ok;
        }

        await _account.Change(before => Vouching.Wrong(before, Now));
        await Alarm(PushKinds.Lock, except: me.Application);
        return WrongLock();
    }

    public async Task<Result> Approve(Caller me, RequestApproveApplication request)
    {
        if ((await FindError(me) ?? await UnlessVouched(me)) is { } error)
        {
            return error;
        }

        if (Called((await WithNames()), request.Name) is { } application)
        {
            await Vouch(application.Name);
            return Result.Ok;
        }

        // It waits for a code that did not come, or that nobody was to pay for: an owner who is here says as much as a code, and more.
        return await Registration.Waiting(request.Name) is { } waiting ? await Admit(me, waiting, request.Name) : NotYours();
    }

    private async Task<Result> Admit(Caller me, ApplicationInfo waiting, string name)
    {
        var account = await _account.Load();
        if (account.Deleting || account.Closing.Contains(ApplicationNames.Of(waiting.Uuid)))
        {
            return NotYours();
        }

        var kept = await Keep(waiting, name, coolingUntil: 0, await Connections(account));
        if (kept.Error is null)
        {
            await Registration.Approved(name);
            await TellOf(waiting, name, confirmed: true, PushKinds.Application, but: me.Application);
        }

        return kept;
    }

    public Task Seen(string application)
    {
        _seen[application] = Now;
        _loginsUnwritten = true;
        StartWriteBehind();
        return Task.CompletedTask;
    }

    /// <summary>The operator says that the lock is nobody's any more: the number changed hands.</summary>
    public async Task<Result<Closed>> Unlock()
    {
        if (await users.Find(UserId) is null)
        {
            return NotRegistered();
        }

        await _account.Change(before => before.Lock is null ? before : before with { Lock = null, WrongLocks = [] });
        return new Closed(0);
    }

    private static Error Cooling(long until) => CoolingRefusals.Of(until);

    /// <summary>When each was connected last: one that is now counts as now.</summary>
    private async Task<Func<Application, long>> Connections(Account account)
    {
        var online = await _devices.AreOnline(account.Applications);
        var now = Now;
        var at = account.Applications.Select((application, i) => (application.Name, At: online[i] ? now : Known(application))).ToDictionary(one => one.Name, one => one.At, StringComparer.Ordinal);
        return application => at.TryGetValue(application.Name, out var seen) ? seen : Known(application);

        long Known(Application application) => new[]
        {
            application.LastLogin, application.Connected, _logins.GetValueOrDefault(application.Name), _seen.GetValueOrDefault(application.Name),
        }.Max();
    }

    private async Task<Result> Keep(ApplicationInfo application, string name, long coolingUntil, Func<Application, long> connected, bool linked = false)
    {
        var (full, evicted) = (false, (string?)null);
        await _account.Change(before =>
        {
            var room = before;
            if (before.Applications.Length >= Applications.MaxApplications && !before.Applications.Any(own => own.Has(ApplicationNames.Of(application.Uuid))))
            {
                evicted = Vouching.Evicted(before.Applications, connected, options.Value, Now)?.Name;
                if (full = evicted is null)
                {
                    return before;
                }

                room = Vouching.Without(before, evicted!, connected, Now) with { Closing = [.. before.Closing, evicted!] };
            }

            var applications = Applications.Confirm(room.Applications, application, name, coolingUntil, _seal, linked);
            return ReferenceEquals(applications, before.Applications) ? before : room with
            {
                Applications = applications,

                // Once, and together: deleted, it does not come back by itself.
                Linked = [.. room.Linked.Where(waiting => waiting.Credential.Name != ApplicationNames.Of(application.Uuid))],
            };
        });
        if (full)
        {
            return Error.Conflict($"this account has {Applications.MaxApplications} applications, all in use: delete one with another of its devices");
        }

        if (evicted is not null)
        {
            FinishSoon(TimeSpan.Zero);
        }

        return Result.Ok;
    }

    private async Task<Result> Locked(Account account, ApplicationInfo application, string name, bool wrong)
    {
        if (wrong)
        {
            await _account.Change(before => Vouching.Wrong(before, Now));
            await TellOf(application, name, confirmed: false, PushKinds.Lock);
            return WrongLock();
        }

        if (_lockless.Count < Applications.MaxApplications && _lockless.Add(application.Uuid))
        {
            await TellOf(application, name, confirmed: false, PushKinds.Lock);
        }

        return Error.Forbidden("this account has a registration lock: confirm with it, as registrationLock") with { RegistrationLock = true };
    }

    private static Error WrongLock() => Error.Forbidden("the registration lock is wrong") with { RegistrationLock = true };

    private async Task Vouch(string application) => await _account.Change(before => before with
    {
        Applications = [.. before.Applications.Select(own => own.Name == application ? own with { CoolingUntil = 0 } : own)],
    });

    private async Task<Error?> UnlessVouched(Caller me) => await CoolingUntil(me.Application) is > 0 and var until ? Cooling(until) : null;

    /// <summary>Of a right code every other device is told, whatever came of it.</summary>
    private async Task TellOf(ApplicationInfo application, string name, bool confirmed, Guid kind, string? but = null)
    {
        var others = (await _account.Load()).Applications.Where(own => own.Name != but && !own.Has(ApplicationNames.Of(application.Uuid))).ToArray();
        if (others.Length > 0)
        {
            _ = _devices.Tell(others, new AuthenticationByApplicationNotification(
                application with { Uuid = name, Confirmed = confirmed, Online = false, LastLogin = application.Created, DeviceToken = null }), except: null);
            if (confirmed)
            {
                await MarkChanged(AccountSections.Applications);
            }

            await Alarm(kind, except: null, others);
        }
    }

    /// <summary>Wakes the devices that are away. On disk where the store is there; what a store that is away loses is a push, and not the notification.</summary>
    private async Task Alarm(Guid kind, string? except, IEnumerable<Application>? of = null)
    {
        var woken = (of ?? (await _account.Load()).Applications).Where(application => application.Name != except).ToList();
        try
        {
            await Task.WhenAll(woken.Select(application => _devices[application.Name].Wake([new PushHint(kind, "", "")])));
        }
        catch (StoreUnavailableException fault)
        {
            UserLog.DeviceNotTold(logger, fault.GetType().Name);
        }
    }
}
