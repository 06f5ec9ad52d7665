using System.Net;
using System.Text;

namespace Messenger.Bench.Load;

/// <summary>
/// An XMPP client over WebSocket (RFC 7395) that speaks only what a load needs: SASL PLAIN, a resource, stream management (XEP-0198) and
/// messages. What acknowledges a message - an answer of stream management, or a room's reflection - is handed over as a frame of its own:
/// <see cref="Acknowledged"/> and the message's id.
/// </summary>
internal sealed class XmppConnection : IAsyncDisposable
{
    /// <summary>A login that takes longer has failed.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    /// <summary>Of some thousand connections ejabberd leaves the first frame of one unanswered for a minute; an answer takes less than a second.</summary>
    private static readonly TimeSpan OpenTimeout = TimeSpan.FromSeconds(3);

    private const int Opens = 3;

    private static readonly byte[] AskForAcknowledgement = "<r xmlns='urn:xmpp:sm:3'/>"u8.ToArray();

    private readonly Lock _gate = new();
    private readonly Queue<Guid?> _sent = new();
    private readonly string _domain;
    private TaskCompletionSource? _expected;
    private byte[] _ownOccupant = [];
    private uint _answered;
    private uint _received;
    private bool _managed;

    private XmppConnection(LoadConnection connection, string domain)
    {
        (Connection, _domain) = (connection, domain);
        connection.OnFrame = Handle;
    }

    /// <summary>How the frames start that say which message was taken.</summary>
    public static byte[] Acknowledged { get; } = "<acknowledged"u8.ToArray();

    /// <summary>What stands before the message's id, there and in a message.</summary>
    public static byte[] IdAfter { get; } = " id='"u8.ToArray();

    public LoadConnection Connection { get; }

    /// <summary>Messages of others, acknowledgements, and answers to requests.</summary>
    public FrameHandler OnFrame { get; set; } = static _ => { };

