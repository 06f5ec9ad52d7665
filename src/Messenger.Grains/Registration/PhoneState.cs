using Messenger.Contracts;
using Messenger.Grains.State;
using Messenger.Grains.Users;
using Messenger.Protocol;
using Orleans;

namespace Messenger.Grains.Registration;

/// <summary>What is stored of a phone. Not its number.</summary>
/// <remarks>
/// Its limits slide: each counted event is kept with its time, so that no burst fits around the edge of a <see cref="Messenger.Ports.Flow.FixedWindow"/>. They are a handful.
/// </remarks>
[GenerateSerializer, Immutable]
internal sealed record PhoneState
{
    /// <summary>Applications that wait for their code, or were confirmed with it a moment ago; oldest first.</summary>
    [Id(0)]
    public PendingApplication[] Pending { get; init; } = [];

    [Id(1)]
    public IssuedCode? UpdateKeys { get; init; }

    [Id(2)]
    public IssuedCode? DeleteUser { get; init; }

    /// <summary>When codes were sent to register with, which anybody may ask for, in milliseconds since the Unix epoch; oldest first.</summary>
    [Id(3)]
    public long[] Sent { get; init; } = [];

    /// <summary>When codes to register with were guessed wrong, in milliseconds since the Unix epoch; oldest first.</summary>
    [Id(4)]
    public long[] Wrong { get; init; } = [];

    /// <summary>As <see cref="Sent"/>, for what applications of the account asked: strangers spend nothing of it.</summary>
    [Id(5)]
    public long[] OwnSent { get; init; } = [];

    /// <summary>As <see cref="Wrong"/>, by applications of the account.</summary>
    [Id(6)]
    public long[] OwnWrong { get; init; } = [];

    /// <summary>What <see cref="RegistrationOptions.WrongCodesPerDay"/> counts over.</summary>
    public static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>Applications that may wait at once; when one more comes, the oldest makes room.</summary>
    public const int MaxPending = 8;

    public PendingApplication? Of(string uuid)
    {
        var name = ApplicationNames.Of(uuid);
        return Pending.FirstOrDefault(pending => pending.Name == name);
    }

    public IssuedCode? Of(CodePurpose purpose) => purpose switch
    {
        CodePurpose.UpdateKeys => UpdateKeys,
        CodePurpose.DeleteUser => DeleteUser,
        _ => throw new ArgumentOutOfRangeException(nameof(purpose), purpose, "a registration's code belongs to its application"),
    };

    public PhoneState With(PendingApplication application) =>
        this with { Pending = [.. Pending.Where(pending => pending.Name != application.Name).Append(application).TakeLast(MaxPending)] };

    public PhoneState With(string uuid, IssuedCode code)
    {
        var name = ApplicationNames.Of(uuid);
        return this with { Pending = [.. Pending.Select(pending => pending.Name == name ? pending with { Code = code } : pending)] };
    }

    public PhoneState With(CodePurpose purpose, IssuedCode? code) => purpose switch
    {
        CodePurpose.UpdateKeys => this with { UpdateKeys = code },
        CodePurpose.DeleteUser => this with { DeleteUser = code },
        _ => throw new ArgumentOutOfRangeException(nameof(purpose), purpose, "a registration's code belongs to its application"),
    };

    /// <summary>Without what is over.</summary>
    public PhoneState Pruned(RegistrationOptions options, long now) => this with
    {
        Pending = [.. Pending.Where(pending => pending.Code.Expires > now)],
        UpdateKeys = UpdateKeys?.Expires > now ? UpdateKeys : null,
        DeleteUser = DeleteUser?.Expires > now ? DeleteUser : null,
        Sent = [.. Sent.Where(sent => sent > now - options.CodesWindow.TotalMilliseconds)],
        Wrong = Today(Wrong, now),
        OwnSent = [.. OwnSent.Where(sent => sent > now - options.CodesWindow.TotalMilliseconds)],
        OwnWrong = Today(OwnWrong, now),
    };

    public bool IsEmpty => Pending.Length == 0 && UpdateKeys is null && DeleteUser is null
        && Sent.Length == 0 && Wrong.Length == 0 && OwnSent.Length == 0 && OwnWrong.Length == 0;

    /// <summary>With one more code sent.</summary>
    public PhoneState Sending(CodePurpose purpose, long now) =>
        IsOwn(purpose) ? this with { OwnSent = [.. OwnSent, now] } : this with { Sent = [.. Sent, now] };

    /// <summary>Without that one: it was not sent.</summary>
    public PhoneState Unsent(CodePurpose purpose, long at) => IsOwn(purpose)
        ? this with { OwnSent = [.. OwnSent.Where(sent => sent != at)] }
        : this with { Sent = [.. Sent.Where(sent => sent != at)] };

    /// <summary>With one more wrong guess; those that are a day old are forgotten.</summary>
    public PhoneState Guessed(CodePurpose purpose, long now) =>
        IsOwn(purpose) ? this with { OwnWrong = [.. Today(OwnWrong, now), now] } : this with { Wrong = [.. Today(Wrong, now), now] };

    /// <summary>Seconds until another code for this is looked at; 0 for now.</summary>
    public int WaitToGuess(CodePurpose purpose, RegistrationOptions options, long now)
    {
        var wrong = Today(IsOwn(purpose) ? OwnWrong : Wrong, now);
        return !options.LimitsEnabled || wrong.Length < options.WrongCodesPerDay ? 0
            : (int)Math.Max(1, Math.Ceiling((wrong[^options.WrongCodesPerDay] + Day.TotalMilliseconds - now) / 1000));
    }

    /// <summary>Seconds until the phone may be sent another code for this; 0 for now. Of a pruned state.</summary>
    public int Wait(CodePurpose purpose, RegistrationOptions options, long now)
    {
        var sent = IsOwn(purpose) ? OwnSent : Sent;
        return !options.LimitsEnabled || sent.Length < options.CodesPerPhone ? 0
            : (int)Math.Max(1, Math.Ceiling((sent[^options.CodesPerPhone] + options.CodesWindow.TotalMilliseconds - now) / 1000));
    }

    /// <summary>Whether an application that is logged in asks for it.</summary>
    private static bool IsOwn(CodePurpose purpose) => purpose != CodePurpose.Registration;

    private static long[] Today(long[] wrong, long now) => [.. wrong.Where(at => at > now - Day.TotalMilliseconds)];
}

/// <summary>An application and its code.</summary>
/// <param name="Uuid">Of rows that were written before <see cref="Credential"/> was; null since.</param>
[GenerateSerializer, Immutable]
internal sealed record PendingApplication(
    string? Uuid, string Type, string? OsVersion, string? Vendor, string? Model, long Created, IssuedCode Code)
{
    [Id(0)]
    public Credential? Credential { get; init; }

    /// <summary>See <see cref="PublicNames"/>; null in rows of before, which live for minutes.</summary>
    [Id(1)]
    public string? PublicName { get; init; }

    public string Name => Credential?.Name ?? ApplicationNames.Of(Uuid!);

    /// <param name="uuid">As it is told.</param>
    public ApplicationInfo Info(string userId, string uuid, bool confirmed, long lastLogin) =>
        new(uuid, SmsCode: null, Type, confirmed, Created, userId, DeviceToken: null, lastLogin, Online: false, OsVersion, Vendor, Model);
}
