using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Messenger.Conformance.Phones;

/// <summary>A person's phone number and one application of it.</summary>
public sealed record Account(string OpenUserId, string Application)
{
    /// <summary>A real Cypriot mobile range: a server checks that a number can exist.</summary>
    public const string Prefix = "+35799";

    private const int Numbers = 1_000_000;

    private static int _next = RandomNumberGenerator.GetInt32(Numbers);

    public string UserId { get; } = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(OpenUserId)));

    /// <summary>A phone number that nobody else of this run has.</summary>
    /// <param name="prefix">What the number begins with; six digits follow.</param>
    public static Account New(string prefix = Prefix) => new(
        string.Create(CultureInfo.InvariantCulture, $"{prefix}{(Interlocked.Increment(ref _next) & int.MaxValue) % Numbers:D6}"),
        Guid.NewGuid().ToString());

    /// <summary>Another application of the same person.</summary>
    public Account Another() => this with { Application = Guid.NewGuid().ToString() };
}
