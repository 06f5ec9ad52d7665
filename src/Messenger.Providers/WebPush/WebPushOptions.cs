namespace Messenger.Providers.WebPush;

/// <summary>Pushes to browsers.</summary>
/// <param name="Keys">The newest first: browsers that subscribe now do so for it.</param>
/// <param name="Subject">Whom a push service may turn to: a mailto: or https: URI.</param>
/// <param name="Hosts">Push services that are taken, see <see cref="Ports.WebPushSubscription"/>.</param>
public sealed record WebPushOptions(IReadOnlyList<VapidKey> Keys, string Subject, IReadOnlyList<string> Hosts);
