using System.Buffers.Text;
using System.Security.Cryptography;
using Messenger.Ports;
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
    private readonly ResponseServerSettings _configured;
    private readonly LiveNotice _notice;
    private volatile ResponseServerSettings _extended;
    private readonly TimeProvider _timeProvider;
    private readonly IReadOnlyList<string> _pushHosts;

    public ServerInfo(IOptions<GatewayOptions> gateway, IOptions<SettingsOptions> settings, IOptions<FilesOptions> files, LiveNotice notice, TimeProvider timeProvider)
    {
        (_notice, _timeProvider) = (notice, timeProvider);
        Offered = gateway.Value.Offered;
        _pushHosts = gateway.Value.WebPushHosts;
        _pong = new ResponsePong(gateway.Value.ServerVersion, gateway.Value.AndroidUrl);
        _seed = settings.Value.ToResponse();
        _extended = _configured = Tagged(_seed with
        {
            Features = FeatureNames.Of(Offered),
            Limits = new ServerLimits(
                gateway.Value.MaxMessageBytes, Limits.BodyBytes, Limits.Members, Limits.FilesOfMessage, files.Value.MaxBytes, Limits.AvatarBytes, Limits.Page,
                Limits.Contacts, Limits.ParamBytes, Limits.ExpiryMinSeconds, Limits.ExpiryMaxSeconds),
            MinClientVersion = settings.Value.MinClientVersion,
            Notice = settings.Value.Notice,
            Flags = settings.Value.Flags,
            VapidPublicKey = settings.Value.VapidPublicKey,
        });
    }

    /// <summary>The features that are served here.</summary>
    public Features Offered { get; }

    /// <summary>What is wrong with a push token; null where nothing is, as far as anybody can tell without asking its provider.</summary>
    public Error? Refuse(RequestUpdateDeviceTokenByApplication request) =>
        (Offered & Features.WebPush) != 0 && WebPushSubscription.IsMeant(request.Token) && WebPushSubscription.Parse(request.Token!, _pushHosts) is null
            ? Error.BadRequest(WebPushSubscription.Refusal)
            : null;

    public ResponsePong Pong(Features named) =>
        (named & Features.Errors) == 0 ? _pong : _pong with { Now = _timeProvider.GetUtcNow().ToUnixTimeMilliseconds() };

    public ResponseServerSettings Settings(RequestGetServerSettings asked) => asked.Features is null ? _seed : Extended();

    /// <summary>With the notice of now. Two that make it at the same time make the same.</summary>
    private ResponseServerSettings Extended()
    {
        var (answer, notice) = (_extended, _notice.Text ?? _configured.Notice);
        return answer.Notice == notice ? answer : _extended = Tagged(_configured with { Notice = notice, Etag = null });
    }

    private static ResponseServerSettings Tagged(ResponseServerSettings settings) =>
        settings with { Etag = Base64Url.EncodeToString(SHA256.HashData(FrameWriter.Payload(settings)).AsSpan(0, EtagBytes)) };
}
