namespace Messenger.Providers.Apns;

/// <summary>The Apple Push Notification service, by token.</summary>
/// <param name="Key">The .p8 file's text: a P-256 key in PEM.</param>
/// <param name="KeyId">The key's name at Apple, ten characters.</param>
/// <param name="TeamId">The developer team's, ten characters.</param>
/// <param name="Topic">The application's bundle id.</param>
/// <param name="Url">https://api.push.apple.com, or https://api.sandbox.push.apple.com for development builds.</param>
/// <param name="AlertKey">The name of a text in the application, shown when it could not make one itself; null: the badge alone.</param>
public sealed record ApnsOptions(string Key, string KeyId, string TeamId, string Topic, Uri Url, string? AlertKey);
