using Messenger.Client.Connections;
using Messenger.Protocol;

namespace Messenger.Client;

/// <summary>What a client tells its application, in order.</summary>
public abstract record ClientEvent;

/// <summary>A message or an event of a conversation, each once, in its conversation's order.</summary>
public sealed record MessageArrived(Message Message) : ClientEvent;

/// <summary>Any other notification.</summary>
public sealed record Notified(INotification Notification) : ClientEvent;

/// <summary>A conversation is not this person's any more: deleted, left on another device, or kicked out of it, be it while this device was away.</summary>
public sealed record ConversationGone(string ConversationUuid) : ClientEvent;

/// <summary>The client is connected and authenticated, and everything that it missed has been handed over or follows.</summary>
/// <param name="Resynchronised">
/// The server could not continue where the client was: the messages were read anew, and none is missing. Whatever else is shown
/// (counters, rosters, titles, deletions) is to be read anew by the application.
/// </param>
public sealed record Online(bool Resynchronised) : ClientEvent;

/// <summary>
/// The connection ended; the client comes back by itself, unless <paramref name="ComesBack"/> is null. Left out for an application that is
/// so far behind that its events are at their bound.
/// </summary>
public sealed record Offline(Ending Ending, TimeSpan? ComesBack) : ClientEvent;
