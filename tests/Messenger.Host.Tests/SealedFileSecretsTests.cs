using System.Security.Cryptography;
using Messenger.Grains.State;
using Messenger.Host.Composition;
using Messenger.Ports;

namespace Messenger.Host.Tests;

/// <summary>The keys of files' URLs, as the database has them.</summary>
public sealed class SealedFileSecretsTests
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(CredentialSeal.KeyBytes);
    private readonly Rows _rows = new();

    [Fact]
    public async Task A_key_is_sealed_in_the_database_and_is_what_it_was_here()
    {
        var secret = New();
        await With(_key).AddSigningKey(new SigningKeyRow("one", secret, 5), unless: 0, forget: 0);
        Assert.DoesNotContain(secret, _rows.All[0].SecretBase64, StringComparison.Ordinal);
        Assert.False(Convert.FromBase64String(_rows.All[0].SecretBase64).AsSpan().IndexOf(Convert.FromBase64String(secret)) >= 0);
        Assert.Equal(secret, Assert.Single(await With(_key).SigningKeys()).SecretBase64);
    }

    [Fact]
    public async Task A_key_of_an_earlier_release_is_read_as_it_is()
    {
        var row = new SigningKeyRow("old", New(), 5);
        _rows.All.Add(row);
        Assert.Equal([row], await With(_key).SigningKeys());
    }

    /// <summary>After the credential key was changed, what it sealed must not keep gateways from a new one until its period is over.</summary>
    [Fact]
    public async Task What_cannot_be_opened_is_no_key_and_does_not_stand_in_the_way_of_one()
    {
        await With(_key).AddSigningKey(new SigningKeyRow("one", New(), 5), unless: 0, forget: 0);
        var other = With(RandomNumberGenerator.GetBytes(CredentialSeal.KeyBytes));
        Assert.Empty(await other.SigningKeys());
        await other.AddSigningKey(new SigningKeyRow("two", New(), 9), unless: 3, forget: 0);
        Assert.Equal(["two"], (await other.SigningKeys()).Select(row => row.Name));

        // Another gateway's of the same moment is enough.
        await other.AddSigningKey(new SigningKeyRow("three", New(), 9), unless: 3, forget: 0);
        Assert.Single(await other.SigningKeys());
    }

    private static string New() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    private SealedFileSecrets With(byte[] key) => new(_rows, new CredentialSeal([key]));

    private sealed class Rows : IFileSecrets
    {
        public List<SigningKeyRow> All { get; } = [];

        public Task<IReadOnlyList<SigningKeyRow>> SigningKeys() => Task.FromResult<IReadOnlyList<SigningKeyRow>>([.. All.OrderByDescending(row => row.Created)]);

        public Task AddSigningKey(SigningKeyRow key, long unless, long forget)
        {
            if (!All.Exists(row => row.Created >= unless))
            {
                All.Add(key);
            }

            return Task.CompletedTask;
        }

        public Task<string> StoreMark(string mine) => Task.FromResult(mine);
    }
}
