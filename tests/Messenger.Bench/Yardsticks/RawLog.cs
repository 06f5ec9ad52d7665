using System.Threading.Channels;
using Npgsql;

namespace Messenger.Bench.Yardsticks;

/// <summary>A group commit and nothing else: what is there is written in one statement, then all of it is acknowledged.</summary>
internal sealed class RawLog : IAsyncDisposable
{
    private readonly Channel<(byte[] Frame, Action Committed)> _queue = Channel.CreateUnbounded<(byte[], Action)>(new() { SingleReader = true });
    private readonly NpgsqlDataSource _source;
    private readonly Task _writer;
    private long _next;

    private RawLog(NpgsqlDataSource source)
    {
        _source = source;
        _writer = Task.Run(Write);
    }

    public static async Task<RawLog> Open(string connectionString)
    {
        var source = NpgsqlDataSource.Create(connectionString);
        await using var create = source.CreateCommand(
            "drop table if exists raw_log; create table raw_log (room int, sequence bigint, frame bytea, primary key (room, sequence))");
        await create.ExecuteNonQueryAsync();
        return new RawLog(source);
    }

    public void Append(byte[] frame, Action committed) => _queue.Writer.TryWrite((frame, committed));

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.Complete();
        await _writer;
        await _source.DisposeAsync();
    }

    private async Task Write()
    {
        await using var connection = await _source.OpenConnectionAsync();
        await using var insert = new NpgsqlCommand("insert into raw_log select 1, * from unnest(@s, @f)", connection);
        var sequences = insert.Parameters.Add(new NpgsqlParameter<long[]>("s", []));
        var frames = insert.Parameters.Add(new NpgsqlParameter<byte[][]>("f", []));
        await insert.PrepareAsync();
        var batch = new List<(byte[] Frame, Action Committed)>();
        while (await _queue.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < 512 && _queue.Reader.TryRead(out var one))
            {
                batch.Add(one);
            }

            sequences.Value = batch.Select(_ => _next++).ToArray();
            frames.Value = batch.Select(one => one.Frame).ToArray();
            await insert.ExecuteNonQueryAsync();
            batch.ForEach(one => one.Committed());
        }
    }
}
