using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Messenger.Host.Configuration;

namespace Messenger.Host.Composition;

/// <summary>A certificate, its chain and its key as files, read again when one of them changed.</summary>
internal sealed class CertificateFiles
{
    private readonly TlsSettings _files;
    private readonly ReloadedFiles<SslStreamCertificateContext> _read;

    /// <exception cref="StartRefusedException">They cannot be read.</exception>
    public CertificateFiles(TlsSettings files, ConfigKey certificate, ConfigKey key, TimeProvider timeProvider)
    {
        _files = files;
        try
        {
            _read = new ReloadedFiles<SslStreamCertificateContext>([files.Certificate, files.Key], Read, timeProvider);
        }
        catch (Exception fault) when (ReloadedFiles<SslStreamCertificateContext>.IsUnreadable(fault))
        {
            throw new StartRefusedException(
                $"{certificate.Name} '{files.Certificate}' and {key.Name} cannot be read as a certificate and its key ({fault.Message.TrimEnd('.')}).", fault);
        }
    }

    /// <summary>What is to be shown now, with the certificates between it and its authority: a peer has the authority alone.</summary>
    public SslStreamCertificateContext Current => _read.Current;

    private SslStreamCertificateContext Read()
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(_files.Certificate);
        var own = X509Certificate2.CreateFromPemFile(_files.Certificate, _files.Key);
        return SslStreamCertificateContext.Create(own, chain, offline: true);
    }
}
