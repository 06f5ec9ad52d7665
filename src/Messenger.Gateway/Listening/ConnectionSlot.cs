using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Messenger.Gateway.Listening;

/// <summary>A connection's place among those of its process; a feature of its connection. What changes is under the guard's lock.</summary>
internal sealed class ConnectionSlot(ConnectionGuard errors, BaseConnectionContext connection, IPAddress? network)
{
    /// <summary>Whom the connection counts for; null for nobody.</summary>
    public IPAddress? Network => network;

    /// <summary>Requests being served.</summary>
    public int Busy { get; set; }

    /// <summary>It became a WebSocket.</summary>
    public bool IsSession { get; set; }

    /// <summary>It was told to make room, or is gone.</summary>
    public bool IsGone { get; set; }

    public LinkedListNode<ConnectionSlot>? AmongAll { get; set; }

    public LinkedListNode<ConnectionSlot>? AmongTheirs { get; set; }

    /// <summary>A request came; it ends with <see cref="EndRequest"/>.</summary>
    public void BeginRequest() => errors.BeginRequest(this);

    public void EndRequest() => errors.EndRequest(this);

    /// <summary>False where as many are sessions as may be: what is left is for health, files, and handshakes that are told to come back.</summary>
    public bool TryBecomeSession() => errors.TryBecomeSession(this);

    public void Leave() => errors.Leave(this);

    public void Cut() => connection.Abort(new ConnectionAbortedException("closed to make room for another"));
}
