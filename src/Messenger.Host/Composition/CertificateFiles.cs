using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Messenger.Host.Configuration;

namespace Messenger.Host.Composition;

/// <summary>A certificate and its key as files, read anew when one of them changed: a renewal needs no restart.</summary>
/// <remarks>Throws <see cref="StartRefusedException"/> when it cannot be read at first. Later the one before stays: a renewal writes two files, one after the other.</remarks>
internal sealed class CertificateFiles
{
    /// <summary>How often the files are looked at, at most: by a handshake, so that nothing runs while nobody comes.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly TlsSettings _files;
    private readonly TimeProvider _timeProvider;
    private X509Certificate2 _current;
    private (DateTime, DateTime) _written;
    private long _looked;

    public CertificateFiles(TlsSettings files, TimeProvider timeProvider)
    {
        (_files, _timeProvider) = (files, timeProvider);
        try
        {
            (_written, _current, _looked) = (Written(), Read(), timeProvider.GetTimestamp());
        }
        catch (Exception fault) when (Unreadable(fault))
        {
            throw new StartRefusedException(
                $"{ConfigKeys.TlsCertificate.Name} '{files.Certificate}' and {ConfigKeys.TlsKey.Name} cannot be read as a certificate and its key ({fault.Message.TrimEnd('.')}).", fault);
        }
    }

    /// <summary>The one to be served now.</summary>
    public X509Certificate2 Current
    {
        get
        {
            lock (_gate)
            {
                if (_timeProvider.GetElapsedTime(_looked) >= Period)
                {
                    _looked = _timeProvider.GetTimestamp();
                    Renew();
                }

                return _current;
            }
        }
    }

    private void Renew()
    {
        try
        {
            var written = Written();
            if (written != _written)
            {
                // The one before is not disposed: handshakes under way may use it.
                (_current, _written) = (Read(), written);
            }
        }
        catch (Exception fault) when (Unreadable(fault))
        {
            // Half of a renewal: looked at again after the period, and the certificate's age is what an operator watches.
        }
    }

    private (DateTime, DateTime) Written() => (File.GetLastWriteTimeUtc(_files.Certificate), File.GetLastWriteTimeUtc(_files.Key));

    private X509Certificate2 Read() => X509Certificate2.CreateFromPemFile(_files.Certificate, _files.Key);

    private static bool Unreadable(Exception fault) => fault is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException;
}
