using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Messenger.EndToEnd.Tests.Phones;

/// <summary>A person's phone number and one application of it.</summary>
public sealed record Account(string OpenUserId, string Application)
{
    // Numbers of a real Cypriot mobile range: the server checks that a number can exist.
    private const int Numbers = 1_000_000;

    private static int s_next = RandomNumberGenerator.GetInt32(Numbers);

    public string UserId { get; } = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(OpenUserId)));

    /// <summary>A phone number that no other test of this run has.</summary>
    public static Account New() => new(
        string.Create(CultureInfo.InvariantCulture, $"+35799{(Interlocked.Increment(ref s_next) & int.MaxValue) % Numbers:D6}"),
        Guid.NewGuid().ToString());

    /// <summary>Another application of the same person.</summary>
    public Account Another() => this with { Application = Guid.NewGuid().ToString() };
}