    /// <summary>Connects, authenticates, binds a resource, enables stream management and becomes available.</summary>
    public static async Task<XmppConnection> LogIn(
        IPEndPoint server, string path, string domain, string user, string password, IPAddress? source, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await LogInOnce(server, path, domain, user, password, source, cancellation);
            }
            catch (StreamNotOpenedException) when (attempt < Opens)
            {
                // As a client would: on another connection. What it took counts.
            }
        }
    }

    private static async Task<XmppConnection> LogInOnce(
        IPEndPoint server, string path, string domain, string user, string password, IPAddress? source, CancellationToken cancellation)
    {
        var connection = await LoadConnection.Open(server, path, source, cancellation, "xmpp");
        try
        {
            var xmpp = new XmppConnection(connection, domain);
            _ = connection.Run(cancellation);
            var plain = Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0{user}\0{password}"));
            await xmpp.OpenFirst(cancellation);
            await xmpp.Ask($"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{plain}</auth>", "<success", cancellation);
            await xmpp.OpenStream(cancellation);
            await xmpp.Ask(
                "<iq xmlns='jabber:client' type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>bench</resource></bind></iq>",
                "<iq", cancellation);
            await xmpp.Ask("<enable xmlns='urn:xmpp:sm:3'/>", "<enabled", cancellation);
            xmpp._managed = true;
            xmpp.Send("<presence xmlns='jabber:client'/>"u8, null);
            return xmpp;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Enters a room; it is made by who comes first.</summary>
    public async Task Enter(string room, string nick, CancellationToken cancellation)
    {
        // As it stands in a stanza's "from": the room's own occupant is told by it.
        _ownOccupant = Encoding.UTF8.GetBytes($" from='{room}/{nick}'");
        var entered = Expect("<presence");
        Send(Encoding.UTF8.GetBytes(
            $"<presence xmlns='jabber:client' to='{room}/{nick}'><x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='0'/></x></presence>"), null);
        await entered.WaitAsync(Timeout, cancellation);
    }

    /// <summary>Sends a message to one person and asks at once whether it was taken; a room's reflection says so by itself.</summary>
    public void Message(ReadOnlySpan<byte> stanza, Guid id, bool toRoom)
    {
        // Counted in the order in which they go out.
        lock (_gate)
        {
            Send(stanza, toRoom ? null : id);
            if (!toRoom)
            {
                Connection.Send(AskForAcknowledgement);
            }
        }
    }

    public ValueTask DisposeAsync() => Connection.DisposeAsync();

    private void Send(ReadOnlySpan<byte> stanza, Guid? id)
    {
        lock (_gate)
        {
            _sent.Enqueue(id);
            Connection.Send(stanza);
        }
    }

    private async Task OpenFirst(CancellationToken cancellation)
    {
        try
        {
            await OpenStream(cancellation).WaitAsync(OpenTimeout, cancellation);
        }
        catch (TimeoutException)
        {
            throw new StreamNotOpenedException();
        }
    }

    private async Task OpenStream(CancellationToken cancellation) =>
        await Ask($"<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='{_domain}' version='1.0'/>", "<stream:features", cancellation);

    private async Task Ask(string frame, string answer, CancellationToken cancellation)
    {
        var answered = Expect(answer);
        Connection.Send(Encoding.UTF8.GetBytes(frame));
        await answered.WaitAsync(Timeout, cancellation);
    }

    private Task Expect(string start)
    {
        var expected = new TaskCompletionSource(start, TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _expected, expected);
        return expected.Task;
    }

    private void Handle(ReadOnlySpan<byte> frame)
    {
        if (Volatile.Read(ref _expected) is { } expected)
        {
            Expected(expected, frame);
        }

        if (frame.StartsWith("<a "u8))
        {
            Taken(frame);
        }
        else if (frame.StartsWith("<r "u8) || frame.StartsWith("<r/"u8))
        {
            Connection.Send(Encoding.ASCII.GetBytes($"<a xmlns='urn:xmpp:sm:3' h='{_received}'/>"));
        }
        else if (_managed && (frame.StartsWith("<message"u8) || frame.StartsWith("<iq"u8) || frame.StartsWith("<presence"u8)))
        {
            _received++;
            Stanza(frame);
        }
    }

    private void Stanza(ReadOnlySpan<byte> frame)
    {
        if (frame.StartsWith("<presence"u8))
        {
            return;
        }

        var head = frame[..(frame.IndexOf((byte)'>') + 1)];
        var at = head.IndexOf(IdAfter);
        if (_ownOccupant.Length > 0 && at >= 0 && head.IndexOf(_ownOccupant) >= 0)
        {
            OnFrame([.. Acknowledged, .. head[at..]]);
        }
        else
        {
            OnFrame(frame);
        }
    }

    /// <summary>All up to this number were taken; the number wraps around.</summary>
    private void Taken(ReadOnlySpan<byte> frame)
    {
        var at = frame.IndexOf(" h='"u8);
        if (at < 0 || !System.Buffers.Text.Utf8Parser.TryParse(frame[(at + 4)..], out uint count, out _))
        {
            return;
        }

        for (; _answered != count; _answered++)
        {
            Guid? id;
            lock (_gate)
            {
                if (!_sent.TryDequeue(out id))
                {
                    _answered = count;
                    return;
                }
            }

            if (id is { } taken)
            {
                OnFrame(Encoding.ASCII.GetBytes($"<acknowledged id='{taken}'/>"));
            }
        }
    }

    private void Expected(TaskCompletionSource expected, ReadOnlySpan<byte> frame)
    {
        // The state is the start of the frame that is awaited; a refusal ends the wait at once.
        var start = Encoding.ASCII.GetBytes((string)expected.Task.AsyncState!);
        var refused = frame.StartsWith("<failure"u8) || frame.StartsWith("<failed"u8) || frame.StartsWith("<close"u8)
            || frame.StartsWith("<stream:error"u8) || frame[..(frame.IndexOf((byte)'>') + 1)].IndexOf(" type='error'"u8) >= 0;
        var awaited = frame.StartsWith(start) && (_ownOccupant.Length == 0 || frame.IndexOf(_ownOccupant) >= 0);
        if (!refused && !awaited)
        {
            return;
        }

        Volatile.Write(ref _expected, null);
        if (refused)
        {
            expected.TrySetException(new InvalidOperationException($"the server refused: {Encoding.UTF8.GetString(frame)}"));
        }
        else
        {
            expected.TrySetResult();
        }
    }

    private sealed class StreamNotOpenedException() : Exception("the server left the opening of a stream unanswered");
}
