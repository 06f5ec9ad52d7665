using System.CommandLine;
using Messenger.Bench;
using Messenger.Bench.Yardsticks;

var port = new Option<int>("--port") { Description = "Where to listen", Required = true };
var postgres = new Option<string?>("--postgres") { Description = "Commit each frame there first" };
var serveRaw = new Command("serve-raw", "The yardstick's server, started by the bench itself") { port, postgres };
serveRaw.Hidden = true;
serveRaw.SetAction(parsed => RawServer.Run(parsed.GetValue(port), parsed.GetValue(postgres)));

var root = new RootCommand("Loads the messenger and the ceiling of its design in one run, and prints the ratios.") { serveRaw };
BenchCommand.AddTo(root);
return await root.Parse(args).InvokeAsync();
