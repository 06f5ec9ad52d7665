using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Messenger.Contracts;
using Messenger.Grains.Devices;
using Messenger.Protocol;
using Orleans.Concurrency;
using Xunit;

namespace Messenger.Grains.Tests.Users;

/// <summary>What became of one device.</summary>
internal sealed class DeviceRecord
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly Channel<Notice> _notices = Channel.CreateUnbounded<Notice>();
    private readonly Channel<bool> _doubts = Channel.CreateUnbounded<bool>();
    private readonly Channel<bool> _failures = Channel.CreateUnbounded<bool>();
    private readonly Channel<CloseCode> _closes = Channel.CreateUnbounded<CloseCode>();

    public bool Online { get; set; }

    /// <summary>Everything but being asked throws while it is set.</summary>
    public bool Fails { get; set; }

    public void Failed() => _failures.Writer.TryWrite(true);

    public async Task HasFailed() => await _failures.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    public PushTarget? Push { get; set; }

    /// <summary>What it was woken for.</summary>
    public ConcurrentQueue<PushHint> Wakes { get; } = new();

    public void Wake(PushHint message) => Wakes.Enqueue(message);

    public void Notice(Notice notice) => _notices.Writer.TryWrite(notice);

    public void Doubt() => _doubts.Writer.TryWrite(true);

    public void Close(CloseCode code) => _closes.Writer.TryWrite(code);

    /// <summary>The next notice, and that it is of this type.</summary>
    public async Task<JsonElement> Hears<T>()
        where T : INotification
    {
        var notice = await HearsNotice();
        Assert.Equal(typeof(T).Name, notice.Type);
        return JsonDocument.Parse(notice.Payload).RootElement;
    }

    public async Task<Notice> HearsNotice() => await _notices.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    public async Task Doubts() => await _doubts.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    public async Task<CloseCode> Closes() => await _closes.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    public bool DoubtedNothing => !_doubts.Reader.TryPeek(out _);

    public bool HeardNothing => !_notices.Reader.TryPeek(out _);

    public bool IsOpen => !_closes.Reader.TryPeek(out _);
}

/// <summary>The devices of a silo, by key.</summary>
internal sealed class DeviceRecords
{
    private readonly ConcurrentDictionary<string, DeviceRecord> _records = [];

    public DeviceRecord this[string device] => _records.GetOrAdd(device, _ => new DeviceRecord());
}

/// <summary>A device that writes down what it is told.</summary>
internal sealed class DeviceStandIn(DeviceRecords records) : Grain, IDeviceGrain
{
    private DeviceRecord Record => records[this.GetPrimaryKeyString()];

    public Task Deliver(Immutable<Notice[]> notices) => Unless(() => Array.ForEach(notices.Value, Record.Notice));

    public Task Doubt() => Unless(Record.Doubt);

    public Task Close(CloseCode code) => Unless(() => Record.Close(code));

    public Task<bool> IsOnline() => Task.FromResult(Record.Online);

    public Task SetPushTarget(PushTarget? target) => Unless(() => Record.Push = target);

    public Task ForgetPushTarget(PushTarget dead) => Unless(() => Record.Push = Record.Push == dead ? null : Record.Push);

    public Task LoseToken(string token) => Unless(() => Record.Push = Record.Push?.Token == token ? null : Record.Push);

    public Task<PushTarget?> PushTarget() => Task.FromResult(Record.Online ? null : Record.Push);

    public Task Wake(PushHint[] messages) => Unless(() => Array.ForEach(messages, Record.Wake));

    public Task<Connected> Connect(Connection connection, string? resumeCursor) => throw new NotSupportedException();

    public Task Disconnect(long session) => throw new NotSupportedException();

    public Task<InboxPage> Fetch(long epoch, long after) => throw new NotSupportedException();

    public Task<Lease> Renew(long session, long number) => throw new NotSupportedException();

    private Task Unless(Action action)
    {
        if (Record.Fails)
        {
            Record.Failed();
            throw new TimeoutException("the stand-in fails");
        }

        action();
        return Task.CompletedTask;
    }
}
