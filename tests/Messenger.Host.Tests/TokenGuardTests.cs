using System.Net;
using System.Security.Cryptography;
using System.Text;
using Messenger.Host.Admin;
using Messenger.Host.Configuration;
using Microsoft.Extensions.Time.Testing;

namespace Messenger.Host.Tests;

/// <summary>Guessing the operator's tokens has a rate, and locks no operator out.</summary>
public sealed class TokenGuardTests
{
    private const string Right = "the-operators-token";

    private static readonly IPAddress Guesser = IPAddress.Parse("192.0.2.1");
    private readonly FakeTimeProvider _clock = new();
    private readonly TokenGuard _guard;

    public TokenGuardTests() => _guard = new TokenGuard([new AdminToken("alice", SHA256.HashData(Encoding.UTF8.GetBytes(Right)), null)], _clock);

    [Fact]
    public async Task An_address_that_guesses_is_looked_at_once_a_second()
    {
        await Guess(20);
        var waiting = Enumerable.Range(0, 8).Select(_ => Check(Guesser, "wrong")).ToList();

        // A queue as long as that, and no longer.
        Assert.Equal((null, TokenGuard.TooMany), await Check(Guesser, Right));
        foreach (var check in waiting)
        {
            Assert.False(check.IsCompleted);
            _clock.Advance(TimeSpan.FromSeconds(1));
            Assert.Null((await check).Token);
        }
    }

    [Fact]
    public async Task A_right_token_waits_and_is_taken_and_others_addresses_do_not_wait()
    {
        await Guess(20);
        Assert.Equal("alice", (await Check(IPAddress.Parse("192.0.2.2"), Right)).Token?.Name);
        var right = Check(Guesser, Right);
        Assert.False(right.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("alice", (await right).Token?.Name);

        // And a minute later at once again.
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.True(Check(Guesser, Right).IsCompleted);
    }

    [Fact]
    public async Task One_of_IPv6_is_its_network()
    {
        for (var at = 0; at < 20; at++)
        {
            Assert.True(Check(IPAddress.Parse($"2001:db8:0:1::{at}"), "wrong").IsCompleted);
        }

        var next = Check(IPAddress.Parse("2001:db8:0:1::ffff"), "wrong");
        Assert.False(next.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await next;
    }

    private async Task Guess(int times)
    {
        for (var at = 0; at < times; at++)
        {
            var (token, why) = await Check(Guesser, "wrong");
            Assert.Null(token);
            Assert.Contains("none of Admin:Tokens", why, StringComparison.Ordinal);
        }
    }

    private Task<(AdminToken? Token, string? Why)> Check(IPAddress address, string token) => _guard.Check(address, token, CancellationToken.None).AsTask();
}
