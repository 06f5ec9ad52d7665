using Messenger.Ports;
using Messenger.Protocol;

namespace Messenger.Grains.Conversations;

/// <summary>A message that was handed to the log, until it is known what became of it, over as many entries as that takes.</summary>
internal sealed class PendingMessage(MessageRow row)
{
    private readonly TaskCompletionSource<Settled> _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>As the entry that is under way carries it: an entry of which nothing was kept is followed by one with other places.</summary>
    public MessageRow Row { get; set; } = row;

    /// <summary>The row that is stored, which may be an earlier one with this uuid; or why none is.</summary>
    public Task<Settled> Outcome => _settled.Task;

    public void Store(MessageRow stored) => _settled.TrySetResult(new Settled(stored, null));

    public void Refuse(Error error) => _settled.TrySetResult(new Settled(null, error));

    public readonly record struct Settled(MessageRow? Row, Error? Error);
}
