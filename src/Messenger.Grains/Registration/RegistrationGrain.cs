using Messenger.Contracts;
using Messenger.Contracts.Placement;
using Messenger.Grains.State;
using Messenger.Grains.Users;
using Messenger.Ports;
using Messenger.Protocol;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans;

namespace Messenger.Grains.Registration;

/// <summary>A phone's actor; see <see cref="IRegistrationGrain"/> for what it promises.</summary>
/// <remarks>A code is on disk before it is sent, and a try before its outcome is told: a crash gives nobody a sixth guess.</remarks>
[SiloRole(SiloRoles.Worker), ByKey]
internal sealed partial class RegistrationGrain(
    ISmsSender sms, IUserDirectory users, RegistrationPause pause, IEnumerable<IRegistrationJudge> judges, IOptions<RegistrationOptions> options,
    TimeProvider timeProvider, ILogger<RegistrationGrain> logger)
    : Grain, IRegistrationGrain
{
    /// <summary>How long a provider may take: the caller waits, and is told within the ten seconds that a grain's answer may take.</summary>
    private static readonly TimeSpan SmsTimeout = TimeSpan.FromSeconds(7);

    /// <summary>What its state is called in the storage.</summary>
    internal const string StateName = "phone";

    private static readonly TimeSpan PrefixWindow = TimeSpan.FromHours(1);

    private LazyState<PhoneState> _phone = null!;
    private CredentialSeal _seal = null!;

    private RegistrationOptions Options => options.Value;

    private string UserId => this.GetPrimaryKeyString();

    private long Now => timeProvider.GetUtcNow().ToUnixTimeMilliseconds();

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _seal = CredentialSeal.Of(ServiceProvider);
        _phone = new LazyState<PhoneState>(GrainContext, StateName, logger);
        await _phone.Load();
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        try
        {
            if ((await _phone.Load()).Pruned(Options, Now).IsEmpty)
            {
                await _phone.Erase();
            }
        }
        catch (StoreUnavailableException)
        {
            // Logged where it happened. What stays on disk is expired, and is pruned when the phone is heard of again.
        }
    }

    public Task<Result> Register(RequestRegisterApplication request) => Register(request, RegistrationOrigin.Unknown);

    public async Task<Result> Register(RequestRegisterApplication request, RegistrationOrigin origin)
    {
        if (FindError(request.OpenUserId) is { } error)
        {
            return error;
        }

        if (request.UserId != UserId)
        {
            return Error.BadRequest("userId must be Base64 of the SHA-256 of openUserId");
        }

        if (pause.Reason is not null)
        {
            return Error.Unavailable("the operator has paused registration", RegistrationPause.RetrySeconds);
        }

        if ((await _phone.Load()).Pruned(Options, Now).Wait(CodePurpose.Registration, Options, Now) is > 0 and var early)
        {
            return Error.TooManyRequests("too many codes for this phone", early);
        }

        if (Options.LimitsEnabled)
        {
            // After the phone's own limit: hammering one phone must not lock its neighbours out. The store away: no SMS.
            var wait = await GrainFactory.GetGrain<IQuotaGrain>(QuotaKeys.Prefix(request.OpenUserId)).Take(Options.RegistrationsPerPrefix, PrefixWindow);
            if (wait > 0)
            {
                return Error.TooManyRequests("too many registrations of phones like this one", wait);
            }
        }

        if (await Judged(request, origin) is { } refused)
        {
            return refused;
        }

        var asker = origin.Frequent ? SmsAsker.Frequent : SmsAsker.Newcomer;
        return await Send(CodePurpose.Registration, asker, request.OpenUserId, request.AndroidSmsToken, (phone, code) => phone.With(new PendingApplication(
            Uuid: null, request.ApplicationType, request.OsVersion, request.Vendor, request.Model, Now, code)
        {
            Credential = Credential.Of(UserId, request.Uuid, _seal),
            PublicName = phone.Of(request.Uuid)?.PublicName ?? PublicNames.Draw(),
        }));
    }

    public async Task<Result> Confirm(RequestConfirmRegistration request)
    {
        var (verdict, left, wait) = (Verdict.Void, 0, 0);
        var phone = await _phone.Change(before =>
        {
            if ((wait = before.WaitToGuess(CodePurpose.Registration, Options, Now)) > 0)
            {
                return before;
            }

            var code = before.Of(request.Uuid)?.Code;
            (var after, verdict) = Codes.Check(code, request.SmsCode, Options.MaxTries, Now);
            left = Options.MaxTries - after?.Tries ?? 0;
            return after is null || after == code ? before : before.With(request.Uuid, after).Guessed(CodePurpose.Registration, Now);
        });
        if (wait > 0)
        {
            return GuessedTooOften(wait);
        }

        switch (verdict)
        {
            case Verdict.Right:
                var pending = phone.Of(request.Uuid)!;
                var confirmed = await GrainFactory.GetGrain<IUserLock>(UserId).Confirm(
                    pending.Info(UserId, request.Uuid, confirmed: true, lastLogin: Now), request.RegistrationLock);
                if (confirmed.Error is null)
                {
                    await _phone.Change(before => before.With(request.Uuid, pending.Code with { Used = true }));

                    // Who is registered logs in, and that asks another actor: this one would wait for its age, at 3 KiB.
                    DeactivateOnIdle();
                }

                return confirmed;
            case Verdict.Again:
                // A retry after a lost answer. The user's grain is not asked: the application may have been deleted since, and stays so.
                return Result.Ok;
            default:
                return NotRight(verdict, left);
        }
    }

    public async Task<ApplicationInfo[]> Pending() =>
    [
        .. (await _phone.Load()).Pending
            .Where(IsWaiting)
            .Where(pending => pending.PublicName is not null)
            .Select(pending => pending.Info(UserId, pending.PublicName!, confirmed: false, lastLogin: pending.Created)),
    ];

    public async Task<string?> PendingName(string application) =>
        (await _phone.Load()).Pending.FirstOrDefault(pending => pending.Name == application)?.PublicName;

    public async Task<ApplicationInfo?> Waiting(string publicName) =>
        (await _phone.Load()).Pending.FirstOrDefault(pending => pending.PublicName == publicName && IsWaiting(pending)) is { } waiting
            && (waiting.Uuid ?? _seal.Unseal(UserId, waiting.Credential!.Sealed)) is { } uuid
            ? waiting.Info(UserId, uuid, confirmed: true, lastLogin: Now)
            : null;

    public Task Approved(string publicName) => _phone.Change(before => before with
    {
        Pending = [.. before.Pending.Select(pending => pending.PublicName == publicName ? pending with { Code = pending.Code with { Used = true } } : pending)],
    });

    public async Task<Result> SendCode(CodePurpose purpose, string phone, string? androidSmsToken) =>
        FindError(phone) is { } error ? error : await Send(purpose, SmsAsker.Owner, phone, androidSmsToken, (state, code) => state.With(purpose, code));

    public async Task<Result> CheckCode(CodePurpose purpose, string code)
    {
        var (verdict, left, wait) = (Verdict.Void, 0, 0);
        await _phone.Change(before =>
        {
            if ((wait = before.WaitToGuess(purpose, Options, Now)) > 0)
            {
                return before;
            }

            (var after, verdict) = Codes.Check(before.Of(purpose), code, Options.MaxTries, Now);
            after = verdict == Verdict.Right ? after! with { Used = true } : after;
            left = Options.MaxTries - after?.Tries ?? 0;
            return after == before.Of(purpose) ? before
                : verdict == Verdict.Wrong ? before.With(purpose, after).Guessed(purpose, Now)
                : before.With(purpose, after);
        });
        if (wait > 0)
        {
            return GuessedTooOften(wait);
        }

        return verdict switch
        {
            Verdict.Right => Result.Ok,
            Verdict.Again => new Result(null, CodeNotes.Again),
            _ => NotRight(verdict, left),
        };
    }

    private bool IsWaiting(PendingApplication pending) => !pending.Code.Used && Codes.IsAlive(pending.Code, Options.MaxTries, Now);

    /// <summary>What the operator's own judge says before an SMS is paid; null for yes, and where there is no judge.</summary>
    private async Task<Error?> Judged(RequestRegisterApplication request, RegistrationOrigin origin)
    {
        foreach (var judge in judges)
        {
            var about = new RegistrationCase(request.OpenUserId, origin.Address, request.ApplicationType, request.OsVersion, request.Vendor, request.Model);
            var verdict = await judge.Judge(about, CancellationToken.None);
            UserMeter.Judge(verdict);
            switch (verdict)
            {
                case Judgement.Refused:
                    return Error.Forbidden("this registration is not taken here");
                case Judgement.Unanswered:
                    return Error.Unavailable("registrations cannot be looked at just now; ask for a code again later");
            }
        }

        return null;
    }

    private Error? FindError(string phone) =>
        !Phones.IsE164(phone) ? Error.BadRequest("openUserId must be a phone number in E.164, such as +35794048714")
        : UserIds.FromPhone(phone) != UserId ? Error.BadRequest("userId must be Base64 of the SHA-256 of openUserId")
        : null;

    /// <summary>The same for a wrong uuid, an expired code and one guessed too often: it does not tell what is pending.</summary>
    private static Error NotRight(Verdict verdict, int left) =>
        verdict == Verdict.Wrong && left > 0 ? Error.Forbidden($"the code is wrong; tries left: {left}") : Strangers.NoCode;

    private static Error GuessedTooOften(int wait)
    {
        UserMeter.GuessingRefused.Add(1);
        return Error.TooManyRequests("too many wrong codes for this phone", wait);
    }

    /// <summary>Keeps a new code and sends it.</summary>
    private async Task<Result> Send(CodePurpose purpose, SmsAsker asker, string number, string? androidSmsToken, Func<PhoneState, IssuedCode, PhoneState> keep)
    {
        // A code would open nothing, and cost. Suspended just after this was asked: one SMS goes out, as to one that was suspended a moment later.
        var suspended = await users.Find(UserId) is { Suspended: true };
        if (suspended && purpose != CodePurpose.Registration)
        {
            return Error.Forbidden("this account is suspended");
        }

        var digits = Codes.Draw(Options);
        var (now, wait) = (Now, 0);
        await _phone.Change(before =>
        {
            var pruned = before.Pruned(Options, now);
            wait = pruned.Wait(purpose, Options, now);
            return wait > 0 ? before : keep(pruned.Sending(purpose, now), Codes.Issue(digits, Options.CodeLifetime, now));
        });
        if (wait > 0)
        {
            return Error.TooManyRequests("too many codes for this phone", wait);
        }

        if (suspended)
        {
            // Who is not logged in is answered as about any phone, and learns nothing of the account.
            return Result.Ok;
        }

        switch (await Outcome(number, asker, SmsTexts.Compose(Options.Texts.Of(number, purpose), digits, androidSmsToken)))
        {
            case SmsOutcome.Taken:
                return Result.Ok;
            case SmsOutcome.InvalidNumber:
                // It counts all the same: asking the provider again and again about a number that is none is no use either.
                return Error.BadRequest("openUserId is a number that takes no SMS: correct it");
        }

        // What was not sent does not count. The code stays: the provider may have sent it all the same.
        await _phone.Change(before => before.Unsent(purpose, now));
        UserLog.SmsRefused(logger);
        return Error.Unavailable("the SMS could not be sent; ask for a code again later");
    }

    private async Task<SmsOutcome> Outcome(string number, SmsAsker asker, string text)
    {
        using var timeout = new CancellationTokenSource(SmsTimeout, timeProvider);
        try
        {
            return await sms.Send(number, text, asker, timeout.Token).WaitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            return SmsOutcome.NotTaken;
        }
    }
}
