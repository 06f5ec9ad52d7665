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
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);
    private readonly Channel<SerializedNotification> _notices = Channel.CreateUnbounded<SerializedNotification>();
    private readonly Channel<bool> _resyncs = Channel.CreateUnbounded<bool>();
    private readonly Channel<bool> _failures = Channel.CreateUnbounded<bool>();
    private readonly Channel<CloseCode> _closes = Channel.CreateUnbounded<CloseCode>();

    public bool Online { get; set; }

    /// <summary>Everything but being asked throws while it is set.</summary>
    public bool Fails { get; set; }

    public void Failed() => _failures.Writer.TryWrite(true);

    public async Task HasFailed() => await _failures.Reader.ReadAsync().AsTask().WaitAsync(Timeout);

    public PushTarget? Push { get; set; }

    /// <summary>What it was woken for.</summary>
    public ConcurrentQueue<PushHint> Wakes { get; } = new();

    public void Wake(PushHint message) => Wakes.Enqueue(message);

    /// <summary>What only sessions hear that named a feature, apart from what everybody hears.</summary>
    public ConcurrentQueue<SerializedNotification> OfFeatures { get; } = new();

    public void Add(SerializedNotification notification)
    {
        if (notification.Feature == Features.None)
        {
            _notices.Writer.TryWrite(notification);
        }
        else
        {
            OfFeatures.Enqueue(notification);
        }
    }

    public void RequireResync() => _resyncs.Writer.TryWrite(true);

    public void Close(CloseCode code) => _closes.Writer.TryWrite(code);

    /// <summary>The next notification, and that it is of this type.</summary>
    public async Task<JsonElement> Hears<T>()
        where T : INotification
    {
        var notification = await HearsNotification();
        Assert.Equal(typeof(T).Name, notification.Type);
        return JsonDocument.Parse(notification.Payload).RootElement;
    }

    public async Task<SerializedNotification> HearsNotification() => await _notices.Reader.ReadAsync().AsTask().WaitAsync(Timeout);

    public async Task Resyncs() => await _resyncs.Reader.ReadAsync().AsTask().WaitAsync(Timeout);

    public async Task<CloseCode> Closes() => await _closes.Reader.ReadAsync().AsTask().WaitAsync(Timeout);

    public bool RequiredNoResync => !_resyncs.Reader.TryPeek(out _);

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

    public Task Deliver(Immutable<SerializedNotification[]> notifications) => Unless(() => Array.ForEach(notifications.Value, Record.Add));

    public Task RequireResync() => Unless(Record.RequireResync);

    public Task Close(CloseCode code) => Unless(() => Record.Close(code));

    public Task<bool> IsOnline() => Task.FromResult(Record.Online);

    public Task SetPushTarget(PushTarget? target) => Unless(() => Record.Push = target);

    public Task ForgetPushTarget(PushTarget dead) => Unless(() => Record.Push = Record.Push == dead ? null : Record.Push);

    public Task LoseToken(string token) => Unless(() => Record.Push = Record.Push is not { } push || push.Token == token ? null : push.Voip == token ? push with { Voip = null } : push);

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
