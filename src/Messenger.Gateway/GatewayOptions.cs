using Messenger.Protocol;

namespace Messenger.Gateway;

/// <summary>How the gateway treats its sockets. Every bound is per process unless it says otherwise.</summary>
public sealed class GatewayOptions
{
    /// <summary>Bytes of one message of a client's; a longer one closes its connection with 1009. 256 KiB holds the largest request.</summary>
    public int MaxMessageBytes { get; set; } = 256 * 1024;

    /// <summary>
    /// Bytes of one message before the login; a longer one closes with 1009. What is served then has about one KiB, so that this leaves room
    /// for fields to come; it is a sixteenth of what a member may make the process keep.
    /// </summary>
    public int GuestMessageBytes { get; set; } = 16 * 1024;

    /// <summary>A message that was begun before the login is whole within so long, else 1008: a login fits into one packet or a few.</summary>
    public TimeSpan GuestMessageDeadline { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>A member's message that was begun and of which nothing comes for so long closes with 1008. TCP tries again many times meanwhile.</summary>
    public TimeSpan MessageSilence { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>A member's message that comes more slowly than this over <see cref="MessageRateWindow"/> closes with 1008. A phone on GPRS sends four times as fast.</summary>
    public int MessageBytesPerSecond { get; set; } = 1024;

    /// <summary>What <see cref="MessageBytesPerSecond"/> is measured over: a tunnel or a change of cells is shorter.</summary>
    public TimeSpan MessageRateWindow { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Pings a second that one connection may send for long; more close it with 1008. Libraries ping every few seconds, most not at all.</summary>
    public int PingsPerSecond { get; set; } = 10;

    /// <summary>Pings that it may send at once.</summary>
    public int PingBurst { get; set; } = 100;

    /// <summary>How long a connection may stay unauthenticated; then 4008.</summary>
    public TimeSpan LoginDeadline { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Links that one connection may ask for before its login: a person shows a new code when the old one has ended.</summary>
    public int LinksPerConnection { get; set; } = 5;

    /// <summary>
    /// A request has its answer so long after it was read from its socket, <c>unavailable</c> at the latest: in its queue, in flight and in
    /// its call together. What Orleans gives one call alone; a person looks at a clock for no longer.
    /// </summary>
    public TimeSpan RequestDeadline { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>As <see cref="RequestDeadline"/>, of RequestAuthenticationByApplication, which makes two calls and may queue before them.</summary>
    public TimeSpan LoginRequestDeadline { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>A connection silent for so long is pinged. Below the idle time-outs of mobile networks' address translation and of common load balancers.</summary>
    public TimeSpan KeepAliveInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>A ping unanswered for so long means that the peer is gone; the connection is cut.</summary>
    public TimeSpan KeepAliveTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Notifications that wait for one client to read; one more closes it with 4009, and it resumes from its cursor.
    /// More than a device's inbox keeps, as is <see cref="OutboxBytes"/>: else what was missed would never fit.
    /// </summary>
    public int OutboxFrames { get; set; } = 4096;

    /// <summary>Bytes of notifications that wait for one client to read; more closes it with 4009.</summary>
    public int OutboxBytes { get; set; } = 1024 * 1024;

    /// <summary>
    /// Bytes of answers that wait for one client to read; more closes it with 4009. Larger than <see cref="OutboxBytes"/>, because the
    /// client asked for them: a page of history may have 9 MB. Its socket is not read while <see cref="OutboxBytes"/> wait.
    /// </summary>
    public int AnswerBytes { get; set; } = RequestGetConversationsFull.MaxAnswerBytes;

    /// <summary>A client that takes nothing for so long is closed with 4009, however little waits for it.</summary>
    public TimeSpan WriteDeadline { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Requests of one connection that are being served; beyond it the socket is not read, which TCP tells the client.</summary>
    public int InFlight { get; set; } = 256;

    /// <summary>Bytes of the requests of one connection that are being served; beyond it the socket is not read.</summary>
    public int InFlightBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>False lifts every limit of rate, for load tests: <c>Limits:Enabled</c>. Limits of size stay.</summary>
    public bool LimitsEnabled { get; set; } = true;

    /// <summary>Requests a second that one connection may send for long; more get <c>too_many_requests</c>.</summary>
    public int RequestsPerSecond { get; set; } = 200;

    /// <summary>Requests that one connection may send at once, after a silence: a client that comes back catches up in one go.</summary>
    public int RequestBurst { get; set; } = 2000;

    /// <summary>Frames a minute that may be no request of the protocol; more close the connection with 1008.</summary>
    public int GarbageFrames { get; set; } = 20;

    /// <summary>
    /// RequestRegisterApplication from one address (IPv6: one /64) in <see cref="RegistrationWindow"/>, in the whole cluster.
    /// The limit per phone is the registration's own; this one is against going through phone numbers.
    /// </summary>
    public int RegistrationsPerAddress { get; set; } = 20;

    /// <summary>What <see cref="RegistrationsPerAddress"/> counts over.</summary>
    public TimeSpan RegistrationWindow { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>RequestAddMessage of one user in a minute: 20 a second, which no person and few bots reach.</summary>
    public int MessagesPerMinute { get; set; } = 1200;

    /// <summary>Conversations one user may create in an hour.</summary>
    public int CreationsPerHour { get; set; } = 120;

    /// <summary>People one user may add to groups in an hour, one by one.</summary>
    public int AdditionsPerHour { get; set; } = 1000;

    /// <summary>Logins in ten minutes from one address that are no application's: many phones share an address, but those that were deleted are few.</summary>
    public int FailedLoginsPerAddress { get; set; } = 100;

    /// <summary>Logins in ten minutes as one user, from wherever, that are no application's.</summary>
    public int FailedLoginsPerUser { get; set; } = 100;

    /// <summary>
    /// Logins and confirmations under way at once at this process. Each reads its actor's state: the workers' pools have 16 connections, and
    /// beyond some dozens a pool more at once only wait there.
    /// </summary>
    public int GuestConcurrency { get; set; } = 128;

    /// <summary>As <see cref="GuestConcurrency"/>, of addresses and users with too many failures: some hundreds a second, so that what is right among them is found.</summary>
    public int SuspectConcurrency { get; set; } = 4;

    /// <summary>Logins and confirmations that wait for their turn; one more is refused, and told when to come back. About 300 bytes each.</summary>
    public int GuestQueue { get; set; } = 4096;

    /// <summary>How long they wait; leaves the two calls of a login their time within <see cref="LoginRequestDeadline"/>.</summary>
    public TimeSpan GuestTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// A login that is refused is answered so long after it came at the earliest: somebody who is connected is found in memory, somebody who is not in the
    /// database, and nobody nowhere. Longer than a read of the database takes; who is right does not wait.
    /// </summary>
    public TimeSpan RefusedLoginAfter { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Connections of one address (IPv6: one /64): many phones share a carrier's. One more is refused with 429.</summary>
    public int ConnectionsPerAddress { get; set; } = 2000;

    /// <summary>
    /// Origins of web pages that may connect, such as <c>https://chat.example</c>. Browsers send one; apps send none and are not asked.
    /// A page of this very server always may; empty: no other.
    /// </summary>
    public IReadOnlyList<string> AllowedOrigins { get; set; } = [];

    /// <summary>
    /// Names of this server: a page of its own may connect under these, under an address and under localhost. A page of any other name would have the same
    /// origin as the request too, since its owner may let the name lead here (DNS rebinding).
    /// </summary>
    public IReadOnlyList<string> AllowedHosts { get; set; } = [];

    /// <summary>Connections of this process; one more is closed with 1013 at once. 0: as many as the operating system gives.</summary>
    public int MaxSessions { get; set; }

    /// <summary>
    /// Connections that a draining gateway closes in a second (<c>Gateway:DrainPerSecond</c>): what the other gateways are to take over without queueing.
    /// </summary>
    /// <remarks>
    /// Draining N connections takes N / DrainPerSecond seconds. Each is closed with 1001 and a reason <c>reconnect-after-ms=NNN</c>, once
    /// its requests in flight are answered. NNN is drawn evenly from 0 to the length of the drain, at least one second: no batch comes back
    /// at once, and the last are back after twice that time. Set it so that N / DrainPerSecond fits into the time that the process is
    /// given to stop: 20 000 connections take 50 s at 400.
    /// </remarks>
    public int DrainPerSecond { get; set; } = 400;

    /// <summary>
    /// Of the requests that came without a traceparent, from 0 to 1, how many begin a span where somebody traces; what becomes of it is the
    /// sampler's to decide. The others make none at any step, and cost nothing.
    /// </summary>
    public double TracedShare { get; set; } = 1;

    /// <summary>The <c>serverVersion</c> of ResponsePong.</summary>
    public string ServerVersion { get; set; } = "0";

    /// <summary>The <c>androidUrl</c> of ResponsePong: where the Android application can be fetched; null where it cannot.</summary>
    public string? AndroidUrl { get; set; }

    /// <summary>Push services of browsers that are taken, see <see cref="Messenger.Ports.WebPushSubscription"/>.</summary>
    public IReadOnlyList<string> WebPushHosts { get; set; } = [];

    /// <summary>Features that are not offered although this release has them: <c>Server:FeaturesOff</c>.</summary>
    public Features FeaturesOff { get; set; }

    /// <summary>The features that are.</summary>
    public Features Offered => FeatureNames.Served & ~FeaturesOff;
}
