namespace Messenger.Telemetry;

/// <summary>The labels of <see cref="Signals"/>.</summary>
public static class Labels
{
    public static readonly Label RequestType = new("messenger.request.type", "the 56 request types");
    public static readonly Label RequestStatus = new("messenger.request.status", "the statuses of the protocol");
    public static readonly Label CloseCode = new("messenger.close.code", "the close codes of the protocol; 0: without a word");
    public static readonly Label Resume = new("messenger.outcome", "continued, resync");
    public static readonly Label PushType = new("messenger.push.type", "android, ios, other");
    public static readonly Label PushOutcome = new("messenger.outcome", "taken, dead_token, refused, no_provider, later, credentials, provider_later, not_wanted");
    public static readonly Label SmsProvider = new("messenger.sms.provider", "console, webhook, twilio");
    public static readonly Label SmsOutcome = new("messenger.outcome", "taken, refused, invalid_number, account_rejected, failed, capped, uncounted");
    public static readonly Label JudgeOutcome = new("messenger.outcome", "allowed, refused, unanswered");
    public static readonly Label BudgetKind = new("messenger.budget.kind", "notifications, bytes, people, conversations");
    public static readonly Label Method = new("http.request.method", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, _OTHER");
    public static readonly Label StatusCode = new("http.response.status_code", "HTTP's");
    public static readonly Label Route = new("http.route", "the patterns of paths: uploads, downloads, avatars, the operator's port");
    public static readonly Label Certificate = new("messenger.certificate", "https, cluster");
    public static readonly Label Volume = new("messenger.volume", "data, files");
    public static readonly Label Generation = new("dotnet.gc.heap.generation", "gen0, gen1, gen2, loh, poh");
    public static readonly Label FileKind = new("messenger.file.kind", "expired, garbage, orphan, pieces");
    public static readonly Label DryRun = new("messenger.dry_run", "true, false");
    public static readonly Label RetentionKind = new("messenger.retention.kind", "messages, files");
    public static readonly Label ShedReason = new("messenger.shed.reason", "idle, waiting, sessions, address");
    public static readonly Label MemoryOwner = new("messenger.memory.owner", "guests, read_buffers, outboxes, conversations, answers, pages, signals");
    public static readonly Label GrainType = new("grain_type", "the kinds of grains and of Orleans' own services");
    public static readonly Label ConnectionState = new("db.client.connection.state", "idle, used");
    public static readonly Label Pool = new("db.client.connection.pool.name", "one for each pool of the process");
}
