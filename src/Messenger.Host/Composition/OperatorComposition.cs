using Messenger.Gateway;
using Messenger.Grains.Registration;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Messenger.Host.Composition;

/// <summary>What every process does for the operator, whatever its role.</summary>
internal static class OperatorComposition
{
    public static void AddOperatorsControls(this IServiceCollection services)
    {
        // Used by the sockets of a gateway and by the actors of a worker; set on both.
        services.TryAddSingleton<RegistrationPause>();
        services.TryAddSingleton<LiveNotice>();
        services.AddHostedService<ControlsWatch>();
        services.AddHostedService<DailyCounters>();
    }
}
