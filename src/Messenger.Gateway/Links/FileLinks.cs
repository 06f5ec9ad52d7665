using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Messenger.Contracts;
using Messenger.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Messenger.Gateway.Links;

/// <summary>URLs that need no credential: signed, and valid for a while. Who has one may fetch that file and nothing else.</summary>
internal sealed class FileLinks(SigningKeys keys, IOptions<FilesOptions> options, TimeProvider timeProvider)
{
    /// <summary>When it ends, in seconds since the Unix epoch.</summary>
    public const string Expiry = "exp";

    /// <summary>HMAC-SHA-256 in base64url.</summary>
    public const string Signature = "sig";

    /// <summary>How far gateways' clocks may be apart. Nothing that was signed here is valid for longer: a key that leaked once makes no URL for ever.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    private readonly string? _publicUrl = options.Value.PublicUrl?.ToString().TrimEnd('/');

    /// <summary>What URLs begin with for a client that sent this request.</summary>
    public string Origin(HttpRequest request) => _publicUrl ?? $"{request.Scheme}://{request.Host}";

    /// <summary>A file's URL. While no key is known it is unsigned, and takes a credential.</summary>
    /// <param name="origin">Null for one that is relative to the server.</param>
    public string Url(string? origin, string conversationUuid, string messageUuid, string pathName)
    {
        var path = (_publicUrl ?? origin) + FilePaths.Download(conversationUuid, messageUuid, pathName);
        if (keys.All is not [var newest, ..])
        {
            return path;
        }

        var expires = timeProvider.GetUtcNow().Add(options.Value.LinkLifetime).ToUnixTimeSeconds();
        var signature = Sign(newest, Guid.Parse(conversationUuid), Guid.Parse(messageUuid), pathName, expires);
        return string.Create(CultureInfo.InvariantCulture, $"{path}?{Expiry}={expires}&{Signature}={Base64Url.EncodeToString(signature)}");
    }

    /// <summary>
    /// The payload of a notification as this client gets it: the path of a file that is ready becomes a URL, signed when it is sent and not when it was
    /// caused, so that one that is replayed hours later is valid too.
    /// </summary>
    public ReadOnlySpan<byte> Finished(SerializedNotification notification, string? origin)
    {
        if (notification.Type != nameof(FileReadyNotification)
            || JsonSerializer.Deserialize(notification.Payload, WireJson.Default.FileReadyNotification) is not { } ready
            || ready.DownloadUrl.LastIndexOf('/') is var slash && slash < 0)
        {
            return notification.Payload;
        }

        var pathName = Uri.UnescapeDataString(ready.DownloadUrl[(slash + 1 + ready.MessageUuid.Length + 1)..]);
        return FrameWriter.Payload(ready with { DownloadUrl = Url(origin, ready.ConversationUuid, ready.MessageUuid, pathName) });
    }

    /// <summary>Whether the query signs this file now. How long it takes tells nothing of how much was right.</summary>
    public async ValueTask<bool> IsSigned(IQueryCollection query, Guid conversation, Guid message, string pathName)
    {
        var given = new byte[SHA256.HashSizeInBytes];
        var wellFormed = query[Signature] is [{ } text]
            && Base64Url.DecodeFromChars(text, given, out var read, out var length) == OperationStatus.Done && read == text.Length && length == given.Length;
        var expires = query[Expiry] is [{ } seconds] && long.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : 0;
        var valid = Verify(given, conversation, message, pathName, expires);
        if (!valid && wellFormed && await keys.Renew())
        {
            valid = Verify(given, conversation, message, pathName, expires);
        }

        var now = timeProvider.GetUtcNow();
        return valid & wellFormed & expires >= now.ToUnixTimeSeconds() & expires <= now.Add(options.Value.LinkLifetime + ClockSkew).ToUnixTimeSeconds();
    }

    private bool Verify(byte[] given, Guid conversation, Guid message, string pathName, long expires)
    {
        var found = false;
        foreach (var key in keys.All)
        {
            found |= CryptographicOperations.FixedTimeEquals(Sign(key, conversation, message, pathName, expires), given);
        }

        return found;
    }

    private static byte[] Sign(byte[] key, Guid conversation, Guid message, string pathName, long expires) => HMACSHA256.HashData(
        key, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"download\n{conversation:D}\n{message:D}\n{expires}\n{pathName}")));
}
