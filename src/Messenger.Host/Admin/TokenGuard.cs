using System.Net;
using Messenger.Gateway.RateLimits;
using Messenger.Host.Configuration;

namespace Messenger.Host.Admin;

/// <summary>
/// Looks at tokens on the operator's port. An address that gave wrong ones is looked at slowly, one token after the other: guessing has a rate, and a token
/// that is right is never refused for the wrong ones of others, it waits.
/// </summary>
internal sealed class TokenGuard(IReadOnlyList<AdminToken> tokens, TimeProvider timeProvider)
{
    /// <summary>Wrong tokens of one address in a minute that are answered at once: somebody who pastes the wrong one, and a script that tries again.</summary>
    private const int AtOnce = 20;

    /// <summary>Addresses that are remembered: some hundred kilobytes.</summary>
    private const int Addresses = 4096;

    /// <summary>Requests that wait; one more is told to come back. With <see cref="Pace"/> nobody waits longer than an operator does.</summary>
    private const int MaxWaiting = 8;

    /// <summary>A token of an address that guessed is looked at so often.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    private readonly FixedWindows<IPAddress> _wrong = new(AtOnce, TimeSpan.FromMinutes(1), Addresses, timeProvider);
    private readonly Lock _gate = new();

    /// <summary>The last turn that was given away.</summary>
    private TimeSpan _last;

    /// <summary>Whose token it is; or null, and why. <see cref="TooMany"/> where nothing was looked at.</summary>
    public async ValueTask<(AdminToken? Token, string? Why)> Check(IPAddress? address, string given, CancellationToken cancellation)
    {
        var key = address is null ? IPAddress.None : AddressBucket.Of(address);
        if (_wrong.Wait(key) > 0 && !await Turn(cancellation))
        {
            return (null, TooMany);
        }

        var found = AdminToken.Match(tokens, given) switch
        {
            null => (null, tokens.Count == 0 ? "no token is configured: Admin:Tokens is empty" : "this token is none of Admin:Tokens"),
            { Expires: { } end } when timeProvider.GetUtcNow() >= end => (null, "this token has expired"),
            { } valid => ((AdminToken?)valid, (string?)null),
        };
        if (found.Item1 is null)
        {
            _wrong.Take(key);
        }

        return found;
    }

    /// <summary>Why nothing was looked at.</summary>
    public const string TooMany = "too many calls without a valid token: wait a minute";

    /// <summary>Waits for its turn; false where too many wait. Who goes away leaves its turn unused.</summary>
    private async Task<bool> Turn(CancellationToken cancellation)
    {
        TimeSpan wait;
        lock (_gate)
        {
            var now = timeProvider.GetElapsedTime(0);
            var next = (_last > now ? _last : now) + Pace;
            wait = next - now;
            if (wait > MaxWaiting * Pace)
            {
                return false;
            }

            _last = next;
        }

        await Task.Delay(wait, timeProvider, cancellation);
        return true;
    }
}
