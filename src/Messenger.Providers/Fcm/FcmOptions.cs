namespace Messenger.Providers.Fcm;

/// <summary>Firebase Cloud Messaging.</summary>
/// <param name="ServiceAccount">The service account's key file as JSON: its project is the one that pushes go to.</param>
/// <param name="Url">https://fcm.googleapis.com, but in tests.</param>
public sealed record FcmOptions(string ServiceAccount, Uri Url);
