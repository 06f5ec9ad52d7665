using Messenger.Protocol;
using Orleans;

namespace Messenger.Contracts;

/// <summary>What a device tells the gateway that holds its connection, on that gateway's stream.</summary>
/// <param name="Session">Which connection.</param>
/// <param name="Number">The notification's number; 0 for one that is not replayed.</param>
/// <param name="Notification">Null when it is about the connection itself.</param>
/// <param name="Close">Not <see cref="CloseCode.None"/>: close the connection.</param>
[GenerateSerializer, Immutable]
public readonly record struct GatewayEvent(long Session, long Epoch, long Number, SerializedNotification? Notification, CloseCode Close);
