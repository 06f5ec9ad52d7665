using System.Security.Cryptography;
using System.Text.Json;
using Messenger.Client.Connections;
using Messenger.Client.Crypto;
using Messenger.Client.Profiles;
using Messenger.Protocol;

namespace Messenger.Client.Accounts;

/// <summary>
/// The old side of a link: this device has read the code of a new one, shows six digits that the person types there, and lets it in. What is given away is everything: the
/// private key with all messages. Ask for this device's own unlock before <see cref="Approve"/>.
/// </summary>
public sealed class DeviceLink : IDisposable
{
    private readonly MessengerClient _client;
    private readonly KeyPair _keys;
    private readonly IProfileStore _store;
    private readonly LinkKey _key = new();
    private readonly (string Link, string Key) _code;

    private DeviceLink(MessengerClient client, KeyPair keys, IProfileStore store, (string Link, string Key) code) =>
        (_client, _keys, _store, _code) = (client, keys, store, code);

    /// <summary>What the new device says of itself; nothing of it is proved.</summary>
    public ResponseClaimLink Device { get; private set; } = null!;

    /// <summary>To be shown here and typed on the new device, never the other way round.</summary>
    public string Digits => LinkKey.SixDigits(Transcript);

    private string Transcript => LinkKey.Transcript(_code.Link, _code.Key, _key.Public);

    /// <summary>Binds a new device's link to this account (LINK-2).</summary>
    /// <param name="client">Of a vouched device.</param>
    /// <param name="code">As the new device shows it: <c>https://HOST/link#v1.LINKUUID.KEY</c>.</param>
    /// <exception cref="FormatException">It is no such code.</exception>
    /// <exception cref="RefusedException"><c>not_found</c>: it has ended, or another account was first.</exception>
    public static async Task<DeviceLink> Claim(MessengerClient client, KeyPair keys, IProfileStore store, string code, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(code);
        var link = new DeviceLink(client, keys, store, Parse(code));
        try
        {
            var key = Convert.ToBase64String(System.Buffers.Text.Base64Url.DecodeFromChars(link._key.Public));
            link.Device = await client.Ask<ResponseClaimLink>(new RequestClaimLink(link._code.Link, key), cancellation);
            return link;
        }
        catch
        {
            link.Dispose();
            throw;
        }
    }

    /// <summary>Lets the new device in, once the person has typed the digits there. It logs in within ten minutes.</summary>
    /// <param name="pin">Of the registration lock, where there is one.</param>
    /// <exception cref="RefusedException"><c>forbidden</c> with <see cref="Error.RegistrationLock"/>: the account has a lock, and the PIN is missing or wrong.</exception>
    public async Task Approve(string? pin = null, CancellationToken cancellation = default)
    {
        var profile = _store.Load();
        var privateKey = _keys.ExportPkcs8();
        var me = (await _client.Ask<ResponseUserInfo>(new RequestGetUserInfo(_client.UserId), cancellation)).User;
        var metaData = me.MetaDataKeyEncryptedBase64 is { } wrapped ? Convert.ToBase64String(_keys.Unwrap(wrapped)) : null;
        var name = me is { MetaDataKeyEncryptedBase64: { } labels, Nick: { } nick } ? MetaDataKey.Open(labels, _keys).Open(nick) : null;
        var content = JsonSerializer.SerializeToUtf8Bytes(
            new LinkContent(profile.Phone!, name, Convert.ToBase64String(privateKey), metaData, me.PrivateKeyEncryptedBase64 ?? profile.PrivateKeyEncrypted, profile.KeyPairUuid),
            CryptoJson.Default.LinkContent);
        var body = _key.Seal(_code.Key, Transcript, content);
        CryptographicOperations.ZeroMemory(privateKey);
        CryptographicOperations.ZeroMemory(content);
        var verifier = pin is null ? null : await Task.Run(() => RegistrationLock.Verifier(_client.UserId, pin), cancellation);
        await _client.Ask<ResponseStatusMessage>(new RequestApproveLink(_code.Link, body, verifier), cancellation);
    }

    public void Dispose() => _key.Dispose();

    private static (string Link, string Key) Parse(string code) =>
        code.IndexOf('#', StringComparison.Ordinal) is >= 0 and var at && code[(at + 1)..].Trim().Split('.') is ["v1", var link, var key] && Guid.TryParse(link, out var uuid)
            ? (uuid.ToString(), key)
            : throw new FormatException("a code of a new device is a link such as https://HOST/link#v1.LINKUUID.KEY");
}
