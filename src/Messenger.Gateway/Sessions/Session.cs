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
    public static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);

    /// <summary>How often it is looked at, and so how late a deadline may be noticed.</summary>
    public static readonly TimeSpan LookPeriod = TimeSpan.FromSeconds(1);

    private const int Open = -1;

    /// <summary>Bytes that may lie in the operating system and in proxies: Linux takes 4 MiB for one socket.</summary>
    private const long MostUnderWay = 4 * 1024 * 1024;

    /// <summary>A phone on a bad network has 50 KB/s.</summary>
    private const double SlowestBytesPerSecond = 50_000;

    private readonly IHttpRequestLifetimeFeature connection;
    private readonly FileLinks links;
    private readonly GatewayOptions options;
    private readonly SharedMemory memory;
    private readonly TimeProvider time;
    private readonly long opened;
    private long heard;
    private long writtenWhenHeard;
    private long pinged;
    private long closing;
    private int ended = Open;
    private string? retiring;
    private int isGuest;
    private bool begun;
    private int loggingIn;

    public Session(HttpContext context, FileLinks links, GatewayOptions options, SharedMemory memory, TimeProvider time)
    {
        // Not the context: it is gone when the session ends, and another thread may be about to abort it just then.
        connection = context.Features.GetRequiredFeature<IHttpRequestLifetimeFeature>();
        Address = context.Connection.RemoteIpAddress;
        Origin = links.Origin(context.Request);
        (this.links, this.options, this.memory, this.time) = (links, options, memory, time);
        Outbox = new Outbox(options, memory.Outboxes, time);
        InFlight = new InFlight(options.InFlight, options.InFlightBytes, memory.ReadBuffers);
        Rates = new Rates(options, time);
        Inbound = new Inbound(options, time);
        opened = heard = time.GetTimestamp();
    }

    public Outbox Outbox { get; }

    public InFlight InFlight { get; }

    public Rates Rates { get; }

    /// <summary>How its bytes come in.</summary>
    public Inbound Inbound { get; }

    /// <summary>Its requests by conversation.</summary>
    public Lanes Lanes { get; } = new();

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
    public bool IsDeaf => IsOver || Volatile.Read(ref retiring) is not null;

    /// <summary>Whether the server ended it: what still waits of its requests is dropped. What a client sent before it closed or went is served.</summary>
    public bool IsCut => Volatile.Read(ref ended) > (int)CloseCode.Normal;

    /// <summary>Whether nothing is read of it any more.</summary>
    public bool IsFlooding { get; private set; }

    /// <summary>Cancelled when the connection is cut.</summary>
    public CancellationToken Aborted => connection.RequestAborted;

    /// <summary>Whether the read loop waits for room instead of reading: then silence means nothing.</summary>
    public bool IsWaiting { get; set; }

    /// <summary>Whether it has been closed, by whichever side.</summary>
    public bool IsOver => Volatile.Read(ref ended) != Open;

    /// <summary>Bytes of the budget that the message which comes in has.</summary>
    public int BufferBytes { get; set; }

    /// <summary>What it holds of the budget of requests.</summary>
    public long ReadBytes => BufferBytes + InFlight.Bytes;

    /// <summary>Counts it among those who have not logged in; false when they are too many for the process's memory.</summary>
    public bool TryBeGuest()
    {
        if (!memory.Guests.TryReserve(SharedMemory.GuestBytes))
        {
            memory.Guests.CountShed();
            return false;
        }

        Volatile.Write(ref isGuest, 1);
        return true;
    }

    /// <summary>It has logged in, or has ended.</summary>
    public void LeaveGuests()
    {
        if (Interlocked.Exchange(ref isGuest, 0) != 0)
        {
            memory.Guests.Release(SharedMemory.GuestBytes);
        }
    }

    /// <inheritdoc/>
    public bool TryBeginLogin() => Interlocked.CompareExchange(ref loggingIn, 1, 0) == 0;

    /// <inheritdoc/>
    public void EndLogin() => Volatile.Write(ref loggingIn, 0);

    /// <summary>Has authenticated: once, by its read loop. Its notifications wait for <see cref="Answered"/>.</summary>
    public void Enter(Caller caller, Subscription subscription)
    {
        (Subscription, Caller) = (subscription, caller);
        LeaveGuests();
    }

    /// <summary>The answer to a guest's request is queued: if it was the authentication, notifications may follow it.</summary>
    public void Answered()
    {
        if (!begun && Subscription is { } subscription)
        {
            begun = true;
            subscription.Begin();
        }
    }

    /// <inheritdoc/>
    public bool TrySend(Notice notice, Cursor? cursor)
    {
        if (!notice.IsFor(Features))
        {
            // The number is passed over. Its client resumes before it, and is not told then either.
            return true;
        }

        Span<byte> text = stackalloc byte[Cursor.MaxLength];
        var frame = FrameBuffer.Take();
        FrameWriter.Notification(frame, notice.Type, text[..(cursor?.Write(text) ?? 0)], Payload(notice));
        var added = Outbox.TryAddNotice(frame.Written, notice.Committed, RequestTraces.Writing(notice));
        memory.RelieveOutboxes();
        return added;
    }

    private ReadOnlySpan<byte> Payload(Notice notice) =>
        notice.Additions is null ? links.Finished(notice, Origin) : Addition.Merge(notice.Payload, notice.Additions, Features);

    /// <inheritdoc/>
    public void Flush() => Outbox.Flush();

    /// <summary>Queues an answer. A client that reads none of its answers is closed.</summary>
    public void Send(FrameBuffer answer)
    {
        if (!Outbox.TryAddAnswer(answer.Written))
        {
            CloseSlow();
        }

        memory.RelieveOutboxes();
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
            Volatile.Write(ref closing, time.GetTimestamp() - (long)((Farewell - LookPeriod).TotalSeconds * time.TimestampFrequency));
        }
    }

    /// <summary>Serves no new request, and closes with 1001 once those in flight are answered.</summary>
    public void Retire(string reason)
    {
        Volatile.Write(ref closing, time.GetTimestamp());
        Volatile.Write(ref retiring, reason);
        if (InFlight.IsEmpty)
        {
            Close(CloseCode.Draining, reason);
        }
    }

    /// <summary>A request is answered.</summary>
    /// <param name="behind">Its call has not ended.</param>
    public void Served(Pending pending, bool behind = false)
    {
        if (InFlight.Leave(pending, behind) && Volatile.Read(ref retiring) is { } reason)
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
        else if (Rates.AddPing())
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
        Volatile.Write(ref writtenWhenHeard, Outbox.Written);
        Volatile.Write(ref heard, time.GetTimestamp());
    }

    /// <summary>Ends what is left of the connection without a word.</summary>
    public void Abort()
    {
        Gone();
        connection.Abort();
    }

    /// <summary>The client is gone without a word.</summary>
    public void Gone()
    {
        Begin(CloseCode.None);
        Outbox.Break();
    }

    /// <summary>Once a second: deadlines, pings, and peers that are gone. The read loop that waits for room hears nothing, and is let be.</summary>
    public void Look()
    {
        // A batch of the stream that was to follow may never come: what waits for it goes out.
        Outbox.Flush();
        if (Volatile.Read(ref closing) is var since && since != 0 && time.GetElapsedTime(since) > Farewell)
        {
            if (Volatile.Read(ref retiring) is { } reason && !IsOver)
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
        else if (Caller is null && time.GetElapsedTime(opened) >= options.LoginDeadline)
        {
            Close(CloseCode.NotAuthenticated, $"not authenticated within {options.LoginDeadline.TotalSeconds:0} s");
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
        var last = Math.Max(Volatile.Read(ref heard), Outbox.Progressed);
        if (pinged > last)
        {
            if (time.GetElapsedTime(pinged) >= options.KeepAliveTimeout + UnderWay() && !IsWaiting)
            {
                Abort();
            }
        }
        else if (time.GetElapsedTime(last) >= options.KeepAliveInterval)
        {
            pinged = time.GetTimestamp();
            Outbox.AddPing();
        }
    }

    /// <summary>How long a slow network may take for what lies before our ping in the operating system and in the proxies: what was written since the client was heard.</summary>
    private TimeSpan UnderWay() => TimeSpan.FromSeconds(Math.Min(Outbox.Written - Volatile.Read(ref writtenWhenHeard), MostUnderWay) / SlowestBytesPerSecond);

    /// <summary>The first to end it says why.</summary>
    private bool Begin(CloseCode code)
    {
        if (Interlocked.CompareExchange(ref ended, (int)code, Open) != Open)
        {
            return false;
        }

        Volatile.Write(ref closing, time.GetTimestamp());
        GatewayMeter.Closed(code);
        if (code == CloseCode.TooSlow)
        {
            GatewayMeter.Overflowed();
        }

        return true;
    }
}
