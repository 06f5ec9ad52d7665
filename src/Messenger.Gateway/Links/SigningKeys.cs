using System.Security.Cryptography;
using Messenger.Ports;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Messenger.Gateway.Links;

/// <summary>The keys that URLs are signed with, kept in the store, so that all gateways have the same. The newest signs, the older ones still verify.</summary>
/// <remarks>Whichever gateway finds that the newest is old adds the next. A key is forgotten when no URL can be valid any more that it signed.</remarks>
internal sealed class SigningKeys(
    IOptions<FilesOptions> options, TimeProvider timeProvider, ILogger<SigningKeys> logger, IFileSecrets? secrets = null) : BackgroundService
{
    /// <summary>How long another gateway's new key may be unknown here: until then nothing of it is verified without asking the store.</summary>
    internal static readonly TimeSpan Refresh = TimeSpan.FromMinutes(1);

    /// <summary>After a failure.</summary>
    internal static readonly TimeSpan Retry = TimeSpan.FromSeconds(2);

    /// <summary>An unknown signature has the keys read again at most so often: garbage must not become load on the store.</summary>
    private static readonly TimeSpan LeastPause = TimeSpan.FromSeconds(1);

    /// <summary>Of a key: as many as the hash gives.</summary>
    private const int SecretBytes = 32;

    private volatile IReadOnlyList<byte[]> _keys = [];
    private long _asked;

    /// <summary>Newest first; empty while the store has not answered yet.</summary>
    public IReadOnlyList<byte[]> All => _keys;

    /// <summary>Reads the keys again, if that was not done just now.</summary>
    /// <returns>Whether it was done.</returns>
    public async Task<bool> Renew()
    {
        var before = Volatile.Read(ref _asked);
        if (secrets is null || (before != 0 && timeProvider.GetElapsedTime(before) < LeastPause)
            || Interlocked.CompareExchange(ref _asked, timeProvider.GetTimestamp(), before) != before)
        {
            return false;
        }

        await Read(secrets);
        return true;
    }

    /// <summary>One look: reads the keys, and adds one when it is time.</summary>
    internal async Task Reload()
    {
        if (secrets is null)
        {
            return;
        }

        var now = timeProvider.GetUtcNow().ToUnixTimeMilliseconds();
        var due = now - (long)options.Value.KeyPeriod.TotalMilliseconds;
        if (await Read(secrets) is not [{ } newest, ..] || newest.Created < due)
        {
            // Signed last before everybody had the next, which takes one refresh, and valid for a lifetime then.
            var valid = options.Value.LinkLifetime + (2 * Refresh) + options.Value.KeyPeriod;
            await secrets.AddSigningKey(
                new SigningKeyRow(Guid.NewGuid().ToString("N"), Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretBytes)), now),
                due, now - (long)valid.TotalMilliseconds);
            await Read(secrets);
            LinksLog.NewKey(logger);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = Refresh;
            try
            {
                await Reload();
            }
            catch (StoreUnavailableException fault)
            {
                LinksLog.KeysUnread(logger, fault.Message);
                pause = Retry;
            }

            await Task.Delay(pause, timeProvider, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<IReadOnlyList<SigningKeyRow>> Read(IFileSecrets from)
    {
        var rows = await from.SigningKeys();
        _keys = [.. rows.Select(row => Convert.FromBase64String(row.SecretBase64))];
        return rows;
    }
}
