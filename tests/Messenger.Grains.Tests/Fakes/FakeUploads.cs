using System.Collections.Concurrent;
using Messenger.Ports;

namespace Messenger.Grains.Tests.Fakes;

/// <summary>Of uploads, grains know the end of a user alone.</summary>
internal sealed class FakeUploads : IUploads
{
    private readonly ConcurrentQueue<string> _dropped = [];

    /// <summary>The users whose uploads were dropped.</summary>
    public IReadOnlyCollection<string> Dropped => _dropped;

    public Task DropOf(string userId)
    {
        _dropped.Enqueue(userId);
        return Task.CompletedTask;
    }

    /// <summary>The messages whose uploads were dropped, with their authors.</summary>
    public ConcurrentQueue<(string User, Guid Message)> DroppedFor { get; } = [];

    public Task DropFor(string userId, Guid message)
    {
        DroppedFor.Enqueue((userId, message));
        return Task.CompletedTask;
    }

    public Task<Reservation> Reserve(UploadRow upload, UploadLimits limits) => throw new NotSupportedException();

    public Task<UploadRow?> Find(Guid id) => throw new NotSupportedException();

    public Task<UploadRow?> Take(Guid id) => throw new NotSupportedException();

    public Task<bool> Holds(Guid id, long generation) => throw new NotSupportedException();

    public Task<bool> Advance(Guid id, long generation, long offset, string? state, long expires) => throw new NotSupportedException();

    public Task Finish(Guid id) => throw new NotSupportedException();

    public Task Drop(Guid id) => throw new NotSupportedException();

    public Task<int> Expire(long now, int max) => throw new NotSupportedException();
}
