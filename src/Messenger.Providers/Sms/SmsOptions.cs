namespace Messenger.Providers.Sms;

/// <summary>What may be spent on SMS. Whoever pays for them is attacked by making the server send them: the bounds hold for all processes together.</summary>
/// <param name="PerHour">SMS in an hour, to all numbers.</param>
/// <param name="PerPrefix">SMS in an hour to one country.</param>
/// <param name="Prefixes">Digits a number begins with (longest first counts) and their own bound; 0 closes a prefix.</param>
public sealed record SmsCaps(int PerHour, int PerPrefix, IReadOnlyDictionary<string, int> Prefixes);

/// <summary>A webhook of the operator's own.</summary>
/// <param name="Secret">Signs each call, so that the receiver knows whom it is from.</param>
public sealed record WebhookSmsOptions(Uri Url, string Secret);

/// <summary>Twilio.</summary>
/// <param name="Sender">A phone number in E.164, an alphanumeric sender id, or a messaging service's sid (MG…).</param>
/// <param name="Url">https://api.twilio.com, but in tests.</param>
public sealed record TwilioSmsOptions(string AccountSid, string AuthToken, string Sender, Uri Url);
