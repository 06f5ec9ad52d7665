using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Messenger.Testing.Servers;

/// <summary>A certificate authority of a test's own, with another one between it and what it signs.</summary>
public sealed class TestAuthority : IDisposable
{
    private static readonly DateTimeOffset From = DateTimeOffset.UtcNow.AddDays(-1);
    private static readonly DateTimeOffset To = DateTimeOffset.UtcNow.AddDays(30);

    private readonly X509Certificate2 _root;
    private readonly X509Certificate2 _between;

    public TestAuthority(string name)
    {
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _root = Authority($"CN={name}", rootKey).CreateSelfSigned(From, To);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var signed = Authority($"CN={name} between", key).Create(_root, From, To, RandomNumberGenerator.GetBytes(8));
        _between = signed.CopyWithPrivateKey(key);
    }

    /// <summary>What those who trust it are given.</summary>
    public string Pem => _root.ExportCertificatePem();

    /// <summary>A certificate for this name, then its chain without the root, and its key.</summary>
    /// <param name="expired">Since an hour.</param>
    public (string Certificate, string Key) Sign(string name, bool expired = false)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(_between, From.AddHours(1), expired ? DateTimeOffset.UtcNow.AddHours(-1) : To.AddDays(-1), RandomNumberGenerator.GetBytes(8));
        return ($"{certificate.ExportCertificatePem()}\n{_between.ExportCertificatePem()}\n", key.ExportPkcs8PrivateKeyPem());
    }

    public void Dispose()
    {
        _root.Dispose();
        _between.Dispose();
    }

    private static CertificateRequest Authority(string name, ECDsa key)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        return request;
    }
}
