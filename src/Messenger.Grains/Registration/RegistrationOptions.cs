namespace Messenger.Grains.Registration;

/// <summary>Codes by SMS.</summary>
public sealed class RegistrationOptions
{
    /// <summary>Digits of a code, 5 to 10: six make 5 guesses one chance in 200 000.</summary>
    public int CodeLength { get; set; } = 6;

    /// <summary>How long a code is valid.</summary>
    public TimeSpan CodeLifetime { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Wrong tries that void a code.</summary>
    public int MaxTries { get; set; } = 5;

    /// <summary>Codes that one phone is sent within <see cref="CodesWindow"/>: each costs money, and each allows <see cref="MaxTries"/> guesses.</summary>
    public int CodesPerPhone { get; set; } = 5;

    /// <summary>See <see cref="CodesPerPhone"/>.</summary>
    public TimeSpan CodesWindow { get; set; } = TimeSpan.FromHours(1);

    /// <summary>What the SMS say.</summary>
    public SmsTexts Texts { get; set; } = SmsTexts.English;

    /// <summary>
    /// Wrong codes in 24 hours, of all a phone's codes together; then none is looked at until the oldest is a day old. With six digits
    /// that is one chance in 20 000 a day, however many codes an attacker has sent.
    /// </summary>
    public int WrongCodesPerDay { get; set; } = 50;

    /// <summary>Registrations in an hour of phones of one block of a thousand numbers, in the whole cluster: against SMS sent for their price.</summary>
    public int RegistrationsPerPrefix { get; set; } = 100;

    /// <summary>Every code is this one. In Development only: the host refuses to start with it elsewhere.</summary>
    public string? FixedCode { get; set; }

    /// <summary>False in Development only: a phone is sent as many codes as it asks for.</summary>
    public bool LimitsEnabled { get; set; } = true;
}
