using Messenger.Grains.Registration;
using Messenger.Providers.Apns;
using Messenger.Providers.Fcm;
using Messenger.Providers.Registration;
using Messenger.Providers.Sms;
using Messenger.Providers.WebPush;

namespace Messenger.Host.Configuration;

/// <summary>The world outside: who sends SMS, who wakes devices, who operates this, how long things are kept, who judges registrations.</summary>
internal sealed record IntegrationSettings(SmsSettings Sms, PushSettings Push, AdminSettings Admin, RetentionSettings Retention, JudgeOptions? Judge);

/// <summary>SMS.</summary>
/// <param name="Provider">console, webhook or twilio; its options are there, the others' null.</param>
internal sealed record SmsSettings(string Provider, SmsTexts Texts, SmsCaps Caps, WebhookSmsOptions? Webhook, TwilioSmsOptions? Twilio);

/// <summary>Push.</summary>
/// <param name="Console">To the log instead of to anybody.</param>
/// <param name="Web">Null: browsers are offered none.</param>
internal sealed record PushSettings(bool Console, FcmOptions? Fcm, ApnsOptions? Apns, WebPushOptions? Web);

/// <summary>The operator's interface.</summary>
/// <param name="Port">Null: there is none.</param>
internal sealed record AdminSettings(int? Port, IReadOnlyList<AdminToken> Tokens);

/// <summary>How long things are kept; null for ever.</summary>
internal sealed record RetentionSettings(TimeSpan? Messages, TimeSpan? Files, TimeSpan? Audit);
