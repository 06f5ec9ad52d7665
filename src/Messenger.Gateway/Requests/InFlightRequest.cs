using System.Diagnostics;
using Messenger.Contracts;
using Messenger.Protocol;

namespace Messenger.Gateway.Requests;

/// <summary>A request that is being served. It owns what it holds: the frame's buffer is gone by now.</summary>
/// <remarks>
/// It waits, is begun, and is answered once. Its connection's thread, its queue, the call's completion and the sweep of deadlines may all
/// come to it at the same time: <see cref="TryBegin"/> and <see cref="TryAnswer"/> say who was first, and the others let it be. So a request
/// that was answered <c>unavailable</c> while it waited is never begun, and the late outcome of one that was begun is dropped.
/// </remarks>
internal sealed class InFlightRequest(Route route, IRequest request, Caller? me, byte[] id, int size, long arrived)
{
    private const int Waiting = 0;
    private const int Begun = 1;
    private const int Answered = 2;

    private static readonly TaskCompletionSource AlreadyAnswered = Completed();

    private int _state;
    private TaskCompletionSource? _answered;

    public Route Route { get; } = route;

    public IRequest Request { get; } = request;

    /// <summary>Who it comes from; null for a guest.</summary>
    public Caller? Me { get; } = me;

    /// <summary>As it stood in the frame.</summary>
    public byte[] Id { get; } = id;

    /// <summary>Bytes of its frame.</summary>
    public int Size { get; } = size;

    /// <summary>When its frame had been read: a timestamp of the time provider's.</summary>
    public long Arrived { get; } = arrived;

    /// <summary>When it is answered <c>unavailable</c> at the latest: a timestamp of the time provider's.</summary>
    public long Due { get; init; } = long.MaxValue;

    /// <summary>The queue that it waits in; empty where its requests have no order.</summary>
    public Guid Conversation { get; set; }

    /// <summary>Ends with its answer; null when nobody traces.</summary>
    public Activity? Span { get; init; }

    /// <summary>Its neighbours in arrival, of those of its connection that have no answer: <see cref="Requests.InFlight"/>'s.</summary>
    public InFlightRequest? Earlier { get; set; }

    /// <inheritdoc cref="Earlier"/>
    public InFlightRequest? Later { get; set; }

    /// <summary>Whether its answer is decided.</summary>
    public bool IsAnswered => Volatile.Read(ref _state) == Answered;

    /// <summary>False: it was answered meanwhile, and must not be executed any more.</summary>
    public bool TryBegin() => Interlocked.CompareExchange(ref _state, Begun, Waiting) == Waiting;

    /// <summary>True for one of those who want to answer it, who then must.</summary>
    /// <param name="begun">Whether it was begun.</param>
    public bool TryAnswer(out bool begun)
    {
        var before = Interlocked.Exchange(ref _state, Answered);
        begun = before == Begun;
        return before != Answered;
    }

    /// <summary>Completes when <see cref="Tell"/> was called. For one caller.</summary>
    public Task WhenTold()
    {
        var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return (Interlocked.CompareExchange(ref _answered, mine, null) ?? mine).Task;
    }

    /// <summary>Its answer is queued.</summary>
    public void Tell()
    {
        if (Interlocked.CompareExchange(ref _answered, AlreadyAnswered, null) is { } waiting)
        {
            waiting.TrySetResult();
        }
    }

    private static TaskCompletionSource Completed()
    {
        var done = new TaskCompletionSource();
        done.SetResult();
        return done;
    }
}
