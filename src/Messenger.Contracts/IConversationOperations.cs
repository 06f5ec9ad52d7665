using Messenger.Protocol;

namespace Messenger.Contracts;

/// <summary>The side of a conversation that the operator acts on, by order of a court or for its own rules; the same actor as <see cref="IConversationGrain"/>.</summary>
/// <remarks>
/// Every method can be repeated. Members are told as if the author (of a message) or the creator (of the conversation) had done it: the protocol has no
/// operator, and the audit log has. No text is read.
/// </remarks>
public interface IConversationOperations : IGrainWithGuidKey
{
    /// <summary>Deletes a message: its ciphertext is gone, a shell stays. Files of it go with the collector.</summary>
    /// <returns>Whether there was something to delete.</returns>
    [Traced]
    Task<Result<Removed>> DeleteMessage(Guid uuid, bool dryRun);

    /// <summary>Deletes the conversation for everybody.</summary>
    [Traced]
    Task<Result<Removed>> DeleteConversation(bool dryRun);

    [Traced]
    Task<Result<Removed>> RemoveAvatar(bool dryRun);
}
