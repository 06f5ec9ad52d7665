using System.Net;
using Messenger.Contracts;
using Messenger.Gateway.Delivery;
using Messenger.Gateway.Dispatch;
using Messenger.Gateway.Links;
using Messenger.Gateway.RateLimits;
using Messenger.Gateway.Requests;
using Messenger.Gateway.Transport;
using Messenger.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Messenger.Gateway.Sessions;

/// <summary>One connection: who it is, what waits to be written to it, how it ends.</summary>
/// <remarks>
/// It has no timer and no task of its own: <see cref="Watch"/> looks after all of them. <see cref="ReadLoop"/> runs it from accept to end;
/// answers and notifications come from any thread.
/// </remarks>
internal sealed class Session : IGuest, IUpgradedConnection
{
    /// <summary>How long a closing connection has to read our close frame and to answer it.</summary>
    public static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    /// <summary>How often it is looked at, and so how late a deadline may be noticed.</summary>
    public static readonly TimeSpan LookPeriod = TimeSpan.FromSeconds(1);

    private const int Open = -1;

    /// <summary>Bytes that may lie in the operating system and in proxies: Linux takes 4 MiB for one socket.</summary>
    private const long MaxUnderWay = 4 * 1024 * 1024;

    /// <summary>One answer is made while the one before it is on its way from the actor.</summary>
    private const int MaxLarge = 2;

    /// <summary>A phone on a bad network has 50 KB/s.</summary>
    private const double SlowestBytesPerSecond = 50_000;

    private readonly IHttpRequestLifetimeFeature _connection;
    private readonly FileLinks _links;
    private readonly GatewayOptions _options;
    private readonly SharedMemory _memory;
    private readonly TimeProvider _timeProvider;
    private long _heard;
    private long _writtenWhenHeard;
    private long _pinged;
    private long _closing;
    private int _ended = Open;
    private string? _retiring;
    private int _isGuest;
    private bool _begun;
    private int _loggingIn;
    private string? _link;
    private int _linksAsked;
    private long _loginDeadline;
    private SemaphoreSlim? _largeTurns;

    public Session(HttpContext context, FileLinks links, GatewayOptions options, SharedMemory memory, TimeProvider timeProvider)
    {
        // Not the context: it is gone when the session ends, and another thread may be about to abort it just then.
        _connection = context.Features.GetRequiredFeature<IHttpRequestLifetimeFeature>();
        Address = context.Connection.RemoteIpAddress;
        Origin = links.Origin(context.Request);
        (_links, _options, _memory, _timeProvider) = (links, options, memory, timeProvider);
        Outbox = new Outbox(options, memory.Outboxes, timeProvider);
        InFlight = new InFlight(options.InFlight, options.InFlightBytes, memory.ReadBuffers);
        RateLimiter = new RequestRateLimiter(options, timeProvider);
        Inbound = new Inbound(options, timeProvider);
        _heard = timeProvider.GetTimestamp();
        _loginDeadline = After(options.LoginDeadline);
    }

    public Outbox Outbox { get; }

    public InFlight InFlight { get; }

    public RequestRateLimiter RateLimiter { get; }

    /// <summary>How its bytes come in.</summary>
    public Inbound Inbound { get; }

    /// <summary>Its requests by conversation.</summary>
    public ConversationQueues Queues { get; } = new();

    /// <summary>Its places among those whose large answers are made.</summary>
    public SemaphoreSlim LargeTurns => LazyInitializer.EnsureInitialized(ref _largeTurns, () => new SemaphoreSlim(MaxLarge));

    /// <summary>Who it is; null until it has authenticated.</summary>
    public Caller? Caller { get; private set; }

    /// <inheritdoc/>
    public Features Features => Caller?.Features ?? Features.None;

    /// <summary>Its share in its device's notifications; null until it has authenticated.</summary>
    public Subscription? Subscription { get; private set; }

    /// <summary>Where it comes from; null where the transport knows no addresses.</summary>
    public IPAddress? Address { get; }

    /// <summary>What URLs begin with that are handed to it.</summary>
    public string Origin { get; }

    /// <summary>Whether requests are no longer served: it is closed, or about to be.</summary>
    public bool IsDeaf => IsOver || Volatile.Read(ref _retiring) is not null;

    /// <summary>Whether the server ended it: what still waits of its requests is dropped. What a client sent before it closed or went is served.</summary>
    public bool IsCut => Volatile.Read(ref _ended) > (int)CloseCode.Normal;

    /// <summary>Whether nothing is read of it any more.</summary>
    public bool IsFlooding { get; private set; }

    /// <summary>Cancelled when the connection is cut.</summary>
    public CancellationToken Aborted => _connection.RequestAborted;

    /// <summary>Whether the read loop waits for room instead of reading: then silence means nothing.</summary>
    public bool IsWaiting { get; set; }

