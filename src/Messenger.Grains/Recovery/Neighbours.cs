namespace Messenger.Grains.Recovery;

/// <summary>Whether other processes may use the same store.</summary>
internal sealed record Neighbours(bool None);
