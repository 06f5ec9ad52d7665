using Messenger.Ports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Messenger.Providers.Sms;

/// <summary>SMS that are really sent.</summary>
public static class SmsServices
{
    /// <summary>Adds an <see cref="ISmsSender"/> that calls a webhook. Needs an <see cref="ISmsBudget"/>.</summary>
    public static IServiceCollection AddWebhookSms(this IServiceCollection services, WebhookSmsOptions options, SmsCaps caps) =>
        services.AddSms(provider => new WebhookSmsCarrier(options, provider.GetRequiredService<TimeProvider>()), caps);

    /// <summary>Adds an <see cref="ISmsSender"/> that calls Twilio. Needs an <see cref="ISmsBudget"/>.</summary>
    public static IServiceCollection AddTwilioSms(this IServiceCollection services, TwilioSmsOptions options, SmsCaps caps) =>
        services.AddSms(_ => new TwilioSmsCarrier(options), caps);

    private static IServiceCollection AddSms(this IServiceCollection services, Func<IServiceProvider, ISmsCarrier> carrier, SmsCaps caps) =>
        services.AddSingleton<ISmsSender>(provider => new HttpSmsSender(
            carrier(provider), provider.GetRequiredService<ISmsBudget>(), caps, provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<HttpSmsSender>>()));
}