    /// <summary>Whether it has been closed, by whichever side.</summary>
    public bool IsOver => Volatile.Read(ref _ended) != Open;

    /// <summary>Bytes of the budget that the message which comes in has.</summary>
    public int BufferBytes { get; set; }

    /// <summary>What it holds of the budget of requests.</summary>
    public long ReadBytes => BufferBytes + InFlight.Bytes;

    /// <summary>Counts it among those who have not logged in; false when they are too many for the process's memory.</summary>
    public bool TryBeGuest()
    {
        if (!_memory.Guests.TryReserve(SharedMemory.GuestBytes))
        {
            _memory.Guests.CountShed();
            return false;
        }

        Volatile.Write(ref _isGuest, 1);
        return true;
    }

    /// <summary>It has logged in, or has ended.</summary>
    public void LeaveGuests()
    {
        if (Interlocked.Exchange(ref _isGuest, 0) != 0)
        {
            _memory.Guests.Release(SharedMemory.GuestBytes);
        }
    }

    /// <inheritdoc/>
    public bool TryBeginLogin() => Interlocked.CompareExchange(ref _loggingIn, 1, 0) == 0;

    /// <inheritdoc/>
    public void EndLogin() => Volatile.Write(ref _loggingIn, 0);

    /// <inheritdoc/>
    public bool TryWait(string linkUuid, TimeSpan span)
    {
        if (_link != linkUuid && ++_linksAsked > _options.LinksPerConnection)
        {
            return false;
        }

        Volatile.Write(ref _link, linkUuid);
        Volatile.Write(ref _loginDeadline, Math.Max(_loginDeadline, After(span)));
        return true;
    }

    /// <inheritdoc/>
    public bool WaitsFor(string linkUuid) => !IsOver && Caller is null && Volatile.Read(ref _link) == linkUuid;

    /// <summary>Has authenticated: once, by its read loop. Its notifications wait for <see cref="Answered"/>.</summary>
    public void Enter(Caller caller, Subscription subscription)
    {
        (Subscription, Caller) = (subscription, caller);
        LeaveGuests();
    }

    /// <summary>The answer to a guest's request is queued: if it was the authentication, notifications may follow it.</summary>
    public void Answered()
    {
        if (!_begun && Subscription is { } subscription)
        {
            _begun = true;
            subscription.Begin();
        }
    }

    /// <inheritdoc/>
    public bool TrySend(SerializedNotification notification, Cursor? cursor)
    {
        if (!notification.IsFor(Features))
        {
            // The number is passed over. Its client resumes before it, and is not told then either.
            return true;
        }

        if (notification.Expires is not null)
        {
            // It may have waited for this session.
            notification = notification.At(_timeProvider.GetUtcNow().ToUnixTimeMilliseconds());
        }

        Span<byte> text = stackalloc byte[Cursor.MaxLength];
        var frame = FrameBuffer.Take();
        FrameWriter.Notification(frame, notification.Type, text[..(cursor?.Write(text) ?? 0)], Payload(notification));
        var added = Outbox.TryAddNotification(frame.Written, notification.Committed, RequestTraces.Writing(notification));
        _memory.RelieveOutboxes();
        return added;
    }

    private ReadOnlySpan<byte> Payload(SerializedNotification notification) =>
        notification.Additions is null ? _links.Finished(notification, Origin) : Addition.Merge(notification.Payload, notification.Additions, Features);

    /// <inheritdoc/>
    public void Flush() => Outbox.Flush();

    /// <inheritdoc/>
    public IThreadPoolWorkItem? BeginFlush() => Outbox.BeginFlush();

    /// <summary>Queues an answer. A client that reads none of its answers is closed.</summary>
    public void Send(FrameBuffer answer)
    {
        if (!Outbox.TryAddAnswer(answer.Written))
        {
            CloseSlow();
        }

        _memory.RelieveOutboxes();
    }

    /// <inheritdoc/>
    public void Close(CloseCode code, string reason)
    {
        if (Begin(code))
        {
            Outbox.Finish(Framing.CloseFrame(code, reason), drop: code == CloseCode.TooSlow);
        }
    }

    /// <summary>The client does not read: what waits for it is dropped.</summary>
    public void CloseSlow() => Close(CloseCode.TooSlow, "the client reads too slowly: reconnect and resume");

    /// <summary>Its frames are not worth reading: TCP holds them back until the connection is cut, and the client has that long to read why.</summary>
    private void CloseFlood(string reason)
    {
        IsFlooding = true;
        Close(CloseCode.PolicyViolation, reason);
    }

    /// <summary>It holds most of what the process is short of: it has one look of the watch to read why.</summary>
    public void Shed(CloseCode code, string reason)
    {
        if (Begin(code))
        {
            Outbox.Finish(Framing.CloseFrame(code, reason), drop: true);
            Volatile.Write(ref _closing, _timeProvider.GetTimestamp() - (long)((CloseTimeout - LookPeriod).TotalSeconds * _timeProvider.TimestampFrequency));
        }
    }

