using Messenger.Grains.State;
using Messenger.Host.Configuration;
using Messenger.Host.Starting;
using Messenger.Ports;
using Messenger.Providers.Console;
using Messenger.Providers.Disk;
using Messenger.Providers.Postgres;
using Messenger.Providers.Pushes;
using Messenger.Providers.S3;
using Messenger.Providers.Registration;
using Messenger.Providers.Sms;
using Messenger.Providers.Sqlite;

namespace Messenger.Host.Composition;

/// <summary>Which implementation stands behind which port.</summary>
internal static class StoreComposition
{
    public static void AddStores(this IServiceCollection services, Settings settings)
    {
        _ = settings.Cluster is { } cluster
            ? services.AddPostgres(cluster.Store)
            : services.AddSqlite(new SqliteOptions(Store.Path(settings)));

        Seal(services, settings);
        services.AddSingleton(_ => new MemoryBudgets(settings.Gateway.Memory));
        AddFileStore(services, settings.Files);
        AddIntegrations(services, settings.Integrations);
    }

    /// <summary>Where the bytes of files are; nothing where none are kept.</summary>
    public static void AddFileStore(IServiceCollection services, FileSettings files)
    {
        if (files.S3 is { } s3)
        {
            services.AddS3(new S3Options(s3.Bucket, s3.Endpoint, s3.Region, s3.AccessKey, s3.SecretKey, s3.Prefix, s3.Spool));
        }
        else if (files.Directory is { } folder)
        {
            services.AddDisk(new DiskOptions(folder, files.KeepFree));
        }
    }

    private static void Seal(IServiceCollection services, Settings settings)
    {
        var unsealed = services.Last(service => service.ServiceType == typeof(IFileSecrets));
        services.Remove(unsealed);
        services.AddSingleton<IFileSecrets>(provider => new SealedFileSecrets(
            (IFileSecrets)ActivatorUtilities.CreateInstance(provider, unsealed.ImplementationType!), new CredentialSeal(CredentialKeyFile.Of(settings))));
    }

    private static void AddIntegrations(IServiceCollection services, IntegrationSettings integrations)
    {
        var (sms, push) = (integrations.Sms, integrations.Push);
        _ = sms switch
        {
            { Webhook: { } webhook } => services.AddWebhookSms(webhook, sms.Caps),
            { Twilio: { } twilio } => services.AddTwilioSms(twilio, sms.Caps),
            _ => services.AddConsoleSms(),
        };
        if (integrations.Judge is { } judge)
        {
            services.AddRegistrationJudge(judge);
        }

        _ = push.Console ? services.AddConsolePush() : services.AddPush(push.Fcm, push.Apns, push.Web);
    }
}
