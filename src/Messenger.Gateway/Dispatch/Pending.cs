using System.Diagnostics;
using Messenger.Gateway.Routes;
using Messenger.Grains;
using Messenger.Protocol;

namespace Messenger.Gateway.Dispatch;

/// <summary>A request that is being served. It owns what it holds: the frame's buffer is gone by now.</summary>
/// <param name="Me">Who it comes from; null for a guest.</param>
/// <param name="Id">As it stood in the frame.</param>
/// <param name="Size">Bytes of its frame.</param>
/// <param name="Started">When it was read: a timestamp of Stopwatch's.</param>
internal readonly record struct Pending(Route Route, IRequest Request, Caller? Me, byte[] Id, int Size, long Started)
{
    /// <summary>Ends with its answer; null when nobody traces.</summary>
    public Activity? Span { get; init; }
}
