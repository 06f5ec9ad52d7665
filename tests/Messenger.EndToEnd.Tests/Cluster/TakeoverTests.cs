using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Phones;

namespace Messenger.EndToEnd.Tests.Cluster;

/// <summary>Guarantee 3 where only the take-over can keep it: nobody says anything any more that would show the gap.</summary>
[Collection(SharedClusterCollection.Name)]
[Trait("Category", "Cluster")]
public class TakeoverTests(SharedCluster shared)
{
    /// <summary>In one of four the conversation is on the worker that dies and its reader on the other: some are there in any run.</summary>
    private const int Pairs = 32;

    /// <summary>The first is on its way to the worker that stands still; the others wait for it in the memory that dies.</summary>
    private const int Said = 5;

    /// <summary>Pairs whose author has all answers: half would have them, were there no chance in it.</summary>
    private const int Answered = Pairs / 4;

    [Fact]
    public async Task Who_is_owed_notices_by_a_worker_that_died_hears_them_or_is_told_to_resynchronise()
    {
        var pairs = await Task.WhenAll(Enumerable.Range(0, Pairs).Select(_ => Pair.Meet(shared.Cluster.AnyGateway)));

        // What is acknowledged while one worker stands still is in the store; whom it hosts, the other one cannot tell of it.
        var (dies, stands) = (shared.Cluster.WorkerProcesses[0], shared.Cluster.WorkerProcesses[1]);
        stands.Pause();
        foreach (var pair in pairs)
        {
            await pair.Say(Said);
        }

        await Deadlines.Until(
            () => Task.FromResult(pairs.Count(pair => pair.Acknowledged == Said) >= Answered), Deadlines.Frame, () => "the worker that runs answers nobody");
        dies.Kill9();
        stands.Resume();
        await dies.Restart();

        await Deadlines.Until(
            () => Task.FromResult(pairs.All(pair => pair.KnowsEnough)),
            Deadlines.Recovery,
            () => $"{pairs.Count(pair => !pair.KnowsEnough)} of {Pairs} readers are connected and were never told of what was acknowledged");
        foreach (var pair in pairs)
        {
            await pair.DisposeAsync();
        }
    }

    /// <summary>One writes, the other listens; each on a connection of its own that nobody opens again.</summary>
    private sealed class Pair(Phone author, Phone reader, ConversationHandle conversation) : IAsyncDisposable
    {
        private readonly List<(string Uuid, Task<Response> Answer)> _said = [];

        public int Acknowledged => _said.Count(one => IsAcknowledged(one.Answer));

        /// <summary>The reader has every message that was acknowledged, or was told that it may miss some.</summary>
        public bool KnowsEnough => !reader.IsConnected || _said.Where(one => IsAcknowledged(one.Answer)).All(one => Heard(one.Uuid));

        public static async Task<Pair> Meet(Func<Uri> gateway)
        {
            var (author, reader) = (await Phone.Join(gateway(), Account.New()), await Phone.Join(gateway(), Account.New()));
            var conversation = await author.Dialog(reader);

            // Everybody is where they stay, and knows where the other is.
            await reader.Hear((await author.Say(conversation)).Text("uuid")!);
            return new Pair(author, reader, conversation);
        }

        public async Task Say(int count)
        {
            for (var i = 0; i < count; i++)
            {
                var uuid = Opaque.Uuid();
                _said.Add((uuid, await author.Connection.Send("RequestAddMessage", conversation.Draft(uuid))));
            }
        }

        public async ValueTask DisposeAsync()
        {
            // What was not answered is no promise.
            await Task.WhenAll(_said.Select(one => one.Answer)).ContinueWith(_ => { }, TaskScheduler.Default);
            await author.DisposeAsync();
            await reader.DisposeAsync();
        }

        private static bool IsAcknowledged(Task<Response> answer) => answer.IsCompletedSuccessfully && answer.Result.Status is null;

        private bool Heard(string uuid) =>
            reader.History.Entries().OfType<Notified>().Any(notified => notified.Type == ConversationSteps.AddedMessage && notified.Payload.GetProperty("message").Is("uuid", uuid));
    }
}
