using Messenger.Ports;
using Messenger.Providers.Apns;
using Messenger.Providers.Fcm;
using Messenger.Providers.WebPush;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Messenger.Providers.Pushes;

/// <summary>Pushes that are really sent.</summary>
public static class PushServices
{
    /// <summary>Adds an <see cref="IPushSender"/> for the types of applications whose provider is configured; at least one.</summary>
    public static IServiceCollection AddPush(this IServiceCollection services, FcmOptions? fcm, ApnsOptions? apns, WebPushOptions? web) =>
        services.AddSingleton<IPushSender>(provider =>
        {
            var clock = provider.GetRequiredService<TimeProvider>();
            var logs = provider.GetRequiredService<ILoggerFactory>();
            return new PushByType(
                fcm is null ? null : new FcmSender(fcm, clock, logs.CreateLogger<FcmSender>()),
                apns is null ? null : new ApnsSender(apns, clock, logs.CreateLogger<ApnsSender>()),
                web is null ? null : new WebPushSender(web, clock, logs.CreateLogger<WebPushSender>()));
        });
}

/// <summary>A subscription of a browser's goes to its service, whatever the application says it is; else android goes to FCM, ios to APNs; for the rest there is none.</summary>
internal sealed class PushByType(FcmSender? fcm, ApnsSender? apns, WebPushSender? web) : IPushSender, IDisposable
{
    public Task<PushOutcome> Send(Push push, CancellationToken cancellation)
    {
        IPushSender? sender =
            WebPushSubscription.IsMeant(push.Token) ? web
            : push.ApplicationType.Equals("android", StringComparison.OrdinalIgnoreCase) ? fcm
            : push.ApplicationType.Equals("ios", StringComparison.OrdinalIgnoreCase) ? apns
            : null;
        return sender?.Send(push, cancellation) ?? Task.FromResult(new PushOutcome(PushVerdict.NoProvider));
    }

    public void Dispose()
    {
        fcm?.Dispose();
        apns?.Dispose();
        web?.Dispose();
    }
}
