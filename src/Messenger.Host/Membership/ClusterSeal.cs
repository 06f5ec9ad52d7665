using System.Security.Cryptography;
using System.Text;
using Messenger.Providers.Postgres;

namespace Messenger.Host.Membership;

/// <summary>What stands in Redis beside a cluster's membership: whose it is. Every process compares it with its own before it joins.</summary>
/// <param name="Id">Of the database.</param>
/// <param name="Proof">An HMAC over the rest under the cluster's secret; empty in a cluster that has none.</param>
internal sealed record ClusterSeal(string Id, string Environment, string Proof)
{
    /// <summary>The first word, so that a later release can write it otherwise.</summary>
    private const string Form = "v1";

    public static ClusterSeal Of(ClusterIdentity identity, byte[]? secret)
    {
        var id = identity.Id.ToString("N");
        return new ClusterSeal(id, identity.Environment, secret is null ? "" : Convert.ToHexStringLower(
            HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes($"messenger cluster {Form}\n{id}\n{identity.Cluster}\n{identity.Environment}"))));
    }

    /// <summary>Null where it is none that this release knows.</summary>
    public static ClusterSeal? Parse(string text) =>
        text.Split(' ') is [Form, var id, var environment, var proof] ? new ClusterSeal(id, Uri.UnescapeDataString(environment), proof == "-" ? "" : proof) : null;

    /// <summary>One line; a name of an environment may hold anything.</summary>
    public override string ToString() => $"{Form} {Id} {Uri.EscapeDataString(Environment)} {(Proof.Length == 0 ? "-" : Proof)}";

    /// <summary>How another's seal differs from this one; <see cref="Difference.None"/> where they are of one cluster.</summary>
    public Difference From(ClusterSeal other) =>
        !string.Equals(other.Environment, Environment, StringComparison.OrdinalIgnoreCase) ? Difference.Environment
        : other.Id != Id ? Difference.Database
        : Same(other.Proof, Proof) ? Difference.None
        : other.Proof.Length == 0 ? Difference.Unproven
        : Difference.Secret;

    private static bool Same(string one, string other) =>
        CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(one), Encoding.ASCII.GetBytes(other));
}

/// <summary>See <see cref="ClusterSeal.From"/>.</summary>
internal enum Difference
{
    None,
    Environment,
    Database,

    /// <summary>The other has no secret yet, and this one has.</summary>
    Unproven,
    Secret,
}
