using System.Diagnostics;
using System.Text.Json;
using Messenger.Bench.Load;
using Messenger.Bench.Report;
using Messenger.Bench.Targets;
using Messenger.Protocol;
using Npgsql;

namespace Messenger.Bench.Workloads;

/// <summary>One person asks the same thing again and again: what a large answer costs.</summary>
internal static class Asking
{
    private const int Conversations = 1000;
    private const int Ids = 1000;
    private const int Page = 100;

    /// <summary>Conversations that are made at once.</summary>
    private const int MaxConcurrency = 32;

    public static async Task<Measurement> Sync(MessengerTarget target, Scale scale, CancellationToken cancellation)
    {
        var (me, other) = (await target.LoggedIn(cancellation), await target.LoggedIn(cancellation));
        for (var made = 0; made < Conversations; made += MaxConcurrency)
        {
            await Task.WhenAll(Enumerable.Range(0, Math.Min(MaxConcurrency, Conversations - made)).Select(async _ =>
            {
                var (conversation, key) = await MessengerTarget.Create([other, me]);
                await other.Ask(Message(conversation, key));
            }));
        }

        var request = new RequestGetConversationsFull(null);
        return await Measure(target, "sync", me, request, answer => answer.GetProperty("conversations").GetArrayLength() == Conversations, scale, cancellation);
    }

    public static async Task<Measurement> Discovery(MessengerTarget target, Scale scale, CancellationToken cancellation)
    {
        var me = await target.LoggedIn(cancellation);
        var request = new RequestGetRegisteredUsers([me.UserId, .. Enumerable.Range(1, Ids - 1).Select(number => UserIds.FromPhone($"+1999{number:0000000}"))]);
        return await Measure(
            target, "discovery", me, request, answer => answer.GetProperty("users").GetArrayLength() == 1, scale, cancellation);
    }

    public static async Task<Measurement> History(MessengerTarget target, int length, Scale scale, CancellationToken cancellation)
    {
        var (phones, conversation, key) = await target.Conversation(2, cancellation);
        await Fill(target, phones[0], conversation, key, length, cancellation);
        var request = new RequestGetMessages(conversation.ToString(), null, Page);
        return await Measure(
            target, length == 1000 ? "history-1k" : "history-long", phones[1], request,
            answer => answer.GetProperty("messages").GetArrayLength() == Page, scale, cancellation);
    }

    /// <summary>Into the log itself where it is PostgreSQL's: by the protocol a million messages would take longer than the bench.</summary>
    private static async Task Fill(MessengerTarget target, Phone author, Guid conversation, Guid key, int length, CancellationToken cancellation)
    {
        if (target.Postgres is { } postgres)
        {
            await using var source = NpgsqlDataSource.Create(postgres);
            await using var insert = source.CreateCommand("""
                insert into message (conversation, sequence, uuid, uuid_text, user_id, session_key, iv, body, created, has_files, objectionable, deleted)
                select $1, s, u, u::text, $2, $3, 'aXY=', repeat('b', 128), 1700000000000 + s, false, false, false
                from (select s, gen_random_uuid() u from generate_series(2, $4::bigint + 1) s) x
                """);
            insert.CommandTimeout = 600;
            insert.Parameters.AddWithValue(conversation);
            insert.Parameters.AddWithValue(author.UserId);
            insert.Parameters.AddWithValue(key.ToString());
            insert.Parameters.AddWithValue((long)length);
            await insert.ExecuteNonQueryAsync(cancellation);
            await using var analyze = source.CreateCommand("analyze message");
            await analyze.ExecuteNonQueryAsync(cancellation);
            return;
        }

        for (var sent = 0; sent < length; sent += Page)
        {
            await Task.WhenAll(Enumerable.Range(0, Page).Select(_ => author.Ask(Message(conversation, key))));
        }
    }

    private static RequestAddMessage Message(Guid conversation, Guid key) =>
        new("Ym9keQ==", conversation.ToString(), false, "aXY=", Guid.NewGuid().ToString(), null, key.ToString());

    private static async Task<Measurement> Measure(
        MessengerTarget target, string name, Phone me, IRequest request, Func<JsonElement, bool> complete, Scale scale, CancellationToken cancellation)
    {
        var latencies = new Latencies();
        var wrong = 0L;

        async Task Ask()
        {
            var since = Stopwatch.GetTimestamp();
            var answer = await me.Ask(request);
            latencies.Add(Stopwatch.GetTimestamp() - since);
            using var json = JsonDocument.Parse(answer);
            wrong += complete(json.RootElement) ? 0 : 1;
        }

        async Task<int> AskFor(TimeSpan duration)
        {
            var (asked, until) = (0, Stopwatch.StartNew());
            for (; until.Elapsed < duration && !cancellation.IsCancellationRequested; asked++)
            {
                await Ask();
            }

            return asked;
        }

        // The first is the cold one of this user; then it is warm, and after a while the server's code is compiled.
        await Ask();
        var cold = latencies.Percentile(1);
        await AskFor(scale.WarmUp);
        latencies.Clear();
        var (before, own, watch) = (Cpu.Seconds(target.Processes), Cpu.OwnSeconds(), Stopwatch.StartNew());
        var count = await AskFor(scale.Duration);
        var measured = new Measurement(
            target.Name, name, count / watch.Elapsed.TotalSeconds, (Cpu.Seconds(target.Processes) - before) / count * 1000, Cpu.OwnSeconds() - own,
            latencies.Percentile(.5), latencies.Percentile(.99), null, null, null, wrong, 0)
        { FirstMs = cold };
        await me.DisposeAsync();
        return measured;
    }
}
