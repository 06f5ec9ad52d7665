using Messenger.Protocol;
using Orleans;

namespace Messenger.Contracts;

/// <summary>The side of a conversation that lets messages expire; the same actor as <see cref="IConversationGrain"/>.</summary>
public interface IConversationExpiry : IGrainWithGuidKey
{
    /// <summary>Sets the timer of new messages; an event. Can be repeated. <c>not_found</c> to a user who is not a member.</summary>
    [Traced]
    Task<Result> SetExpiry(Caller me, RequestSetConversationExpiry request);

    /// <summary>Deletes what has expired by now, and tells every device. Can be repeated; what could not be deleted is due still.</summary>
    [Traced]
    Task ExpireDue();
}
