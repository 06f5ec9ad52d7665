using System.Security.Cryptography;
using System.Text.Json;
using Messenger.Grains.Registration;
using Messenger.Providers.Apns;
using Messenger.Providers.Fcm;
using Messenger.Providers.Sms;

namespace Messenger.Host.Configuration;

/// <summary>Reads <see cref="IntegrationSettings"/>: whatever a provider needs is there and readable, or the server does not start.</summary>
internal static class IntegrationSettingsReader
{
    private const int LeastSecret = 16;

    /// <summary>What of a service account's file is used.</summary>
    private static readonly string[] AccountMembers = ["project_id", "client_email", "private_key"];

    /// <exception cref="StartRefusedException">Says which key, and what it takes.</exception>
    public static IntegrationSettings Read(IConfiguration from) => new(
        Sms(from),
        Push(from),
        new AdminSettings(ConfigKeys.AdminPort.Read(from) is > 0 and var port ? port : null, AdminToken.Parse(IntegrationKeys.AdminTokens.Read(from))),
        new RetentionSettings(Days(IntegrationKeys.RetentionMessageDays.Read(from)), Days(IntegrationKeys.RetentionFileDays.Read(from)), Days(IntegrationKeys.RetentionAuditDays.Read(from))),
        JudgeKeys.Read(from));

    private static TimeSpan? Days(int days) => days > 0 ? TimeSpan.FromDays(days) : null;

    private static SmsSettings Sms(IConfiguration from)
    {
        var provider = IntegrationKeys.SmsProvider.Read(from);
        var caps = Pairs(IntegrationKeys.SmsPrefixCaps, from, ',');
        if (caps.FirstOrDefault(cap => !IsPrefix(cap.Key) || !int.TryParse(cap.Value, out var most) || most < 0) is { Key: not null } wrong)
        {
            throw IntegrationKeys.SmsPrefixCaps.Refuse($"it takes {IntegrationKeys.SmsPrefixCaps.Takes}", $"{wrong.Key}={wrong.Value}");
        }

        return new SmsSettings(
            provider,
            Texts(from),
            new SmsCaps(
                IntegrationKeys.SmsCapPerHour.Read(from), IntegrationKeys.SmsCapPerPrefix.Read(from),
                caps.ToDictionary(cap => cap.Key, cap => int.Parse(cap.Value, System.Globalization.CultureInfo.InvariantCulture))),
            provider == "webhook" ? Webhook(from) : null,
            provider == "twilio" ? Twilio(from) : null);
    }

    private static SmsTexts Texts(IConfiguration from)
    {
        var texts = Pairs(IntegrationKeys.SmsTexts, from, '|');
        var languages = Pairs(IntegrationKeys.SmsLanguages, from, ',');
        foreach (var (language, text) in texts)
        {
            if (language.Split('/') is not ([_] or [_, "keys"] or [_, "deletion"]))
            {
                throw IntegrationKeys.SmsTexts.Refuse($"a text is of a language, or of a language and one of {string.Join(", ", SmsTexts.Purposes)}, such as de/deletion", language);
            }

            if (!text.Contains(SmsTexts.Placeholder, StringComparison.Ordinal) || text.Any(char.IsControl))
            {
                throw IntegrationKeys.SmsTexts.Refuse($"each text is one line with {SmsTexts.Placeholder} in it", $"{language}={text}");
            }

            if (!SmsTexts.Fits(text))
            {
                throw IntegrationKeys.SmsTexts.Refuse(
                    $"with a code and Android's hash it is more than one SMS of {SmsTexts.MaxBytes} bytes (two a character where there is any beyond ASCII)",
                    $"{language}={text}");
            }
        }

        if (texts.Count > 0 && texts[0].Key.Contains('/', StringComparison.Ordinal))
        {
            throw IntegrationKeys.SmsTexts.Refuse("the first text is a registration's, of the language of all numbers that no other is for", texts[0].Key);
        }

        var known = texts.Count > 0 ? texts.ToDictionary(text => text.Key, text => text.Value) : SmsTexts.English.ByLanguage;
        var spoken = known.Keys.Where(key => !key.Contains('/', StringComparison.Ordinal)).ToList();
        if (languages.FirstOrDefault(pair => !IsPrefix(pair.Key) || !spoken.Contains(pair.Value)) is { Key: not null } wrong)
        {
            throw IntegrationKeys.SmsLanguages.Refuse(
                $"it takes {IntegrationKeys.SmsLanguages.Takes}, with languages that {IntegrationKeys.SmsTexts.Name} has ({string.Join(", ", spoken)})", $"{wrong.Key}={wrong.Value}");
        }

        return new SmsTexts(known, languages.ToDictionary(pair => pair.Key, pair => pair.Value), texts.Count > 0 ? texts[0].Key : SmsTexts.English.Default);
    }

    private static WebhookSmsOptions Webhook(IConfiguration from)
    {
        const string because = "Sms:Provider=webhook";
        var secret = SharedSecret(IntegrationKeys.SmsWebhookSecret, from, because);
        return new WebhookSmsOptions(Private(IntegrationKeys.SmsWebhookUrl, NeededUrl(IntegrationKeys.SmsWebhookUrl, from, because)), secret);
    }

