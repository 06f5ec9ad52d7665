using Messenger.Grains.State;
using Messenger.Host.Configuration;
using Messenger.Host.Logging;
using Messenger.Ports;

namespace Messenger.Host.Starting;

/// <summary>
/// A known word, sealed with the key of credentials and kept in the store: who starts with another key is told at once, and not by the first
/// person whose PIN does not fit. It is no refusal: people log in without the key.
/// </summary>
internal sealed class CredentialCanary(IServerControls controls, CredentialSeal seal, TimeProvider timeProvider, ILogger<CredentialCanary> logger) : IHostedLifecycleService
{
    private const string Word = "canary";

    /// <summary>Whether the key is the one that the store knows; makes the canary of a store that has none, or that was used without a key before.</summary>
    public async Task<bool> Check()
    {
        var kept = (await controls.List()).FirstOrDefault(control => control.Name == ServerControlNames.CredentialCanary)?.Value;
        var stored = kept is null ? null : Convert.FromBase64String(kept);
        if (stored is not null && seal.Unseal(Word, stored) != Word)
        {
            return false;
        }

        if (seal.IsStale(Word, stored))
        {
            await Accept("server");
        }

        return true;
    }

    /// <summary>The key that is configured is the right one from now on. Two processes that say so at the same time have the same key.</summary>
    public Task Accept(string by) => controls.Set(
        ServerControlNames.CredentialCanary, Convert.ToBase64String(seal.Seal(Word, Word)), by, timeProvider.GetUtcNow().ToUnixTimeMilliseconds());

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (!await Check())
            {
                Log.WrongCredentialKey(logger, ConfigKeys.CredentialKey.Name);
            }
        }
        catch (StoreUnavailableException)
        {
            // The store tells of itself; the key is looked at with the next start.
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
