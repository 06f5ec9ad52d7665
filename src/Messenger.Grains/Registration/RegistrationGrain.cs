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
internal sealed class RegistrationGrain(
    ISmsSender sms, IOptions<RegistrationOptions> options, TimeProvider timeProvider, ILogger<RegistrationGrain> logger)
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

    public async Task<Result> Register(RequestRegisterApplication request)
    {
        if (FindError(request.OpenUserId) is { } error)
        {
            return error;
        }

        if (request.UserId != UserId)
        {
            return Error.BadRequest("userId must be Base64 of the SHA-256 of openUserId");
        }

        if (Options.LimitsEnabled && (await _phone.Load()).Pruned(Options, Now).Wait(Options, Now) == 0)
        {
            // After the phone's own limit: hammering one phone must not lock its neighbours out. The store away: no SMS.
            var wait = await GrainFactory.GetGrain<IQuotaGrain>(QuotaKeys.Prefix(request.OpenUserId)).Take(Options.RegistrationsPerPrefix, PrefixWindow);
            if (wait > 0)
            {
                return Error.TooManyRequests("too many registrations of phones like this one", wait);
            }
        }

        return await Send(CodePurpose.Registration, request.OpenUserId, request.AndroidSmsToken, (phone, code) => phone.With(new PendingApplication(
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
            if ((wait = before.WaitToGuess(Options, Now)) > 0)
            {
                return before;
            }

            var code = before.Of(request.Uuid)?.Code;
            (var after, verdict) = Codes.Check(code, request.SmsCode, Options.MaxTries, Now);
            left = Options.MaxTries - after?.Tries ?? 0;
            return after is null || after == code ? before : before.With(request.Uuid, after).Guessed(Now);
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
            .Where(pending => !pending.Code.Used && Codes.IsAlive(pending.Code, Options.MaxTries, Now))
            .Where(pending => pending.PublicName is not null)
            .Select(pending => pending.Info(UserId, pending.PublicName!, confirmed: false, lastLogin: pending.Created)),
    ];

    public async Task<string?> PendingName(string application) =>
        (await _phone.Load()).Pending.FirstOrDefault(pending => pending.Name == application)?.PublicName;

    public async Task<Result> SendCode(CodePurpose purpose, string phone, string? androidSmsToken) =>
        FindError(phone) is { } error ? error : await Send(purpose, phone, androidSmsToken, (state, code) => state.With(purpose, code));

    public async Task<Result> CheckCode(CodePurpose purpose, string code)
    {
        var (verdict, left, wait) = (Verdict.Void, 0, 0);
        await _phone.Change(before =>
        {
            if ((wait = before.WaitToGuess(Options, Now)) > 0)
            {
                return before;
            }

            (var after, verdict) = Codes.Check(before.Of(purpose), code, Options.MaxTries, Now);
            after = verdict == Verdict.Right ? after! with { Used = true } : after;
            left = Options.MaxTries - after?.Tries ?? 0;
            return after == before.Of(purpose) ? before
                : verdict == Verdict.Wrong ? before.With(purpose, after).Guessed(Now)
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
    private async Task<Result> Send(CodePurpose purpose, string number, string? androidSmsToken, Func<PhoneState, IssuedCode, PhoneState> keep)
    {
        var digits = Codes.Draw(Options);
        var (now, wait) = (Now, 0);
        await _phone.Change(before =>
        {
            var pruned = before.Pruned(Options, now);
            wait = pruned.Wait(Options, now);
            return wait > 0 ? before : keep(pruned with { Sent = [.. pruned.Sent, now] }, Codes.Issue(digits, Options.CodeLifetime, now));
        });
        if (wait > 0)
        {
            return Error.TooManyRequests("too many codes for this phone", wait);
        }

        if (await IsTaken(number, SmsTexts.Compose(Options.Texts.Of(number, purpose), digits, androidSmsToken)))
        {
            return Result.Ok;
        }

        // What was not sent does not count. The code stays: the provider may have sent it all the same.
        await _phone.Change(before => before with { Sent = [.. before.Sent.Where(sent => sent != now)] });
        UserLog.SmsRefused(logger);
        return Error.Unavailable("the SMS could not be sent; ask for a code again later");
    }

    private async Task<bool> IsTaken(string number, string text)
    {
        using var timeout = new CancellationTokenSource(SmsTimeout, timeProvider);
        try
        {
            return await sms.Send(number, text, timeout.Token).WaitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