    /// <summary>Serves no new request, and closes with 1001 once those in flight are answered.</summary>
    public void Retire(string reason)
    {
        Volatile.Write(ref _closing, _timeProvider.GetTimestamp());
        Volatile.Write(ref _retiring, reason);
        if (InFlight.IsEmpty)
        {
            Close(CloseCode.Draining, reason);
        }
    }

    /// <summary>A request is answered.</summary>
    /// <param name="behind">Its call has not ended.</param>
    public void Served(InFlightRequest pending, bool behind = false)
    {
        if (InFlight.Leave(pending, behind) && Volatile.Read(ref _retiring) is { } reason)
        {
            Close(CloseCode.Draining, reason);
        }
    }

    /// <inheritdoc/>
    public void WriteControl(ReadOnlySpan<byte> frame)
    {
        if (Framing.TryReadClose(frame, out var code))
        {
            if (Begin(code))
            {
                Outbox.Finish(frame, drop: false);
            }
        }
        else if (RateLimiter.AddPing())
        {
            CloseFlood("too many pings");
        }
        else
        {
            Outbox.SetPong(frame);
        }
    }

    /// <inheritdoc/>
    public void Heard(int count)
    {
        Inbound.Read(count);
        Heard();
    }

    /// <summary>The client is there.</summary>
    public void Heard()
    {
        Volatile.Write(ref _writtenWhenHeard, Outbox.Written);
        Volatile.Write(ref _heard, _timeProvider.GetTimestamp());
    }

    /// <summary>Ends what is left of the connection without a word.</summary>
    public void Abort()
    {
        Gone();
        _connection.Abort();
    }

    /// <summary>The client is gone without a word.</summary>
    public void Gone()
    {
        Begin(CloseCode.None);
        Outbox.Break();
    }

    /// <summary>Once a second: deadlines, pings, and peers that are gone. The read loop that waits for room hears nothing, and is let be.</summary>
    public void Sweep()
    {
        // A batch of the stream that was to follow may never come: what waits for it goes out.
        Outbox.Flush();
        if (Volatile.Read(ref _closing) is var since && since != 0 && _timeProvider.GetElapsedTime(since) > CloseTimeout)
        {
            if (Volatile.Read(ref _retiring) is { } reason && !IsOver)
            {
                Close(CloseCode.Draining, reason);
            }
            else
            {
                Abort();
            }
        }
        else if (IsOver)
        {
            // Has its farewell.
        }
        else if (Outbox.IsStalled())
        {
            CloseSlow();
        }
        else if (Caller is null && _timeProvider.GetTimestamp() >= Volatile.Read(ref _loginDeadline))
        {
            Close(CloseCode.NotAuthenticated, $"not authenticated within {_options.LoginDeadline.TotalSeconds:0} s");
        }
        else if (Inbound.IsFlood())
        {
            CloseFlood("too many control frames or fragments");
        }
        else if (Inbound.Fault() is { } fault)
        {
            Close(CloseCode.PolicyViolation, fault);
        }
        else
        {
            LookForLife();
        }
    }

    /// <summary>
    /// Bytes that came are life, and so is a write that got on: a phone on a slow network that takes a large answer has nothing to say, and our ping
    /// waits behind that answer, in our queue and in the network.
    /// </summary>
    private void LookForLife()
    {
        var last = Math.Max(Volatile.Read(ref _heard), Outbox.Progressed);
        if (_pinged > last)
        {
            if (_timeProvider.GetElapsedTime(_pinged) >= _options.KeepAliveTimeout + UnderWay() && !IsWaiting)
            {
                Abort();
            }
        }
        else if (_timeProvider.GetElapsedTime(last) >= _options.KeepAliveInterval)
        {
            _pinged = _timeProvider.GetTimestamp();
            Outbox.AddPing();
        }
    }

    /// <summary>How long a slow network may take for what lies before our ping in the operating system and in the proxies: what was written since the client was heard.</summary>
    private TimeSpan UnderWay() => TimeSpan.FromSeconds(Math.Min(Outbox.Written - Volatile.Read(ref _writtenWhenHeard), MaxUnderWay) / SlowestBytesPerSecond);

    private long After(TimeSpan span) => _timeProvider.GetTimestamp() + (long)(span.TotalSeconds * _timeProvider.TimestampFrequency);

    /// <summary>The first to end it says why.</summary>
    private bool Begin(CloseCode code)
    {
        if (Interlocked.CompareExchange(ref _ended, (int)code, Open) != Open)
        {
            return false;
        }

        Volatile.Write(ref _closing, _timeProvider.GetTimestamp());
        GatewayMeter.Closed(code);
        if (code == CloseCode.TooSlow)
        {
            GatewayMeter.Overflowed();
        }

        return true;
    }
}
