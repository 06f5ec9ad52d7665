using Messenger.Ports;
using Messenger.Providers.Commits;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Messenger.Providers.Relational;

/// <summary>What both engines register.</summary>
internal static class RelationalServices
{
    public static IServiceCollection AddRelational(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IWriterName, ProcessWriterName>();
        services.TryAddSingleton(provider => new MainWork(provider.GetRequiredService<TimeProvider>()));
        services.AddHostedService<StoreProbe>();
        services.AddSingleton(provider => new CommitQueue(
            provider.GetRequiredService<IBatchWriter>(), new CommitOptions(), provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<CommitQueue>>(), provider.GetRequiredService<IStoreHistory>(),
            provider.GetRequiredService<MainWork>().Commits));
        services.AddSingleton<IMessageLog, RelationalMessageLog>();
        services.AddSingleton<RelationalConversationDirectory>();
        services.AddSingleton<IConversationDirectory>(provider => provider.GetRequiredService<RelationalConversationDirectory>());
        services.AddSingleton<IChanges, RelationalChanges>();
        services.AddSingleton<IPreferences, RelationalPreferences>();
        services.AddSingleton<IExpiries, RelationalExpiries>();
        services.AddSingleton<IUserDirectory, RelationalUserDirectory>();
        services.AddSingleton<IContactStore, RelationalContactStore>();
        services.AddSingleton<IUploads, RelationalUploads>();
        services.AddSingleton<RelationalFiles>();
        services.AddSingleton<IFileDirectory>(provider => provider.GetRequiredService<RelationalFiles>());
        services.AddSingleton<IFileGarbage>(provider => provider.GetRequiredService<RelationalFiles>());
        services.AddSingleton<IFileSecrets, RelationalFileSecrets>();
        services.AddSingleton<RelationalReportStore>();
        services.AddSingleton<IReportStore>(provider => provider.GetRequiredService<RelationalReportStore>());
        services.AddSingleton<IReportDesk>(provider => provider.GetRequiredService<RelationalReportStore>());
        services.AddSingleton<IUnreadCounts, RelationalUnreadCounts>();
        services.AddSingleton<IPushStore, RelationalPushStore>();
        services.AddSingleton<ISmsBudget, RelationalSmsBudget>();
        services.AddSingleton<IAuditLog, RelationalAuditLog>();
        services.AddSingleton<ICounts, RelationalCounts>();
        services.AddSingleton<IOperatorDirectory, RelationalOperatorDirectory>();
        services.AddSingleton<IPersonalData, RelationalPersonalData>();
        services.AddSingleton<IDailyFigures, RelationalDailyFigures>();
        services.AddSingleton<IServerControls, RelationalServerControls>();
        services.AddSingleton<IMessageRetention, RelationalMessageRetention>();
        services.AddSingleton<IFileRetention, RelationalFileRetention>();
        services.AddHealthChecks()
            .AddCheck<LogLiveCheck>("message-log-writer", tags: ["live"])
            .AddCheck<MainWorkCheck>("work", tags: ["ready"]);
        return services;
    }
}
