using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Messenger.Cli.Torture;

/// <summary>What is to be done to whom.</summary>
/// <param name="Commands">One agent each; one command alone is started three times.</param>
internal sealed record TorturePlan(Uri Server, IReadOnlyList<string> Commands, TimeSpan Duration, int Seed, string Code);

/// <summary>What came of it.</summary>
internal sealed record TortureResult(IReadOnlyList<Violation> Violations, int Messages, long Faults, int Kills);

/// <summary>
/// Agents write to each other through a network that fails and are killed meanwhile; then it is calm, they settle, and the checker compares what all of them show.
/// </summary>
internal sealed class TortureRun(TorturePlan plan, Action<string> tell) : IAsyncDisposable
{
    private const int FewestAgents = 2;
    private const int CopiesOfOne = 3;

    /// <summary>After the last fault: longer than the longest pause of a client, which is a minute.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(75);

    /// <summary>All are connected then: what an agent shows may lag behind what the others were acknowledged by a fetch or two.</summary>
    private static readonly TimeSpan Converging = TimeSpan.FromSeconds(12);

    private static readonly TimeSpan BetweenMessages = TimeSpan.FromMilliseconds(120);
    private static readonly TimeSpan BetweenKills = TimeSpan.FromSeconds(7);

    private readonly string _secret = $"torture-{Guid.NewGuid():N}";
    private readonly string _directory = Directory.CreateTempSubdirectory("messenger-torture-").FullName;
    private readonly ConcurrentQueue<Sent> _sent = new();
    private readonly List<AgentProcess> _agents = [];
    private readonly List<string> _conversations = [];
    private int _kills;

    public async Task<TortureResult> Run(CancellationToken cancellation)
    {
        await using var proxy = new FaultyProxy(plan.Server, _secret, plan.Seed);
        await Register(proxy.Url);
        await Meet();
        tell($"{_agents.Count} agents in {_conversations.Count} conversations; {plan.Duration.TotalSeconds:0} s of faults, seed {plan.Seed}");
        proxy.IsCalm = false;
        using (var trouble = CancellationTokenSource.CreateLinkedTokenSource(cancellation))
        {
            trouble.CancelAfter(plan.Duration);
            await Task.WhenAll(_agents.Select((agent, at) => Trouble(agent, new Random(plan.Seed + at), proxy.Url, trouble.Token)));
        }

        cancellation.ThrowIfCancellationRequested();
        proxy.IsCalm = true;
        tell($"{_sent.Count} messages through {proxy.Faults} cuts and {_kills} kills; now it is calm");
        await Task.WhenAll(_agents.Select(agent => agent.Ask("settled").WaitAsync(Settling, cancellation)));
        var violations = await Compare(proxy, cancellation);
        return new TortureResult(violations, _sent.Count, proxy.Faults, _kills);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var agent in _agents)
        {
            await agent.DisposeAsync();
        }

        Directory.Delete(_directory, recursive: true);
    }

    private async Task Register(Uri url)
    {
        IEnumerable<string> commands = plan.Commands.Count == 1 ? Enumerable.Repeat(plan.Commands[0], CopiesOfOne) : plan.Commands;
        _agents.AddRange(commands.Select((command, at) => new AgentProcess(command, string.Create(CultureInfo.InvariantCulture, $"agent {at + 1}"))));
        if (_agents.Count < FewestAgents)
        {
            throw new InvalidOperationException("it takes two agents at least");
        }

        await Task.WhenAll(_agents.Select(async agent =>
        {
            agent.Start();
            agent.SurvivesCrash = (await agent.Ask("hello"))["crash"]?.GetValue<bool>() == true;
            var number = $"+35799{Random.Shared.Next(1_000_000):000000}";
            var answer = await agent.Ask("register", new { url = url.ToString(), store = Store(agent), number, code = plan.Code, name = agent.Name });
            agent.UserId = answer["userId"]!.GetValue<string>();
        }));
    }

    private string Store(AgentProcess agent) => Path.Combine(_directory, agent.Name.Replace(' ', '-'));

    /// <summary>A group of all, and a dialog of the first two.</summary>
    private async Task Meet()
    {
        var others = _agents.Skip(1).Select(agent => agent.UserId).ToArray();
        var group = (await _agents[0].Ask("group", new { userIds = others, title = "Torture" }))["conversation"]!.GetValue<string>();
        var dialog = (await _agents[0].Ask("dialog", new { userId = _agents[1].UserId }))["conversation"]!.GetValue<string>();
        _conversations.AddRange([group, dialog]);
        await Task.WhenAll(_agents.Skip(1).Select(agent => agent.Ask("knows", new { conversation = group })));
        await _agents[1].Ask("knows", new { conversation = dialog });
    }

    private List<string> ConversationsOf(AgentProcess agent) => _agents.IndexOf(agent) < 2 ? _conversations : _conversations[..1];

    /// <summary>One agent's life in the trouble: it writes, one message after the other, and is killed now and then in the middle of it.</summary>
    private async Task Trouble(AgentProcess agent, Random random, Uri url, CancellationToken trouble)
    {
        var conversations = ConversationsOf(agent);
        var nextKill = DateTimeOffset.UtcNow + (BetweenKills * (0.5 + random.NextDouble()));
        for (var number = 0; !trouble.IsCancellationRequested; number++)
        {
            var conversation = conversations[random.Next(conversations.Count)];
            var text = $"{_secret} {agent.Name} says {number}";
            var asked = agent.Ask("send", new { conversation, text });
            var killed = agent.SurvivesCrash && DateTimeOffset.UtcNow >= nextKill;
            if (killed)
            {
                await Task.Delay(random.Next(20), CancellationToken.None);
                await agent.Kill();
                nextKill = DateTimeOffset.UtcNow + (BetweenKills * (0.5 + random.NextDouble()));
                Interlocked.Increment(ref _kills);
            }

            _sent.Enqueue(new Sent(agent.Name, conversation, number, text, await IsAccepted(asked)));
            if (killed)
            {
                agent.Start();
                await agent.Ask("open", new { url = url.ToString(), store = Store(agent) });
            }

            await Task.Delay(BetweenMessages * (2 * random.NextDouble()), CancellationToken.None);
        }
    }

    /// <summary>An agent that says no has said what became of it; one that was killed has not.</summary>
    private static async Task<bool> IsAccepted(Task<JsonNode> asked)
    {
        try
        {
            await asked;
            return true;
        }
        catch (AgentException)
        {
            return false;
        }
    }

    private async Task<IReadOnlyList<Violation>> Compare(FaultyProxy proxy, CancellationToken cancellation)
    {
        var until = DateTimeOffset.UtcNow + Converging;
        while (true)
        {
            var shown = await Task.WhenAll(_agents.SelectMany(agent => ConversationsOf(agent).Select(conversation => Show(agent, conversation))));
            var violations = Checker.Check(_sent, shown, proxy.SawSecret);
            if (violations.Count == 0 || DateTimeOffset.UtcNow > until)
            {
                return violations;
            }

            await Task.Delay(TimeSpan.FromSeconds(1), cancellation);
        }
    }

    private static async Task<Shown> Show(AgentProcess agent, string conversation)
    {
        var answer = await agent.Ask("show", new { conversation });
        var messages = answer["messages"]!.AsArray().Select(one => new ShownMessage(one!["text"]?.GetValue<string>() ?? "", one["state"]!.GetValue<string>()));
        return new Shown(agent.Name, conversation, [.. messages]);
    }
}
