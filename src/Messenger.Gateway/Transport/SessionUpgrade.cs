using Microsoft.AspNetCore.Http.Features;

namespace Messenger.Gateway.Transport;

/// <summary>Stands between Kestrel's upgrade and the WebSocket middleware, so that the middleware's WebSocket works on a <see cref="SessionStream"/>.</summary>
internal sealed class SessionUpgrade(IHttpUpgradeFeature? upgrade, IHttpExtendedConnectFeature? connect)
    : IHttpUpgradeFeature, IHttpExtendedConnectFeature
{
    private IUpgradedConnection? _session;

    public bool IsUpgradableRequest => upgrade?.IsUpgradableRequest == true;

    public bool IsExtendedConnect => connect?.IsExtendedConnect == true;

    public string? Protocol => connect?.Protocol;

    /// <summary>Whose connection is upgraded next.</summary>
    public void For(IUpgradedConnection that) => _session = that;

    public async Task<Stream> UpgradeAsync() => Wrap(await upgrade!.UpgradeAsync());

    public async ValueTask<Stream> AcceptAsync() => Wrap(await connect!.AcceptAsync());

    private SessionStream Wrap(Stream stream)
    {
        var mine = _session ?? throw new InvalidOperationException("upgraded before there was a session");
        mine.Outbox.Open(stream);
        return new SessionStream(stream, mine);
    }
}
