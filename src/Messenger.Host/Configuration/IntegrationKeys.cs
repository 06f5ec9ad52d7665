namespace Messenger.Host.Configuration;

/// <summary>The keys of SMS, push, the operator's interface and retention.</summary>
internal static class IntegrationKeys
{
    public static readonly ConfigKey<string> SmsProvider = ConfigKey.OneOf(
        "Sms:Provider", "console", "Who sends SMS; console writes them to the log, codes included.", "console", "webhook", "twilio");

    public static readonly ConfigKey<bool> SmsCodesInLog = ConfigKey.Flag(
        "Sms:CodesInLog", false, "Whether Sms:Provider=console is meant where the environment is not Development: else such a start is refused.");

    public static readonly ConfigKey<string?> SmsTexts = ConfigKey.Text(
        "Sms:Texts", "texts such as en=Your code: {code}|de=Ihr Code: {code}|de/deletion=Code zum LÖSCHEN: {code}, each at most one SMS of 140 bytes", "English",
        "What the SMS say, by language, and by language and purpose (/keys, /deletion; without: English). Android's SMS Retriever gets what it wants. The first is for all numbers that Sms:Languages does not name.");

    public static readonly ConfigKey<string?> SmsLanguages = ConfigKey.Text(
        "Sms:Languages", "prefixes and languages such as 49=de,43=de,357=el", "none",
        "Which language a number is written to in; the longest prefix counts.");

    public static readonly ConfigKey<int> SmsCapPerHour = ConfigKey.Whole(
        "Sms:CapPerHour", 0, 10_000_000, 2000, "SMS sent in an hour by all processes together; more are refused. Whoever makes the server send SMS spends your money.");

    public static readonly ConfigKey<int> SmsCapPerPrefix = ConfigKey.Whole(
        "Sms:CapPerPrefix", 0, 10_000_000, 300, "Of them, to one country's calling code.");

    public static readonly ConfigKey<string?> SmsPrefixCaps = ConfigKey.Text(
        "Sms:PrefixCaps", "prefixes and numbers such as 49=5000,1876=0", "none",
        "Prefixes with a cap of their own; the longest counts, 0 closes one.");

    public static readonly ConfigKey<Uri?> SmsWebhookUrl = ConfigKey.Url(
        "Sms:Webhook:Url", "none", "Where the webhook provider posts id, to and text.");

    public static readonly ConfigKey<string?> SmsWebhookSecret = ConfigKey.Secret(
        "Sms:Webhook:Secret", "at least 16 characters", "none", "Signs each post (HMAC-SHA-256 in X-Messenger-Signature).");

    public static readonly ConfigKey<string?> TwilioAccountSid = ConfigKey.Text("Sms:Twilio:AccountSid", "an account's sid", "none", "Twilio's account.");

    public static readonly ConfigKey<string?> TwilioAuthToken = ConfigKey.Secret("Sms:Twilio:AuthToken", "the account's token", "none", "Twilio's password.");

    public static readonly ConfigKey<string?> TwilioSender = ConfigKey.Text(
        "Sms:Twilio:Sender", "a number in E.164, an alphanumeric sender or a messaging service's sid (MG...)", "none", "Whom the SMS come from.");

    public static readonly ConfigKey<Uri?> TwilioUrl = ConfigKey.Url("Sms:Twilio:Url", "https://api.twilio.com", "Twilio's address; another in tests.");

    public static readonly ConfigKey<string> PushProvider = ConfigKey.OneOf(
        "Push:Provider", "console", "Who wakes devices; console writes to the log that it would, live is FCM, APNs or both, as far as they are configured.",
        "console", "live");

    public static readonly ConfigKey<string?> FcmServiceAccountFile = ConfigKey.Text(
        "Push:Fcm:ServiceAccountFile", "a service account's key file (JSON)", "none", "Pushes to Android: the project is the file's.");

    public static readonly ConfigKey<Uri?> FcmUrl = ConfigKey.Url("Push:Fcm:Url", "https://fcm.googleapis.com", "FCM's address; another in tests.");

    public static readonly ConfigKey<string?> ApnsKeyFile = ConfigKey.Text(
        "Push:Apns:KeyFile", "a token signing key (.p8)", "none", "Pushes to iOS.");

    public static readonly ConfigKey<string?> ApnsKeyId = ConfigKey.Text("Push:Apns:KeyId", "the key's id at Apple", "none", "Goes with the key.");

    public static readonly ConfigKey<string?> ApnsTeamId = ConfigKey.Text("Push:Apns:TeamId", "the developer team's id", "none", "Goes with the key.");

    public static readonly ConfigKey<string?> ApnsTopic = ConfigKey.Text("Push:Apns:Topic", "the application's bundle id", "none", "Which application is pushed to.");

    public static readonly ConfigKey<string?> ApnsAlertKey = ConfigKey.Text(
        "Push:Apns:AlertKey", "the name of a localised text in the application", "none: badge alone",
        "Shown when the application's extension cannot make a text of its own; iOS starts the extension only where there is one.");

    public static readonly ConfigKey<Uri?> ApnsUrl = ConfigKey.Url(
        "Push:Apns:Url", "https://api.push.apple.com", "APNs' address: https://api.sandbox.push.apple.com for development builds.");

    public static readonly ConfigKey<string?> AdminTokens = ConfigKey.Secret(
        "Admin:Tokens", "entries name:SHA-256 of the token in hex, with :YYYY-MM-DD where it expires and :reader where it only looks, separated by commas", "none: every call is refused",
        "Who may call the operator's interface. 'messenger admin token NAME' makes one.");

    public static readonly ConfigKey<int> RetentionMessageDays = ConfigKey.Whole(
        "Retention:MessageDays", 0, 36_500, 0, "Messages older than this are removed, on disk too; 0 keeps them.", "0: kept");

    public static readonly ConfigKey<int> RetentionFileDays = ConfigKey.Whole(
        "Retention:FileDays", 0, 36_500, 0, "Files older than this are removed; 0 keeps them.", "0: kept");

    public static readonly ConfigKey<int> RetentionAuditDays = ConfigKey.Whole(
        "Retention:AuditDays", 0, 36_500, 730, "Entries of the operator's audit log older than this are removed; 0 keeps them.", "730: two years");

    /// <summary>In the order of the documentation.</summary>
    public static readonly IReadOnlyList<ConfigKey> All =
    [
        SmsProvider, SmsCodesInLog, SmsTexts, SmsLanguages, SmsCapPerHour, SmsCapPerPrefix, SmsPrefixCaps, SmsWebhookUrl, SmsWebhookSecret,
        TwilioAccountSid, TwilioAuthToken, TwilioSender, TwilioUrl, PushProvider, FcmServiceAccountFile, FcmUrl,
        ApnsKeyFile, ApnsKeyId, ApnsTeamId, ApnsTopic, ApnsAlertKey, ApnsUrl, .. WebPushKeys.All, AdminTokens, RetentionMessageDays, RetentionFileDays,
        RetentionAuditDays,
    ];
}
