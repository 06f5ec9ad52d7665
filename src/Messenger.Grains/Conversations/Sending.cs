using Messenger.Contracts;
using Messenger.Grains.Budgets;
using Messenger.Ports;
using Messenger.Protocol;

namespace Messenger.Grains.Conversations;

/// <summary>One call's messages on their way: what is answered, what is under way, what was read for it.</summary>
internal sealed class Sending
{
    private readonly bool[] _answered;
    private readonly List<(int At, Task<LogOutcome> Because)> _refused = [];

    public Sending(Caller me, RequestAddMessage[] requests, Payment payment)
    {
        (Me, Payment) = (me, payment);
        Requests = requests;
        Uuids = Array.ConvertAll(requests, request => Guid.Parse(request.MessageUuid));
        Replies = Array.ConvertAll(requests, request => request.ReplyMessageUuid is { } reply ? Guid.Parse(reply) : (Guid?)null);
        Results = new Result<SerializedResponse>[requests.Length];
        _answered = new bool[requests.Length];
    }

    public Caller Me { get; }

    public Payment Payment { get; }

    public RequestAddMessage[] Requests { get; }

    /// <summary>Why the gateway would refuse one that is no repeat; null where it would not, or none of them.</summary>
    public Error?[]? Otherwise { get; set; }

    /// <summary>Session keys that memory does not hold, and whether they are keys of the conversation.</summary>
    public Dictionary<Guid, bool?> OlderKeys { get; } = [];

    /// <summary>What the call keeps in memory until it is answered: each request, of which the row has the same strings, and its answer in UTF-8.</summary>
    public long Bytes => Requests.Sum(request => 1024 + (3L * ((request.BodyEncryptedBase64?.Length ?? 0) + (request.IvBase64?.Length ?? 0))));

    /// <summary>Only repeats are answered.</summary>
    public void RefuseNew(Error error) => Otherwise = [.. Requests.Select((_, at) => Otherwise?[at] ?? error)];

    public Guid[] Uuids { get; }

    public Guid?[] Replies { get; }

    public Result<SerializedResponse>[] Results { get; }

    public RowsRead Rows { get; } = new();

    /// <summary>The state that all of it rests on.</summary>
    public LiveConversation? Live { get; private set; }

    /// <summary>This call's own, in the order sent: what its entry carries.</summary>
    public SortedDictionary<int, PendingMessage> Fresh { get; } = [];

    /// <summary>A value of one of them is refused by the store: which one is found by sending each alone.</summary>
    public bool OneByOne { get; set; }

    /// <summary>Messages that are under way already.</summary>
    public List<(int At, PendingMessage Pending)> Repeats { get; } = [];

    /// <summary>What is not decided for good.</summary>
    public IEnumerable<int> Open => Enumerable.Range(0, Requests.Length).Where(at => !_answered[at]);

    /// <summary>False when it began in a state that was dropped meanwhile.</summary>
    public bool BeginIn(LiveConversation live) => (Live ??= live) == live;

    /// <summary>Whether it is one of this call's own.</summary>
    public bool Sends(Guid uuid) => Fresh.Values.Any(pending => pending.Row.Uuid == uuid);

    /// <summary>The row goes with the next entry, for the first time or again.</summary>
    public void Carry(int at, MessageRow row)
    {
        if (Fresh.TryGetValue(at, out var pending))
        {
            pending.Row = row;
        }
        else
        {
            Fresh[at] = Live!.Pending[row.Uuid] = new PendingMessage(row);
        }
    }

    public void Repeat(int at, PendingMessage pending)
    {
        _answered[at] = true;
        Repeats.Add((at, pending));
    }

    /// <summary>It is on disk, by this call's entry or since an earlier one.</summary>
    public void Stored(int at, MessageRow row, Result<SerializedResponse> result)
    {
        Take(at)?.Store(row);
        _answered[at] = true;
        Results[at] = result;
    }

    /// <param name="because">The outcome that the refusal rests on, where one is still awaited.</param>
    public void Refuse(int at, Error error, Task<LogOutcome>? because)
    {
        Take(at)?.Refuse(error);
        _answered[at] = true;
        Results[at] = error;
        if (because is not null)
        {
            _refused.Add((at, because));
        }
    }

    public void RefuseTheRest(Error error)
    {
        foreach (var at in Open)
        {
            Refuse(at, error, null);
        }
    }

    /// <summary>What was refused for a change that did not come to be has to be asked again.</summary>
    public async Task ConfirmRefusals(Error otherwise)
    {
        foreach (var (at, because) in _refused)
        {
            if (await because != LogOutcome.Committed)
            {
                Results[at] = otherwise;
            }
        }
    }

    /// <summary>Nothing more comes of what is under way here.</summary>
    public void GiveUp(Error error)
    {
        foreach (var at in Fresh.Keys.ToList())
        {
            Take(at)!.Refuse(error);
        }
    }

    private PendingMessage? Take(int at)
    {
        if (!Fresh.Remove(at, out var pending))
        {
            return null;
        }

        Live!.Pending.Remove(pending.Row.Uuid);
        return pending;
    }
}
