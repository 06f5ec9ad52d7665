namespace Messenger.Ports;

/// <summary>Messages whose time is over and that are not deleted yet. Throws <see cref="StoreUnavailableException"/>.</summary>
public interface IExpiries
{
    /// <summary>Conversations, not deleted, with such messages, ascending behind a key.</summary>
    /// <param name="now">Milliseconds since the Unix epoch.</param>
    Task<IReadOnlyList<Guid>> Conversations(long now, Guid after, int max);

    /// <summary>Those of one conversation, the oldest first.</summary>
    Task<IReadOnlyList<MessageRow>> Due(Guid conversation, long now, int max);
}
