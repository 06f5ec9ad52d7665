using System.Net;
using Messenger.Host.Configuration;
using Npgsql;

namespace Messenger.Host.Starting;

/// <summary>
/// What is meant for a developer's own machine (a fixed code, no limits, the explorer) stays on it, and codes come into no log by an oversight:
/// the environment is one variable, and a server with real phones must not be that near to letting everybody in.
/// </summary>
internal static class OpenDoors
{
    /// <exception cref="StartRefusedException">Says what is open, what reaches beyond this machine, and the key that allows it.</exception>
    public static void Refuse(Settings settings, IConfiguration from, IHostEnvironment environment)
    {
        if (!environment.IsDevelopment() && settings.Integrations.Sms.Provider == "console" && !IntegrationKeys.SmsCodesInLog.Read(from))
        {
            throw new StartRefusedException(
                $"{IntegrationKeys.SmsProvider.Name} is console: every code would be written to the log, where whoever reads it can register as anybody, and this is {environment.EnvironmentName}. Give a provider, or {IntegrationKeys.SmsCodesInLog.Name}=true.");
        }

        if (ConfigKeys.AllowRemote.Read(from) || Open(settings) is not { } open)
        {
            return;
        }

        if (Addresses(settings, from, environment).FirstOrDefault(address => !Loopback.Is(address.Host)) is { Host: not null } reached)
        {
            throw new StartRefusedException(
                $"{open}, and this server is not this machine's alone: {reached.What}. Keep all of it on loopback addresses, or give {ConfigKeys.AllowRemote.Name}=true where nobody else is on that network.");
        }
    }

    private static string? Open(Settings settings) =>
        settings.Registration.FixedCode is not null ? $"{ConfigKeys.FixedCode.Name} lets anybody register as anybody"
        : !settings.LimitsEnabled ? $"{ConfigKeys.LimitsEnabled.Name} is false"
        : settings.Explorer ? $"{ConfigKeys.Explorer.Name} is true"
        : null;

    /// <summary>Everything that is listened on or spoken to.</summary>
    private static IEnumerable<(string What, string Host)> Addresses(Settings settings, IConfiguration from, IHostEnvironment environment)
    {
        foreach (var url in ListeningUrls.Urls(from, environment))
        {
            yield return ($"it listens on {url}", ListeningUrls.Host(url));
        }

        if (settings.Cluster is { } cluster)
        {
            // Without an address Orleans takes the machine's own, which others reach.
            yield return ($"{ConfigKeys.SiloAddress.Name} is {settings.Silo.Address ?? "the machine's own"}", settings.Silo.Address ?? "");
            foreach (var host in new[] { cluster.Store.ConnectionString, cluster.Postgres }.SelectMany(text => new NpgsqlConnectionStringBuilder(text).Host!.Split(',')).Distinct())
            {
                yield return ($"{ConfigKeys.Postgres.Name} names {ConnectionStrings.Name(host)}", ConnectionStrings.Name(host));
            }

            foreach (var end in cluster.Redis.Options.EndPoints)
            {
                var host = end is DnsEndPoint name ? name.Host : ((IPEndPoint)end).Address.ToString();
                yield return ($"{ConfigKeys.Redis.Name} names {host}", host);
            }
        }

        var (sms, push, files) = (settings.Integrations.Sms, settings.Integrations.Push, settings.Files);
        if (push is { Console: false, Web.Hosts: [var service, ..] })
        {
            yield return ($"{WebPushKeys.VapidKeys.Name} pushes to services such as {service}", service);
        }

        (ConfigKey Key, Uri? Url)[] providers =
        [
            (IntegrationKeys.SmsWebhookUrl, sms.Webhook?.Url), (IntegrationKeys.TwilioUrl, sms.Twilio?.Url), (JudgeKeys.Url, settings.Integrations.Judge?.Url), (IntegrationKeys.FcmUrl, push.Fcm?.Url),
            (IntegrationKeys.ApnsUrl, push.Apns?.Url), (ConfigKeys.S3Endpoint, files.S3 is { } s3 ? s3.Endpoint ?? new Uri("https://s3.amazonaws.com") : null),
        ];
        foreach (var (key, url) in providers)
        {
            if (url is not null)
            {
                yield return ($"{key.Name} is at {url.Host}", url.Host);
            }
        }
    }
}
