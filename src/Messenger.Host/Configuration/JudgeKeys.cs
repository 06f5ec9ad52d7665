using Messenger.Providers.Registration;

namespace Messenger.Host.Configuration;

/// <summary>The keys of the webhook that judges registrations.</summary>
internal static class JudgeKeys
{
    public static readonly ConfigKey<Uri?> Url = ConfigKey.Url(
        "Registration:Judge:Url", "none: nobody is asked", "A server of your own that says whether a registration may be, before an SMS is paid: attestation, captcha, lists of fraud. It has two seconds.");

    public static readonly ConfigKey<string?> Secret = ConfigKey.Secret(
        "Registration:Judge:Secret", "at least 16 characters", "none", "Signs each post, as Sms:Webhook:Secret does.");

    public static readonly ConfigKey<string> OnFailure = ConfigKey.OneOf(
        "Registration:Judge:OnFailure", "allow", "What holds for registrations that it gives no verdict on.", "allow", "refuse");

    public static readonly IReadOnlyList<ConfigKey> All = [Url, Secret, OnFailure];

    /// <returns>Null where there is none.</returns>
    /// <exception cref="StartRefusedException">Says which key, and what it takes.</exception>
    public static JudgeOptions? Read(IConfiguration from)
    {
        if (Url.Read(from) is not { } url)
        {
            return Secret.IsGiven(from) || OnFailure.IsGiven(from)
                ? throw new StartRefusedException($"{(Secret.IsGiven(from) ? Secret : (ConfigKey)OnFailure).Name} is given, but {Url.Name} is not: nobody would be asked.")
                : null;
        }

        return new JudgeOptions(
            IntegrationSettingsReader.Private(Url, url), IntegrationSettingsReader.SharedSecret(Secret, from, Url.Name), OnFailure.Read(from) == "allow");
    }
}
