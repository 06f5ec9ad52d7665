using System.Security.Cryptography;
using Messenger.Protocol;

namespace Messenger.Gateway.Files;

/// <summary>The checksum of one piece of an upload, as its sender computed it.</summary>
internal sealed record Checksum(HashAlgorithmName Algorithm, byte[] Expected)
{
    /// <summary>The algorithms, strongest first, as tus names them.</summary>
    public const string Algorithms = "sha256,sha1,md5";

    /// <summary>tus: what came does not have the checksum that was sent.</summary>
    private const int Mismatch = 460;

    /// <summary>Throws <see cref="RefusedException"/> for what is no checksum.</summary>
    public static Checksum? Parse(string? header)
    {
        if (string.IsNullOrEmpty(header))
        {
            return null;
        }

        var algorithm = header.Split(' ') switch
        {
            ["sha1", _] => HashAlgorithmName.SHA1,
            ["sha256", _] => HashAlgorithmName.SHA256,
            ["md5", _] => HashAlgorithmName.MD5,
            _ => throw Malformed(),
        };
        var expected = new byte[64];
        return Convert.TryFromBase64String(header.Split(' ')[1], expected, out var length) && length > 0
            ? new Checksum(algorithm, expected[..length])
            : throw Malformed();
    }

    public IncrementalHash Begin() => IncrementalHash.CreateHash(Algorithm);

    public void Verify(IncrementalHash hash)
    {
        if (!hash.GetHashAndReset().AsSpan().SequenceEqual(Expected))
        {
            throw new RefusedException(Error.BadRequest("the checksum differs: nothing of this piece was kept, send it again"), Mismatch);
        }
    }

    private static RefusedException Malformed() => RefusedException.BadRequest($"Upload-Checksum takes one of {Algorithms}, a space, and the checksum in Base64");
}
