using System.Security.Cryptography;
using System.Text.Json;
using Messenger.Client.Connections;
using Messenger.Client.Crypto;
using Messenger.Client.Profiles;
using Messenger.Protocol;

namespace Messenger.Client.Accounts;

/// <summary>The new side of a link: this device shows a code, a device of the person reads it, and this one is let in without an SMS (LINK-1 to LINK-4).</summary>
public sealed class LinkingDevice : IAsyncDisposable
{
    /// <summary>How long a link lives; the server's clock and this one need not agree on more (LINK-1).</summary>
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Uri _url;
    private readonly IProfileStore _store;
    private readonly string _application = Guid.NewGuid().ToString();
    private readonly LinkKey _key = new();
    private readonly CancellationTokenSource _life = new(Life);
    private Connection? _connection;
    private string _link = "";
    private NotificationLinkClaimed? _claimed;

    private LinkingDevice(Uri url, IProfileStore store) => (_url, _store) = (url, store);

    /// <summary>What the other device reads: a link, to be shown as a QR code or typed.</summary>
    public string Code => new UriBuilder(_url) { Scheme = "https", Port = -1, Path = "/link", Query = "", Fragment = $"v1.{_link}.{_key.Public}" }.Uri.ToString();

    /// <summary>Asks for a link. Nothing is in the profile before <see cref="Finish"/>.</summary>
    /// <param name="store">Of nobody yet: what is in it is replaced.</param>
    /// <exception cref="RefusedException">The server refused, or does not offer it.</exception>
    public static async Task<LinkingDevice> Begin(Uri url, IProfileStore store, CancellationToken cancellation = default)
    {
        var device = new LinkingDevice(url, store);
        try
        {
            await device.Connect(cancellation);
            return device;
        }
        catch
        {
            await device.DisposeAsync();
            throw;
        }
    }

    /// <summary>Completes when a device has read the code: it shows six digits, which the person types in here.</summary>
    /// <exception cref="OperationCanceledException">The link has ended: begin another one.</exception>
    public async Task Claimed(CancellationToken cancellation = default) => _claimed = await Next<NotificationLinkClaimed>(cancellation);

    /// <summary>Waits to be let in, and leaves this device in the profile.</summary>
    /// <param name="digits">As the person typed them; six, in any grouping.</param>
    /// <param name="passphrase">Wraps the private key in the profile: the person's own or another one, for this device alone.</param>
    /// <returns>The person's key pair, the caller's to dispose of.</returns>
    /// <exception cref="CryptographicException">The digits are others: somebody else's device read the code, and nothing is taken from it.</exception>
    /// <exception cref="OperationCanceledException">The link has ended: begin another one.</exception>
    public async Task<KeyPair> Finish(string digits, string passphrase, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(digits);
        var claimed = _claimed ?? throw new InvalidOperationException("nobody has read the code yet: await Claimed");
        var other = LinkKey.ToUrl(claimed.EphemeralKeyBase64);
        var transcript = LinkKey.Transcript(_link, _key.Public, other);
        if (string.Concat(digits.Where(char.IsAsciiDigit)) != LinkKey.SixDigits(transcript))
        {
            throw new CryptographicException("the digits are not those of the device that read the code: begin another link");
        }

        var linked = await Next<NotificationLinked>(cancellation);
        var plain = _key.Open(other, transcript, linked.BodyEncryptedBase64);
        var content = JsonSerializer.Deserialize(plain, CryptoJson.Default.LinkContent);
        CryptographicOperations.ZeroMemory(plain);
        if (content is not { Number: { } phone, PrivateKeyBase64: { } privateKey } || UserIds.FromPhone(phone) != linked.UserId || linked.UserId != claimed.UserId)
        {
            throw new CryptographicException("the other device gave something that this one does not understand");
        }

        var keys = KeyPair.FromPkcs8(Convert.FromBase64String(privateKey));
        _store.Update(_ => new ProfileData
        {
            Phone = phone,
            ApplicationUuid = _application,
            Server = _url,
            PrivateKeyEncrypted = keys.Export(passphrase),
            KeyPairUuid = content.KeyPairUuid,
        });
        _store.SaveProgress(new Progress());
        return keys;
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
        {
            await _connection.DisposeAsync();
        }

        _key.Dispose();
        _life.Dispose();
    }

    private async Task Connect(CancellationToken cancellation)
    {
        _connection = await Connection.Open(_url, cancellation);
        var answer = await _connection.Ask<ResponseLinkDevice>(
            new RequestLinkDevice(
                _application, Account.Type, Account.Short(Environment.MachineName), Account.Short(Environment.OSVersion.VersionString), null,
                FeatureNames.Of(Features.Linking | Features.Errors)),
            cancellation);
        if (_link.Length > 0 && !string.Equals(_link, answer.LinkUuid, StringComparison.OrdinalIgnoreCase))
        {
            throw new OperationCanceledException("the link has ended: begin another one");
        }

        _link = answer.LinkUuid.ToLowerInvariant();
    }

    /// <summary>Over as many connections as it takes: the same uuid is the same link, and repeats what was told of it (LINK-4).</summary>
    private async Task<T> Next<T>(CancellationToken cancellation)
        where T : class, INotification
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _life.Token);
        while (true)
        {
            try
            {
                await foreach (var received in _connection!.Notifications.ReadAllAsync(either.Token))
                {
                    if (received.Read() is T wanted)
                    {
                        return wanted;
                    }
                }

                await _connection.DisposeAsync();
                await Task.Delay(Pause, either.Token);
                await Connect(either.Token);
            }
            catch (Exception fault) when (fault is ConnectionLostException or System.Net.WebSockets.WebSocketException or HttpRequestException or IOException)
            {
                await Task.Delay(Pause, either.Token);
            }
        }
    }
}
