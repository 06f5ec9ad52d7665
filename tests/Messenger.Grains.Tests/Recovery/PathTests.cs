using Messenger.Contracts.Placement;
using Messenger.Grains.Recovery;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Orleans.Runtime;
using Xunit;

namespace Messenger.Grains.Tests.Recovery;

/// <summary>Paths between silos that are cut while both ends live.</summary>
public sealed class PathTests
{
    private static readonly SiloAddress Worker = Cluster.Silo(1, generation: 1001);
    private static readonly SiloAddress YoungerWorker = Cluster.Silo(2, generation: 1002);
    private static readonly SiloAddress Gateway = Cluster.Silo(3, generation: 1003);
    private static readonly SiloAddress OtherGateway = Cluster.Silo(4, generation: 1004);
    private static readonly SiloAddress[] All = [Worker, YoungerWorker, Gateway, OtherGateway];

    /// <summary>Every pair of silos, as both of its ends see it: exactly one end acts, and it does not end a worker for a gateway.</summary>
    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(0, 2, 2)]
    [InlineData(1, 3, 3)]
    [InlineData(2, 3, 3)]
    public void Of_two_that_do_not_reach_each_other_one_goes_and_both_agree_who(int one, int other, int goes)
    {
        Assert.Equal(All[goes] == All[other] ? [All[other]] : [], Seen(by: All[one], silent: [All[other]]));
        Assert.Equal(All[goes] == All[one] ? [All[one]] : [], Seen(by: All[other], silent: [All[one]]));
    }

    [Fact]
    public void Who_is_cut_off_from_most_others_ends_nobody()
    {
        Assert.Empty(Seen(by: Worker, silent: [Gateway, OtherGateway]));
        Assert.Empty(Seen(by: Worker, silent: [YoungerWorker, Gateway, OtherGateway]));
    }

    [Fact]
    public void Of_two_silos_alone_neither_can_tell()
    {
        var health = new PathHealth(Worker);
        health.Answered(Gateway);
        Miss(health, Gateway);
        Assert.Empty(health.Victims(new Dictionary<SiloAddress, bool> { [Gateway] = false }, hostsActors: true, TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public void A_silo_that_never_answered_is_of_an_earlier_release_and_not_judged()
    {
        var health = new PathHealth(Worker);
        Miss(health, Gateway);
        Assert.Empty(health.Victims(Others(Worker), hostsActors: true, TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public async Task A_cut_path_ends_within_ten_seconds_and_a_pause_of_three_ends_nobody()
    {
        var fixture = new Paths();
        await fixture.Run(TimeSpan.FromSeconds(5));
        fixture.Silent.Add(Gateway);
        await fixture.Run(TimeSpan.FromSeconds(3));
        fixture.Silent.Clear();
        await fixture.Run(TimeSpan.FromSeconds(20));
        Assert.Empty(fixture.Killed);

        fixture.Silent.Add(Gateway);
        var began = fixture.Clock.GetTimestamp();
        while (fixture.Killed.Count == 0 && fixture.Clock.GetElapsedTime(began) < TimeSpan.FromMinutes(1))
        {
            await fixture.Run(TimeSpan.FromSeconds(0.5));
        }

        Assert.Equal([Gateway], fixture.Killed);
        Assert.InRange(fixture.Clock.GetElapsedTime(began), TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Who_stood_still_itself_judges_nobody_for_what_it_missed()
    {
        var fixture = new Paths();
        await fixture.Run(TimeSpan.FromSeconds(5));

        // The time of one of its calls is up each time it wakes up; the answers of the others were there.
        fixture.StandsStill = 4;
        await fixture.Run(TimeSpan.FromSeconds(50));
        Assert.Empty(fixture.Killed);
    }

    [Fact]
    public async Task Who_is_leaving_or_not_yet_in_judges_nobody()
    {
        var fixture = new Paths();
        await fixture.Run(TimeSpan.FromSeconds(5));
        fixture.Silent.Add(Gateway);
        fixture.Cluster.With(Worker, SiloStatus.ShuttingDown);
        await fixture.Run(TimeSpan.FromSeconds(30));
        Assert.Empty(fixture.Killed);
    }

    private static IReadOnlyList<SiloAddress> Seen(SiloAddress by, SiloAddress[] silent)
    {
        var health = new PathHealth(by);
        Array.ForEach(All, health.Answered);
        Array.ForEach(silent, peer => Miss(health, peer));
        return health.Victims(Others(by), HostsActors(by), PathHealth.Silence);
    }

    private static void Miss(PathHealth health, SiloAddress peer)
    {
        for (var i = 0; i < PathHealth.Misses; i++)
        {
            health.Missed(peer, TimeSpan.Zero);
        }
    }

    private static Dictionary<SiloAddress, bool> Others(SiloAddress by) => All.Where(silo => silo != by).ToDictionary(silo => silo, HostsActors);

    private static bool HostsActors(SiloAddress silo) => silo == Worker || silo == YoungerWorker;

    /// <summary>A monitor on the older worker, round by round on a clock of its own.</summary>
    private sealed class Paths
    {
        private readonly PathMonitor _monitor;

        public Paths()
        {
            Cluster = new Cluster().As(Worker);
            foreach (var silo in All)
            {
                Cluster.With(silo, role: HostsActors(silo) ? SiloRoles.Worker : SiloRoles.Gateway);
            }

            Cluster.Kill = silo => Killed.Add(silo);
            _monitor = new PathMonitor(Cluster, Cluster, Cluster, Probe, Clock, NullLogger<PathMonitor>.Instance);
        }

        public Cluster Cluster { get; }

        public FakeTimeProvider Clock { get; } = new();

        public HashSet<SiloAddress> Silent { get; } = [];

        public List<SiloAddress> Killed { get; } = [];

        /// <summary>In how many rounds more this process stops for five seconds, in the middle of its call to the gateway.</summary>
        public int StandsStill { get; set; }

        public async Task Run(TimeSpan time)
        {
            for (var began = Clock.GetTimestamp(); Clock.GetElapsedTime(began) < time;)
            {
                Clock.Advance(PathMonitor.Period);
                await _monitor.Round();
            }
        }

        /// <summary>The time-out of a call passes at once; calls of one round are made side by side.</summary>
        private Task Probe(SiloAddress peer)
        {
            if (peer == Gateway && StandsStill > 0)
            {
                StandsStill--;
                Clock.Advance(TimeSpan.FromSeconds(5));
                return Task.FromException(new TimeoutException());
            }

            if (!Silent.Contains(peer))
            {
                return Task.CompletedTask;
            }

            Clock.Advance(TimeSpan.FromSeconds(2));
            return Task.FromException(new TimeoutException());
        }
    }
}
