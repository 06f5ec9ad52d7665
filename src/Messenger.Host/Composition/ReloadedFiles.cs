using System.Security.Cryptography;

namespace Messenger.Host.Composition;

/// <summary>What was made of some files, made again when one of them changed: a renewal needs no restart.</summary>
/// <remarks>Later than the first time a fault keeps what was there before: a renewal writes several files, one after the other.</remarks>
internal sealed class ReloadedFiles<T>
{
    /// <summary>How often the files are looked at, at most: by a handshake, so that nothing runs while nobody comes.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly IReadOnlyList<string> _paths;
    private readonly Func<T> _read;
    private readonly TimeProvider _timeProvider;
    private T _current;
    private DateTime[] _written;
    private long _looked;

    /// <summary>Throws what reading throws; <see cref="IsUnreadable"/> knows it.</summary>
    public ReloadedFiles(IReadOnlyList<string> paths, Func<T> read, TimeProvider timeProvider)
    {
        (_paths, _read, _timeProvider) = (paths, read, timeProvider);
        (_written, _current, _looked) = (Written(), read(), timeProvider.GetTimestamp());
    }

    /// <summary>Of the files as they are now. What was before is not disposed: handshakes under way may use it.</summary>
    public T Current
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

    public static bool IsUnreadable(Exception fault) => fault is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException;

    private void Renew()
    {
        try
        {
            var written = Written();
            if (!written.AsSpan().SequenceEqual(_written))
            {
                (_current, _written) = (_read(), written);
            }
        }
        catch (Exception fault) when (IsUnreadable(fault))
        {
            // Half of a renewal: looked at again after the period, and the certificate's age is what an operator watches.
        }
    }

    /// <summary>A mounted Secret is renewed by moving a link: what it leads to is looked at.</summary>
    private DateTime[] Written() => [.. _paths.Select(path => File.GetLastWriteTimeUtc(File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path))];
}
