using Messenger.Host.Configuration;
using Messenger.Host.Starting;
using Messenger.Providers.Console;
using Messenger.Providers.Postgres;
using Messenger.Providers.Pushes;
using Messenger.Providers.Sms;
using Messenger.Providers.Sqlite;

namespace Messenger.Host.Composition;

/// <summary>Which implementation stands behind which port.</summary>
internal static class StoreComposition
{
    public static void AddStores(this IServiceCollection services, Settings settings)
    {
        _ = settings.Cluster is { } cluster
            ? services.AddPostgres(new PostgresOptions(cluster.Postgres))
            : services.AddSqlite(new SqliteOptions(Store.Path(settings)));

        var (sms, push) = (settings.Outside.Sms, settings.Outside.Push);
        _ = sms switch
        {
            { Webhook: { } webhook } => services.AddWebhookSms(webhook, sms.Caps),
            { Twilio: { } twilio } => services.AddTwilioSms(twilio, sms.Caps),
            _ => services.AddConsoleSms(),
        };
        _ = push.Console ? services.AddConsolePush() : services.AddPush(push.Fcm, push.Apns);
    }
}
