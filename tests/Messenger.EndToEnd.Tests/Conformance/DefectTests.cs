using Messenger.Conformance;
using Messenger.Conformance.Rules;
using Messenger.EndToEnd.Tests.Harness;

namespace Messenger.EndToEnd.Tests.Conformance;

/// <summary>The kit finds what is wrong: for each rule it is shown a server that breaks it, and must say so.</summary>
/// <remarks>
/// Most of a try is waiting for what a defect keeps back: the first one that is asked for begins some, and each that is asked for begins more, so that the
/// whole takes minutes in place of a quarter of an hour. A test alone begins as many, and waits for its own.
/// </remarks>
public class DefectTests(SharedServer server, DefectTests.Tries tries) : OnSharedServer(server), IClassFixture<DefectTests.Tries>
{
    /// <summary>At the same time: what two processors take beside other tests.</summary>
    private const int Together = 8;

    /// <summary>What a defect keeps back does not come: no need to wait for it as long as for a slow server.</summary>
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(3);

    /// <summary>They need a server with its limits on: <see cref="WholeKitTests"/> breaks them there.</summary>
    internal static readonly string[] OfLimits = ["CALL-3", "EXT-6", "LIM-1", "LIM-2", "REG-3"];

    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var defect in Defect.All)
            {
                cases.Add(defect.Rule, defect.Name);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task It_is_found(string rule, string defect)
    {
        var verdict = await tries.Of(Server.WebSocket, (rule, defect));

        Assert.True(verdict.Result == Result.Broken, $"{verdict.Result}: {verdict.Message}");
    }

    /// <summary>Else a proxy that is broken itself would find every defect.</summary>
    [Theory]
    [InlineData("ENV")]
    [InlineData("NOT")]
    [InlineData("RES")]
    [InlineData("FILE")]
    [InlineData("KEY")]
    public async Task The_proxy_alone_breaks_no_rule(string group)
    {
        foreach (var rule in Rulebook.Named([group]).Where(rule => !AllChecks.NotCheckable.ContainsKey(rule.Id)))
        {
            var verdict = await Judge(Server.WebSocket, rule.Id, () => new Tampering());

            Assert.True(verdict.Result == Result.Holds, verdict.Message);
        }
    }

    [Fact]
    public void Every_rule_that_can_be_tried_has_a_defect() =>
        Assert.Empty(Rulebook.Rules.Select(rule => rule.Id).Except(AllChecks.NotCheckable.Keys).Except(OfLimits).Except(Defect.All.Select(defect => defect.Rule)));

    private static async Task<Verdict> Judge(Uri server, string id, Func<Tampering> make)
    {
        await using var proxy = await FaultyProxy.Start(server, make);
        var kit = new Inspection(KitFixture.Target(proxy.Url) with { Timeout = Short });
        var rule = Rulebook.Rules.Single(rule => rule.Id == id);
        var outcomes = new List<Outcome>();
        foreach (var check in Inspection.ChecksOf([rule]).Where(check => check.Waits == TimeSpan.Zero))
        {
            outcomes.Add(await kit.Run(check));
            if (outcomes[^1].Result == Result.Broken)
            {
                break;
            }
        }

        return Verdict.Of(rule, outcomes);
    }

    /// <summary>Of all defects, each tried once, some at the same time; xunit asks for them one after the other.</summary>
    public sealed class Tries
    {
        private readonly Dictionary<(string Rule, string Name), Task<Verdict>> _begun = [];
        private readonly Queue<Defect> _waiting = new(Defect.All);

        internal Task<Verdict> Of(Uri server, (string Rule, string Name) defect)
        {
            lock (_begun)
            {
                if (!_begun.ContainsKey(defect))
                {
                    Begin(server, Defect.All.Single(item => (item.Rule, item.Name) == defect));
                }

                while (_waiting.Count > 0 && _begun.Values.Count(one => !one.IsCompleted) < Together)
                {
                    Begin(server, _waiting.Dequeue());
                }

                return _begun[defect];
            }
        }

        private void Begin(Uri server, Defect defect)
        {
            if (!_begun.ContainsKey((defect.Rule, defect.Name)))
            {
                _begun.Add((defect.Rule, defect.Name), Judge(server, defect.Rule, defect.Make()));
            }
        }
    }
}
