using Messenger.Ports;

namespace Messenger.Grains.Tests.Fakes;

internal sealed partial class FakeLog : IExpiries
{
    public Task<IReadOnlyList<Guid>> Conversations(long now, Guid after, int max) => Reading<IReadOnlyList<Guid>>(() =>
    [
        .. _conversations.Where(one => one.Key.CompareTo(after) > 0 && !one.Value.Header.Deleted && Expired(one.Value, now).Any())
            .Select(one => one.Key).Order().Take(max),
    ]);

    public Task<IReadOnlyList<MessageRow>> Due(Guid conversation, long now, int max) =>
        Reading<IReadOnlyList<MessageRow>>(() => [.. (Found(conversation) is { } found ? Expired(found, now) : []).OrderBy(row => row.Expires).Take(max)]);

    private static IEnumerable<MessageRow> Expired(FakeConversation found, long now) => found.Messages.Values.Where(row => row.Expires <= now && !row.Deleted);
}
