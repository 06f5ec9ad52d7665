using Messenger.Contracts;
using Messenger.Protocol;

namespace Messenger.Simulation.Phones;

/// <summary>A request on its way; the null payload is a login.</summary>
/// <param name="Id">The phone's own number.</param>
/// <param name="Conversation">Whose queue it goes into; null: none.</param>
internal sealed record Frame(int Id, IRequest Payload, Guid? Conversation);

/// <summary>An answer: the value, or why there is none.</summary>
/// <param name="Note">The description of an ok.</param>
internal sealed record Response(object? Value, Error? Error, string? Note = null);

/// <summary>A notification as it goes out.</summary>
internal readonly record struct ReceivedNotification(SerializedNotification Notification, Cursor? Cursor);
