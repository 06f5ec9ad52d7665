using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Messenger.Bench.Load;
using Messenger.Bench.Report;
using Messenger.Bench.Targets;
using Messenger.Protocol;
using Npgsql;

namespace Messenger.Bench.Workloads;

/// <summary>
/// A message into each of many dialogs, in no order: what a phone's day looks like. The loads with fifty pairs find every actor awake and every page of the
/// store warm and in the log already.
/// </summary>
internal static class ColdDialogs
{
    private const int Pairs = 25;

    /// <summary>Of each author, under way at once.</summary>
    private const int Window = 8;

    /// <summary>After a restart: actors are not awake. Compiled is the code, by the first dialog of each pair.</summary>
    public static async Task<Measurement> Cold(MessengerTarget target, Scale scale, CancellationToken cancellation)
    {
        var pairs = await Make(target, scale, cancellation);
        await target.Restart(cancellation);
        await Return(target, pairs, cancellation);
        for (var warming = Stopwatch.StartNew(); warming.Elapsed < scale.WarmUp;)
        {
            await Write(pairs, pair => Enumerable.Repeat(pair.Dialogs[0], Window), receipts: false);
        }

        var cold = await Measure(target, "dialog-cold", pairs, receipts: false, cancellation);
        var warm = await Measure(target, "dialog-cold", pairs, receipts: false, cancellation);
        await Leave(pairs);
        return cold with { WarmCpu = warm.CpuPerThousand };
    }

    /// <summary>From one checkpoint on: each page that is written to is in the log whole once.</summary>
    public static async Task<Measurement> Log(MessengerTarget target, Scale scale, CancellationToken cancellation)
    {
        var pairs = await Make(target, scale, cancellation);
        if (target.Postgres is { } postgres)
        {
            await Execute<object>(postgres, "checkpoint");
        }

        var measured = await Measure(target, "wal", pairs, receipts: true, cancellation);
        await Leave(pairs);
        return measured;
    }

    private static async Task<List<Pair>> Make(MessengerTarget target, Scale scale, CancellationToken cancellation)
    {
        var pairs = new List<Pair>();
        for (var number = 0; number < Pairs; number++)
        {
            var (author, reader) = (await target.LoggedIn(cancellation), await target.LoggedIn(cancellation));
            pairs.Add(new Pair(author, reader) { Reader = reader });
        }

        await Task.WhenAll(pairs.Select(async pair =>
        {
            for (var made = 0; made < scale.Conversations / Pairs; made++)
            {
                // Two people have one open dialog: the others are groups of two.
                pair.Dialogs.Add(await MessengerTarget.Create([pair.Author, pair.Reader], another: pair.Dialogs.Count > 0));
            }
        }));
        await Write(pairs, pair => pair.Dialogs, receipts: false);
        return pairs;
    }

    private static Task Return(MessengerTarget target, List<Pair> pairs, CancellationToken cancellation) => Task.WhenAll(pairs.Select(async (pair, number) =>
    {
        await pair.DisposeAsync();
        (pair.Author, pair.Reader) = (await Again(pair.Author), await Again(pair.Reader));

        async Task<Phone> Again(Phone before)
        {
            var phone = await target.Connect(before.OpenUserId, number, cancellation);
            await phone.Authenticate();
            return phone;
        }
    }));

    private static async Task<Measurement> Measure(MessengerTarget target, string name, List<Pair> pairs, bool receipts, CancellationToken cancellation)
    {
        var chance = new Random(1);
        var count = pairs.Sum(pair => pair.Dialogs.Count - 1);
        var log = await Position(target);
        var (before, own, watch) = (Cpu.Seconds(target.Processes), Cpu.OwnSeconds(), Stopwatch.StartNew());
        await Write(pairs, pair => pair.Dialogs.Skip(1).OrderBy(_ => chance.Next()).ToList(), receipts).WaitAsync(cancellation);
        var (seconds, cpu) = (watch.Elapsed.TotalSeconds, Cpu.Seconds(target.Processes) - before);
        return new Measurement(target.Name, name, count / seconds, cpu / count * 1000, Cpu.OwnSeconds() - own, null, null, null, null, null, 0, 0)
        {
            ServerCpu = cpu,
            LogBytes = (await Position(target) - log) / count,
        };
    }

    /// <summary>Completes when all of it is acknowledged and delivered, and the receipts are acknowledged.</summary>
    private static Task Write(List<Pair> pairs, Func<Pair, IEnumerable<(Guid Conversation, Guid Key)>> dialogs, bool receipts) =>
        Task.WhenAll(pairs.Select(pair =>
        {
            var next = new ConcurrentQueue<(Guid Conversation, Guid Key)>(dialogs(pair));
            return Task.WhenAll(Enumerable.Range(0, Window).Select(async _ =>
            {
                while (next.TryDequeue(out var dialog))
                {
                    await pair.Write(dialog.Conversation, dialog.Key, receipts);
                }
            }));
        }));

    private static async Task<double?> Position(MessengerTarget target) =>
        target.Postgres is { } postgres ? await Execute<double>(postgres, "select (pg_current_wal_insert_lsn() - '0/0')::float8") : null;

    private static async Task<T?> Execute<T>(string postgres, string sql)
    {
        await using var source = NpgsqlDataSource.Create(postgres);
        await using var command = source.CreateCommand(sql);
        return (T?)await command.ExecuteScalarAsync();
    }

    private static async Task Leave(List<Pair> pairs)
    {
        foreach (var pair in pairs)
        {
            await pair.DisposeAsync();
        }
    }

    private sealed class Pair(Phone author, Phone reader) : IAsyncDisposable
    {
        private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);
        private readonly ConcurrentDictionary<string, TaskCompletionSource> _awaited = new();
        private Phone _reader = reader;

        public Phone Author { get; set; } = author;

        public Phone Reader
        {
            get => _reader;
            set
            {
                _reader = value;
                value.OnFrame = Heard;
            }
        }

        public List<(Guid Conversation, Guid Key)> Dialogs { get; } = [];

        public async Task Write(Guid conversation, Guid key, bool receipts)
        {
            var uuid = Guid.NewGuid().ToString();
            var delivered = _awaited[uuid] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await Author.Ask(new RequestAddMessage(
                Convert.ToBase64String(new byte[96]), conversation.ToString(), false, Convert.ToBase64String(new byte[12]), uuid, null, key.ToString()));
            await delivered.Task.WaitAsync(Timeout);
            if (receipts)
            {
                await Reader.Ask(new MessageDelivered(conversation.ToString(), uuid));
                await Reader.Ask(new RequestMessagesReaded(conversation.ToString(), [uuid]));
            }
        }

        public async ValueTask DisposeAsync()
        {
            await Author.DisposeAsync();
            await Reader.DisposeAsync();
        }

        private void Heard(ReadOnlySpan<byte> frame)
        {
            var at = frame.IndexOf("\"message\":{\"uuid\":\""u8);
            if (at > 0 && _awaited.TryRemove(Encoding.ASCII.GetString(frame.Slice(at + 19, 36)), out var delivered))
            {
                delivered.TrySetResult();
            }
        }
    }
}
