using Orleans.Runtime;

namespace Messenger.Host.Membership;

/// <summary>Membership in Redis, kept.</summary>
internal static class MembershipComposition
{
    public static void AddMembership(this ISiloBuilder silo, Joined joined)
    {
        var store = joined.Store;
        silo.UseRedisClustering(options =>
        {
            // It asks for them, and uses the connection that is there.
            options.ConfigurationOptions = joined.Redis;
            options.CreateMultiplexer = _ => Task.FromResult((store.Connection, true));
            options.CreateRedisKey = _ => store.TableKey;
        });
        var services = silo.Services;
        var orleans = services.Last(service => service.ServiceType == typeof(IMembershipTable));
        services.Remove(orleans);
        services.AddSingleton(store);
        services.AddSingleton(joined.Seal);
        services.AddSingleton<MembershipKeeper>();
        services.AddHostedService(provider => provider.GetRequiredService<MembershipKeeper>());
        services.AddHostedService<MemberLease>();
        services.AddSingleton<IMembershipTable>(provider => new LeavingTable(
            new KeptTable(Made(orleans, provider), provider.GetRequiredService<MembershipKeeper>(), provider.GetRequiredService<ILocalSiloDetails>()),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<LeavingTable>>(),
            provider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping));
    }

    private static IMembershipTable Made(ServiceDescriptor service, IServiceProvider provider) =>
        (IMembershipTable)(service.ImplementationFactory?.Invoke(provider) ?? ActivatorUtilities.CreateInstance(provider, service.ImplementationType!));
}
