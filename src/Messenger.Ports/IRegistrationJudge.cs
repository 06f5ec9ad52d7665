namespace Messenger.Ports;

/// <summary>The operator's own word on a registration, asked before an SMS is paid: attestation, captcha, fraud lists.</summary>
public interface IRegistrationJudge
{
    /// <summary>Never throws for a judge that is away: then it is what the operator chose for that.</summary>
    Task<Judgement> Judge(RegistrationCase registration, CancellationToken cancellation);
}

/// <summary>What a judge says.</summary>
public enum Judgement
{
    Allowed,

    /// <summary>The judge did not answer, and the operator lets those in.</summary>
    AllowedUnanswered,

    Refused,

    /// <summary>The judge did not answer, and without its word nothing is sent.</summary>
    Unanswered,
}

/// <summary>What a judge is told of a registration.</summary>
/// <param name="Phone">E.164.</param>
/// <param name="Address">Where it comes from, as far as the gateway knows.</param>
public sealed record RegistrationCase(string Phone, string? Address, string ApplicationType, string? OsVersion, string? Vendor, string? Model);