    /// <summary>What signs posts to a server of the operator's own.</summary>
    internal static string SharedSecret(ConfigKey<string?> key, IConfiguration from, string because) =>
        Needed(key, from, because) is { Length: >= LeastSecret } secret ? secret : throw key.Refuse($"it takes {key.Takes}", key.Read(from)!);

    private static TwilioSmsOptions Twilio(IConfiguration from)
    {
        const string because = "Sms:Provider=twilio";
        return new TwilioSmsOptions(
            Needed(IntegrationKeys.TwilioAccountSid, from, because), Needed(IntegrationKeys.TwilioAuthToken, from, because),
            Needed(IntegrationKeys.TwilioSender, from, because), Private(IntegrationKeys.TwilioUrl, IntegrationKeys.TwilioUrl.Read(from) ?? new Uri("https://api.twilio.com")));
    }

    private static PushSettings Push(IConfiguration from)
    {
        var web = WebPushKeys.Read(from);
        var (fcm, apns) = (IntegrationKeys.FcmServiceAccountFile, IntegrationKeys.ApnsKeyFile);
        if (IntegrationKeys.PushProvider.Read(from) == "console")
        {
            return fcm.IsGiven(from) || apns.IsGiven(from)
                ? throw new StartRefusedException($"{(fcm.IsGiven(from) ? fcm : apns).Name} is given, but Push:Provider is console: set it to live, or leave the file out.")
                : new PushSettings(Console: true, null, null, web);
        }

        return fcm.IsGiven(from) || apns.IsGiven(from) || web is not null
            ? new PushSettings(Console: false, fcm.IsGiven(from) ? Fcm(from) : null, apns.IsGiven(from) ? Apns(from) : null, web)
            : throw new StartRefusedException($"Push:Provider is live, but none of {fcm.Name}, {apns.Name} and {WebPushKeys.VapidKeys.Name} is given: there is nobody to push to.");
    }

    private static FcmOptions Fcm(IConfiguration from)
    {
        var key = IntegrationKeys.FcmServiceAccountFile;
        var text = Text(key, from);
        try
        {
            using var json = JsonDocument.Parse(text);
            if (AccountMembers.FirstOrDefault(name => !json.RootElement.TryGetProperty(name, out _)) is { } missing)
            {
                throw key.Refuse($"that file has no {missing}; it takes {key.Takes}", key.Read(from)!);
            }
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            throw key.Refuse($"that file is no JSON object; it takes {key.Takes}", key.Read(from)!);
        }

        return new FcmOptions(text, Private(IntegrationKeys.FcmUrl, IntegrationKeys.FcmUrl.Read(from) ?? new Uri("https://fcm.googleapis.com")));
    }

    private static ApnsOptions Apns(IConfiguration from)
    {
        var key = IntegrationKeys.ApnsKeyFile;
        var text = Text(key, from);
        try
        {
            using var read = ECDsa.Create();
            read.ImportFromPem(text);
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException)
        {
            throw key.Refuse($"that file holds no private key in PEM; it takes {key.Takes}", key.Read(from)!);
        }

        return new ApnsOptions(
            text, Needed(IntegrationKeys.ApnsKeyId, from, key.Name), Needed(IntegrationKeys.ApnsTeamId, from, key.Name), Needed(IntegrationKeys.ApnsTopic, from, key.Name),
            Private(IntegrationKeys.ApnsUrl, IntegrationKeys.ApnsUrl.Read(from) ?? new Uri("https://api.push.apple.com")), IntegrationKeys.ApnsAlertKey.Read(from));
    }

    private static string Text(ConfigKey<string?> key, IConfiguration from)
    {
        var path = key.Read(from)!;
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw key.Refuse($"that file cannot be read ({fault.Message.TrimEnd('.')})", path);
        }
    }

    private static string Needed(ConfigKey<string?> key, IConfiguration from, string because) =>
        key.Read(from) is { Length: > 0 } given ? given : throw Missing(key, because);

    private static Uri NeededUrl(ConfigKey<Uri?> key, IConfiguration from, string because) => key.Read(from) ?? throw Missing(key, because);

    /// <summary>Codes, tokens and passwords go there: in clear to this machine alone.</summary>
    internal static Uri Private(ConfigKey<Uri?> key, Uri url) => url.Scheme == "https" || Loopback.Is(url.Host)
        ? url
        : throw key.Refuse("what goes there would be read on the way: give an https URL, or one of this machine", url.GetLeftPart(UriPartial.Path));

    private static StartRefusedException Missing(ConfigKey key, string because) => new($"{key.Name} is not given, which {because} needs: it takes {key.Takes}.");

    private static bool IsPrefix(string text) => text.Length is > 0 and <= 15 && text.All(char.IsAsciiDigit);

    /// <summary>Pairs <c>name=value</c>, in their order.</summary>
    private static List<KeyValuePair<string, string>> Pairs(ConfigKey<string?> key, IConfiguration from, char between)
    {
        var pairs = new List<KeyValuePair<string, string>>();
        foreach (var part in (key.Read(from) ?? "").Split(between, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var at = part.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0 || pairs.Any(pair => pair.Key == part[..at].Trim()))
            {
                throw key.Refuse($"it takes {key.Takes}, each name once", part);
            }

            pairs.Add(new(part[..at].Trim(), part[(at + 1)..].Trim()));
        }

        return pairs;
    }
}
