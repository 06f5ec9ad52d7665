using Xunit;

namespace Messenger.Simulation.Tests;

/// <summary>Each rule is broken on purpose, and the simulation notices: a rule that finds nothing here proves nothing elsewhere.</summary>
public class PlantsTests
{
    /// <summary>Seeds within which it has to be noticed.</summary>
    private const int Seeds = 250;

    /// <summary>What is planted, the rules that notice it, and what has to go wrong besides.</summary>
    public static TheoryData<string, string, string> Planted => new()
    {
        { nameof(Plants.AcknowledgesBeforeItCommits), "MSG-1,REL-1", "" },
        { nameof(Plants.Swallows), "NOT-3", "" },
        { nameof(Plants.Doubles), "NOT-2", "" },
        { nameof(Plants.Swaps), "NOT-2,NOT-3", "" },
        { nameof(Plants.SkipsOnPages), "SYNC-3", nameof(FaultKind.KillAllWorkers) },
        { nameof(Plants.AnchorsAtItsOwnAnswers), "SYNC-3", nameof(FaultKind.KillAllWorkers) },
        { nameof(Plants.ForgetsWhatIsUntold), "NOT-3,SYNC-3", nameof(FaultKind.KillWorker) },
        { nameof(Plants.ForgetsThatItWentBack), "WENT-BACK", nameof(FaultKind.StoreFailsOver) },
        { nameof(Plants.LoadsThoughFenced), "FENCE", nameof(FaultKind.FreezeWorker) },
        { nameof(Plants.GivesUpHandOversSoon), "CONTINUITY", $"{nameof(FaultKind.StopWorker)},{nameof(FaultKind.Slow)}" },
        { nameof(Plants.HasNoDeadline), "DEADLINE", nameof(FaultKind.CutOneWay) },
        { nameof(Plants.KicksWithoutTelling), "AUTHOR", "" },
        { nameof(Plants.TellsStrangers), "AUDIENCE", "" },
        { nameof(Plants.MiscountsMembers), "TALLY", "" },
        { nameof(Plants.RefusesRetries), "RETRY", "" },
        { nameof(Plants.RefusesInGoodTimes), "AVAILABILITY", "" },
        { nameof(Plants.KeepsWhatItRefused), "ERR-2", "" },
        { nameof(Plants.LosesAnswers), "LIVENESS", "" },
        { nameof(Plants.LeavesTheThread), "DETERMINISM", "" },
    };

    [Theory]
    [MemberData(nameof(Planted))]
    public void A_planted_fault_is_found(string plant, string rules, string kind)
    {
        var plants = new Plants { Only = rules.Split(',') };
        typeof(Plants).GetProperty(plant)!.SetValue(plants, true);
        FaultKind[]? kinds = kind.Length == 0 ? null : [.. kind.Split(',').Select(Enum.Parse<FaultKind>)];
        for (var seed = 1; seed <= Seeds; seed++)
        {
            if (Simulation.Run(seed, plants, kinds: kinds) is { Violation: { } found } failed)
            {
                Assert.Contains(found.Rule, rules.Split(','));

                // It comes again, and with no more faults than it takes.
                var shrunk = Simulation.Shrink(failed, plants);
                Assert.Equal(found.Rule, shrunk.Violation?.Rule);
                Assert.True(shrunk.Faults.Count <= failed.Faults.Count);
                return;
            }
        }

        Assert.Fail($"{Seeds} seeds did not notice {plant}");
    }

    [Fact]
    public void A_violation_tells_its_seed_its_rule_and_what_went_wrong()
    {
        var failed = Simulation.Run(3, new Plants { Doubles = true, Only = ["NOT-2"] });
        Assert.Matches("^seed 3: NOT-2 at [0-9.]+ s: phone .* was told of sequence", failed.ToString());
    }
}
