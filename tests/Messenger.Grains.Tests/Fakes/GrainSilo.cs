using Messenger.Contracts.Placement;
using Messenger.Grains.Devices;
using Messenger.Grains.Hosting;
using Messenger.Grains.State;
using Messenger.Ports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.TestingHost;

namespace Messenger.Grains.Tests.Fakes;

/// <summary>
/// One silo in this process, with the ports faked, a fake clock and a grain storage in memory named <c>state</c>.
/// </summary>
/// <remarks>
/// A stand-in is a grain class of the tests: where it is named, it takes the place of every other class of its interface.
/// Grain classes of the tests that are not named are left out, so that tests of one grain do not meet the stand-ins of another's.
/// </remarks>
internal sealed class GrainSilo : IAsyncDisposable
{
    private readonly InProcessTestCluster _cluster;

    private GrainSilo(Type[] standIns, Action<ISiloBuilder>? configure)
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureSilo((_, silo) =>
        {
            silo.AddMemoryGrainStorage("state");
            silo.AddSiloRole(SiloRoles.All);
            silo.AddUsers();
            silo.Services
                .AddSingleton<TimeProvider>(Clock)
                .AddSingleton<IUserDirectory>(Users)
                .AddSingleton<IPreferences>(Preferences)
                .AddSingleton<IContactStore>(Contacts)
                .AddSingleton<IMessageLog>(Log)
                .AddSingleton<IConversationDirectory>(Log)
                .AddSingleton<IExpiries>(Log)
                .AddSingleton<IReportStore>(Reports)
                .AddSingleton<IFileDirectory>(Log)
                .AddSingleton<IUploads>(Uploads)
                .AddSingleton<ISmsSender>(Sms)
                .AddSingleton<DeviceEndpoints>()
                .AddSingleton(new CredentialSeal([new byte[CredentialSeal.KeyBytes]]))
                .AddSingleton(this)
                .PostConfigure<GrainTypeOptions>(grains => UseStandIns(grains, standIns));
            if (standIns.Any(standIn => typeof(Contracts.IUserGrain).IsAssignableFrom(standIn)))
            {
                // Nobody has a budget where users are stand-ins.
                silo.Services.Configure<Budgets.BudgetOptions>(budgets => budgets.LimitsEnabled = false);
            }

            // Orleans' own pauses go on by themselves: nobody moves this clock while a silo starts.
            silo.Services.UseTimeProviderForBackgroundAreas(TimeProvider.System);
            configure?.Invoke(silo);
        });
        Log.Now = () => Now;
        _cluster = builder.Build();
    }

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    public FakeUsers Users { get; } = new();

    public FakePreferences Preferences { get; } = new();

    public FakeContacts Contacts { get; } = new();

    public FakeLog Log { get; } = new();

    public FakeReports Reports { get; } = new();

    public FakeUploads Uploads { get; } = new();

    public FakeSms Sms { get; } = new();

    public IGrainFactory Grains => _cluster.Client;

    public IServiceProvider Services => _cluster.Silos[0].ServiceProvider;

    /// <summary>The clock's time in milliseconds since the Unix epoch.</summary>
    public long Now => Clock.GetUtcNow().ToUnixTimeMilliseconds();

    public static Task<GrainSilo> Start(params Type[] standIns) => Start(null, standIns);

    /// <param name="configure">Runs after the fakes were registered: what it registers wins.</param>
    public static async Task<GrainSilo> Start(Action<ISiloBuilder>? configure, params Type[] standIns)
    {
        var silo = new GrainSilo(standIns, configure);
        await silo._cluster.DeployAsync();
        return silo;
    }

    /// <summary>Ends a grain's activation, as idleness or a silo that drains does: what is not stored is gone.</summary>
    public Task Deactivate(IAddressable grain) => _cluster.DeactivateAsync(grain);

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    private static void UseStandIns(GrainTypeOptions grains, Type[] standIns)
    {
        var played = standIns.SelectMany(GrainInterfaces).ToHashSet();
        grains.Classes.RemoveWhere(type =>
            !standIns.Contains(type) && (type.Assembly == typeof(GrainSilo).Assembly || GrainInterfaces(type).Any(played.Contains)));
    }

    private static IEnumerable<Type> GrainInterfaces(Type type) =>
        type.GetInterfaces().Where(face => face.Namespace?.StartsWith("Messenger", StringComparison.Ordinal) == true && typeof(IGrain).IsAssignableFrom(face));
}
