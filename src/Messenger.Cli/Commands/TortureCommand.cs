using System.CommandLine;
using Messenger.Cli.Terminal;
using Messenger.Cli.Torture;

namespace Messenger.Cli.Commands;

/// <summary>Holds a client library to the rules of docs/clients.md.</summary>
internal static class TortureCommand
{
    /// <summary>Violations of a rule that are printed; the rest repeats them.</summary>
    private const int MostShown = 5;

    public static Command Create()
    {
        var agents = new Option<string[]>("--agent") { Description = "The command of an agent (docs/clients.md); given again for more, in whatever languages", Required = true, AllowMultipleArgumentsPerToken = false };
        var seconds = new Option<int>("--seconds") { Description = "How long the network fails", DefaultValueFactory = _ => 60 };
        var seed = new Option<int?>("--seed") { Description = "The faults of an earlier run" };
        var code = new Option<string>("--code") { Description = "The server's fixed code", DefaultValueFactory = _ => "000000" };
        var url = CommonOptions.Url();
        var command = new Command("torture", "Holds client libraries to the rules of docs/clients.md: agents write through a network that fails, and are killed") { agents, seconds, seed, code, url };
        command.Examples(
            "messenger torture --agent \"node --experimental-websocket src/clients/javascript/agent.mjs\"",
            "messenger torture --agent ./mine --agent ./mine --agent ./another --seconds 600");
        command.SetAction((parsed, cancellation) => ExitCodes.Run(parsed.GetValue(url)!, async () =>
        {
            var plan = new TorturePlan(
                parsed.GetValue(url)!, parsed.GetValue(agents)!, TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(seed) ?? Random.Shared.Next(1_000_000), parsed.GetValue(code)!);
            await using var run = new TortureRun(plan, Console.WriteLine);
            var result = await run.Run(cancellation);
            foreach (var violation in result.Violations.GroupBy(one => one.Rule).SelectMany(rule => rule.Take(MostShown)))
            {
                Console.WriteLine(violation);
            }

            Console.WriteLine($"{result.Messages} messages, {result.Faults} cuts, {result.Kills} kills: {result.Violations.Count} violations (seed {plan.Seed}).");
            return result.Violations.Count == 0 ? ExitCodes.Done : ExitCodes.Differs;
        }));
        return command;
    }
}
