using System.Buffers.Text;
using System.Security.Cryptography;
using Messenger.Protocol;
using Microsoft.Extensions.Options;

namespace Messenger.Gateway.Routes;

/// <summary>What the gateway answers out of its configuration.</summary>
internal sealed class ServerInfo
{
    /// <summary>Enough to tell two configurations apart.</summary>
    private const int EtagBytes = 12;

    private readonly ResponsePong _pong;
    private readonly ResponseServerSettings _seed;
    private readonly ResponseServerSettings _extended;
    private readonly TimeProvider _timeProvider;

    public ServerInfo(IOptions<GatewayOptions> gateway, IOptions<SettingsOptions> settings, IOptions<FilesOptions> files, TimeProvider timeProvider)
    {
        _timeProvider = timeProvider;
        Offered = gateway.Value.Offered;
        _pong = new ResponsePong(gateway.Value.ServerVersion, gateway.Value.AndroidUrl);
        _seed = settings.Value.ToResponse();
        _extended = Tagged(_seed with
        {
            Features = FeatureNames.Of(Offered),
            Limits = new ServerLimits(
                gateway.Value.MaxMessageBytes, Limits.BodyBytes, Limits.Members, Limits.FilesOfMessage, files.Value.MaxBytes, Limits.AvatarBytes, Limits.Page,
                Limits.Contacts, Limits.ParamBytes, Limits.ExpiryMinSeconds, Limits.ExpiryMaxSeconds),
            MinClientVersion = settings.Value.MinClientVersion,
            Notice = settings.Value.Notice,
            Flags = settings.Value.Flags,
        });
    }

    /// <summary>The features that are served here.</summary>
    public Features Offered { get; }

    public ResponsePong Pong(Features named) =>
        (named & Features.Errors) == 0 ? _pong : _pong with { Now = _timeProvider.GetUtcNow().ToUnixTimeMilliseconds() };

    public ResponseServerSettings Settings(RequestGetServerSettings asked) => asked.Features is null ? _seed : _extended;

    private static ResponseServerSettings Tagged(ResponseServerSettings settings) =>
        settings with { Etag = Base64Url.EncodeToString(SHA256.HashData(FrameWriter.Payload(settings)).AsSpan(0, EtagBytes)) };
}
