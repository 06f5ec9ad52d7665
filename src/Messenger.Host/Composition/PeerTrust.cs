using System.Security.Cryptography.X509Certificates;
using Messenger.Host.Configuration;

namespace Messenger.Host.Composition;

/// <summary>Whose certificate is a peer's: it leads to the cluster's authority, is of this time, and holds the peers' name where there is one.</summary>
internal sealed class PeerTrust
{
    private readonly string? _name;
    private readonly ReloadedFiles<X509Certificate2Collection> _authority;

    /// <exception cref="StartRefusedException">The authority cannot be read.</exception>
    public PeerTrust(string authority, string? name, TimeProvider timeProvider)
    {
        _name = name;
        try
        {
            _authority = new ReloadedFiles<X509Certificate2Collection>([authority], () => Read(authority), timeProvider);
        }
        catch (Exception fault) when (ReloadedFiles<X509Certificate2Collection>.IsUnreadable(fault))
        {
            throw new StartRefusedException($"{TransportKeys.Authority.Name} '{authority}' cannot be read as certificates ({fault.Message.TrimEnd('.')}).", fault);
        }
    }

    /// <summary>Why this certificate is no peer's; null where it is one. Nothing of the certificate itself is in the text.</summary>
    /// <param name="sent">What its owner sent along.</param>
    public string? Fault(X509Certificate2 certificate, X509Certificate2Collection sent)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_authority.Current);
        chain.ChainPolicy.ExtraStore.AddRange(sent);

        // An authority of a cluster's own publishes no list of what it took back: short lives are what ends a lost key.
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;

        // Nothing is fetched because a stranger's certificate says where to.
        chain.ChainPolicy.DisableCertificateDownloads = true;
        if (!chain.Build(certificate))
        {
            return string.Join(", ", chain.ChainStatus.Select(status => status.Status).Distinct());
        }

        return _name is null || certificate.MatchesHostname(_name, allowWildcards: false, allowCommonName: false) ? null : "OtherName";
    }

    private static X509Certificate2Collection Read(string path)
    {
        var read = new X509Certificate2Collection();
        read.ImportFromPemFile(path);
        return read.Count > 0 ? read : throw new ArgumentException("there is none in it");
    }
}
