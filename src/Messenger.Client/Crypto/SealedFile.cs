using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Messenger.Client.Crypto;

/// <summary>A file in authenticated chunks: memory does not grow with it, and a chunk cannot be cut off, moved or added. See docs/clients.md.</summary>
internal static class SealedFile
{
    /// <summary>Plaintext of a chunk: small beside a phone's memory, large beside its tag of 16 bytes.</summary>
    public const int ChunkBytes = 1 << ChunkBits;

    public const int HeaderBytes = 8 + SaltBytes;

    private const int ChunkBits = 16;
    private const int SaltBytes = 16;
    private const int TagBytes = 16;
    private const int IvBytes = 12;

    private static readonly byte[] Start = [.. "MSGF"u8, 1, ChunkBits, 0, 0];

    /// <param name="info">What the file belongs to: another place gives another key.</param>
    public static async Task Seal(byte[] key, byte[] info, Stream plain, Stream target, CancellationToken cancellation)
    {
        byte[] header = [.. Start, .. RandomNumberGenerator.GetBytes(SaltBytes)];
        await target.WriteAsync(header, cancellation);
        using var aes = new AesGcm(Derive(key, header, info), TagBytes);
        var (chunk, next, sealedChunk) = (new byte[ChunkBytes], new byte[ChunkBytes], new byte[ChunkBytes + TagBytes]);
        var length = await plain.ReadAtLeastAsync(chunk, ChunkBytes, throwOnEndOfStream: false, cancellation);
        for (uint number = 0; ; number = checked(number + 1))
        {
            // The last chunk says that it is: read ahead to know which it is.
            var following = length < ChunkBytes ? 0 : await plain.ReadAtLeastAsync(next, ChunkBytes, throwOnEndOfStream: false, cancellation);
            aes.Encrypt(Iv(number, last: following == 0), chunk.AsSpan(0, length), sealedChunk.AsSpan(0, length), sealedChunk.AsSpan(length, TagBytes), header);
            await target.WriteAsync(sealedChunk.AsMemory(0, length + TagBytes), cancellation);
            if (following == 0)
            {
                return;
            }

            (chunk, next, length) = (next, chunk, following);
        }
    }

    /// <summary>What was written to the target is only to be used when this returns.</summary>
    /// <exception cref="CryptographicException">It was changed, cut or extended, or belongs elsewhere.</exception>
    public static async Task Open(byte[] key, byte[] info, Stream sealedFile, Stream target, CancellationToken cancellation)
    {
        var header = new byte[HeaderBytes];
        if (await sealedFile.ReadAtLeastAsync(header, HeaderBytes, throwOnEndOfStream: false, cancellation) < HeaderBytes || !header.AsSpan(0, Start.Length).SequenceEqual(Start))
        {
            throw new CryptographicException("this is no sealed file that this client reads");
        }

        using var aes = new AesGcm(Derive(key, header, info), TagBytes);
        const int Whole = ChunkBytes + TagBytes;
        var (chunk, next, plain) = (new byte[Whole], new byte[Whole], new byte[ChunkBytes]);
        var length = await sealedFile.ReadAtLeastAsync(chunk, Whole, throwOnEndOfStream: false, cancellation);
        for (uint number = 0; ; number = checked(number + 1))
        {
            if (length < TagBytes || (length == TagBytes && number > 0))
            {
                throw new CryptographicException("the file was cut");
            }

            var following = length < Whole ? 0 : await sealedFile.ReadAtLeastAsync(next, Whole, throwOnEndOfStream: false, cancellation);
            var size = length - TagBytes;
            aes.Decrypt(Iv(number, last: following == 0), chunk.AsSpan(0, size), chunk.AsSpan(size, TagBytes), plain.AsSpan(0, size), header);
            await target.WriteAsync(plain.AsMemory(0, size), cancellation);
            if (following == 0)
            {
                return;
            }

            (chunk, next, length) = (next, chunk, following);
        }
    }

    private static byte[] Derive(byte[] key, byte[] header, byte[] info) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, Sealed.KeyBytes, header.AsSpan(Start.Length).ToArray(), info);

    private static byte[] Iv(uint number, bool last)
    {
        var iv = new byte[IvBytes];
        BinaryPrimitives.WriteUInt32BigEndian(iv.AsSpan(7), number);
        iv[^1] = last ? (byte)1 : (byte)0;
        return iv;
    }
}
