using Messenger.Protocol;

namespace Messenger.Client.Storage;

/// <summary>What became of a message.</summary>
public enum MessageState
{
    /// <summary>Accepted on this device: it is sent until there is an answer.</summary>
    Sending,

    /// <summary>The server has it.</summary>
    Sent,

    /// <summary>The server refused it.</summary>
    Failed,
}

/// <summary>A message as this device keeps it.</summary>
/// <param name="Created">By the server's clock; null until the server has it.</param>
/// <param name="Status">Why it failed.</param>
/// <param name="Text">What it says; null while it is sealed, and where it has no text.</param>
/// <param name="Message">As the server gave it; null until the server has it.</param>
public sealed record StoredMessage(string Uuid, string Conversation, string UserId, long? Created, MessageState State, string? Status, string? Text, Message? Message);

/// <summary>The outbox is full: what was given is not accepted, and nothing was dropped for it (CL-16).</summary>
public sealed class OutboxFullException(int bound) : InvalidOperationException($"{bound} entries wait to be sent: this one is not accepted");

/// <summary>What waits to be sent.</summary>
/// <param name="Lane">Entries of one lane go one after the other (CL-12).</param>
/// <param name="MessageUuid">Of the message, or of the one whose receipt it is.</param>
/// <param name="Request">What was sealed, once it was: the same bytes are sent again (CL-11).</param>
internal sealed record OutboxEntry(long Id, string Lane, bool IsReceipt, string Conversation, string MessageUuid, string? ReplyTo, RequestAddMessage? Request);
