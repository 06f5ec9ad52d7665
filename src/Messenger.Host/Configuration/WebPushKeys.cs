using Messenger.Ports;
using Messenger.Providers.WebPush;

namespace Messenger.Host.Configuration;

/// <summary>The keys of pushes to browsers.</summary>
internal static class WebPushKeys
{
    /// <summary>Keys that are tried for one push.</summary>
    private const int MostKeys = 3;

    public static readonly ConfigKey<string?> VapidKeys = ConfigKey.Secret(
        "Push:Web:VapidKeys", "one to three private keys of P-256 in base64url, the newest first, comma-separated", "none: Web Push is not offered",
        "What push services know this server by. 'messenger admin vapid' makes one. A subscription is good for the key that it was made for: keep the old one behind a new one.");

    public static readonly ConfigKey<string?> Subject = ConfigKey.Text(
        "Push:Web:Subject", "a mailto: or https: URI", "none", "Whom a push service turns to when something is wrong. Goes with the keys.");

    public static readonly ConfigKey<string?> Hosts = ConfigKey.Text(
        "Push:Web:Hosts", "names such as push.example or *.push.example, comma-separated, or *", "the services of Chrome, Firefox, Safari and Edge",
        "Push services that are called. A client names the address: with * any host of the internet (UnifiedPush), never one of a private network.");

    public static readonly IReadOnlyList<ConfigKey> All = [VapidKeys, Subject, Hosts];

    /// <summary>Null where Web Push is not configured.</summary>
    /// <exception cref="StartRefusedException">Says which key, and what it takes.</exception>
    public static WebPushOptions? Read(IConfiguration from)
    {
        if (VapidKeys.Read(from) is not { } text)
        {
            return null;
        }

        var keys = List(text).Select(VapidKey.Parse).ToList();
        if (keys.Count is 0 or > MostKeys || keys.Contains(null))
        {
            throw VapidKeys.Refuse($"it takes {VapidKeys.Takes}", text);
        }

        var subject = Subject.Read(from) ?? throw new StartRefusedException($"{Subject.Name} is not given, which {VapidKeys.Name} needs: it takes {Subject.Takes}.");
        return Uri.TryCreate(subject, UriKind.Absolute, out var uri) && uri.Scheme is "mailto" or "https"
            ? new WebPushOptions([.. keys.OfType<VapidKey>()], subject, Hosts.Read(from) is { } hosts ? List(hosts) : WebPushSubscription.Browsers)
            : throw Subject.Refuse($"it takes {Subject.Takes}", subject);
    }

    private static string[] List(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
