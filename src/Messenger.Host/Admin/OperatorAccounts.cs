using Messenger.Host.Configuration;
using Messenger.Host.Logging;
using Messenger.Ports;

namespace Messenger.Host.Admin;

/// <summary>Says at the start when clients would be shown a support or an operator who does not exist.</summary>
internal sealed class OperatorAccounts(Settings settings, IUserDirectory users, ILogger<OperatorAccounts> logger) : IHostedLifecycleService
{
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        (string Key, string? Id)[] shown = [(ConfigKeys.SupportId.Name, settings.Server.Answer.SupportId), (ConfigKeys.AdminId.Name, settings.Server.Answer.AdminId)];
        try
        {
            var known = await users.Registered([.. shown.Select(account => account.Id).OfType<string>()]);
            foreach (var (key, _) in shown.Where(account => account.Id is { } id && !known.Contains(id)))
            {
                Log.NoSuchAccount(logger, key);
            }
        }
        catch (StoreUnavailableException)
        {
            // The store tells of itself; who is shown is looked at with the next start.
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
