using Messenger.Contracts;
using Messenger.Contracts.Placement;
using Messenger.Grains.Recovery;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Orleans.Runtime;
using Xunit;

namespace Messenger.Grains.Tests.Recovery;

public sealed class TakeoverTests
{
    private static readonly SiloAddress Self = Cluster.Silo(1);
    private static readonly SiloAddress Other = Cluster.Silo(2);

    private readonly Cluster _cluster = new Cluster().As(Self).With(Self);
    private readonly Names _names = new() { Name = Self.ToParsableString() };
    private readonly Conversations _conversations = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly Guid _one = Guid.NewGuid();
    private readonly Guid _two = Guid.NewGuid();

    private TakeoverService Service => Among(new Neighbours(None: false));

    private TakeoverService Among(Neighbours neighbours) => new(
        _cluster, _cluster.View, _names, _names, neighbours, _conversations.Factory, _clock, NullLogger<TakeoverService>.Instance);

    [Fact]
    public async Task A_dead_writers_conversations_are_told_to_doubt_and_then_it_is_forgotten()
    {
        _cluster.With(Other, SiloStatus.Dead);
        _names.With(Other, _one, _two);

        Assert.True(await Service.SweepOnce(default));

        Assert.Equal([_one, _two], _conversations.Doubted.Order(Comparer<Guid>.Create((a, b) => a == _one ? -1 : 1)));
        Assert.Equal([Other.ToParsableString()], _names.Retired);
    }

    [Theory]
    [InlineData(SiloStatus.Joining)]
    [InlineData(SiloStatus.Active)]
    [InlineData(SiloStatus.ShuttingDown)]
    [InlineData(SiloStatus.Stopping)]
    public async Task Nobody_takes_over_from_the_living(SiloStatus status)
    {
        _cluster.With(Other, status);
        _names.With(Other, _one);

        Assert.True(await Service.SweepOnce(default));

        Assert.Empty(_names.Fenced);
    }

    [Fact]
    public async Task Its_own_name_is_never_fenced_even_when_membership_calls_it_dead()
    {
        _cluster.With(Self, SiloStatus.Dead).With(Other);
        _names.With(Self, _one);

        await Service.SweepOnce(default);

        Assert.Empty(_names.Fenced);
    }

    [Fact]
    public async Task An_earlier_start_of_a_silo_that_is_back_is_dead()
    {
        _cluster.With(Cluster.Silo(2, generation: 1001));
        _names.With(Cluster.Silo(2, generation: 1000), _one);

        await Service.SweepOnce(default);

        Assert.Equal([_one], _conversations.Doubted);
    }

    [Fact]
    public async Task A_name_that_membership_never_heard_of_gets_time_to_join()
    {
        _names.With(Cluster.Silo(3, generation: 1000), _one);
        var service = Service;

        await service.SweepOnce(default);
        _clock.Advance(TakeoverService.JoinGrace - TimeSpan.FromSeconds(1));
        await service.SweepOnce(default);
        Assert.Empty(_names.Fenced);

        _clock.Advance(TimeSpan.FromSeconds(1));
        await service.SweepOnce(default);
        Assert.Equal([_one], _conversations.Doubted);
    }

    [Fact]
    public async Task Who_is_alone_with_its_store_takes_over_at_once()
    {
        _names.With(Cluster.Silo(3, generation: 1000), _one);
        Assert.True(await Among(new Neighbours(None: true)).SweepOnce(default));
        Assert.Equal([_one], _conversations.Doubted);
    }

    [Fact]
    public async Task A_name_that_no_host_made_is_left_alone()
    {
        _names.With("a-bench-of-somebodys", _one);
        var service = Service;

        await service.SweepOnce(default);
        _clock.Advance(TakeoverService.JoinGrace * 2);
        await service.SweepOnce(default);

        Assert.Empty(_names.Fenced);
    }

    [Fact]
    public async Task A_conversation_that_cannot_be_reached_keeps_the_name_and_the_others_are_not_told_twice()
    {
        _cluster.With(Other, SiloStatus.Dead);
        _names.With(Other, _one, _two);
        _conversations.Unreachable.Add(_two);
        var service = Service;

        Assert.False(await service.SweepOnce(default));
        Assert.Empty(_names.Retired);

        _conversations.Unreachable.Clear();
        Assert.True(await service.SweepOnce(default));
        Assert.Equal(1, _conversations.Doubted.Count(conversation => conversation == _one));
        Assert.Equal(2, _conversations.Doubted.Count(conversation => conversation == _two));
        Assert.NotEmpty(_names.Retired);
    }

    [Fact]
    public async Task A_store_that_is_away_is_asked_again_soon()
    {
        _names.Away = true;
        Assert.False(await Service.SweepOnce(default));
    }

    [Fact]
    public async Task Only_the_worker_with_the_lowest_address_acts()
    {
        var cluster = _cluster.As(Other).With(Other).With(Cluster.Silo(3), SiloStatus.Dead);
        _names.Name = Other.ToParsableString();
        _names.With(Cluster.Silo(3), _one);
        Assert.False(cluster.View.Leads(SiloRoles.Worker));
        await Service.SweepOnce(default);
        Assert.Empty(_names.Fenced);

        // The lowest one turns out to be a gateway: the next one leads.
        cluster.With(Self, role: SiloRoles.Gateway);
        Assert.True(cluster.View.Leads(SiloRoles.Worker));
        await Service.SweepOnce(default);
        Assert.Equal([_one], _conversations.Doubted);
    }

    [Fact]
    public void A_cluster_of_gateways_has_no_workers()
    {
        var cluster = new Cluster().With(Self, role: SiloRoles.Gateway);
        Assert.Empty(cluster.View.Active(SiloRoles.Worker));
        Assert.False(cluster.View.Leads(SiloRoles.Worker));
        Assert.Equal([Other], cluster.With(Other, role: SiloRoles.All).View.Active(SiloRoles.Worker));
        Assert.Equal([Other], cluster.View.Others());
        Assert.True(cluster.View.Leads(SiloRoles.Gateway));
    }

    [Fact]
    public async Task The_service_looks_when_membership_changes_and_stops_when_told()
    {
        _names.With(Other, _one);
        _cluster.With(Other);
        using var service = Service;
        await service.StartAsync(default);
        _cluster.With(Other, SiloStatus.Dead);
        await _names.FirstRetired.Task.WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal([_one], _conversations.Doubted);
        await service.StopAsync(default);
        Assert.True(service.ExecuteTask!.IsCompletedSuccessfully);
    }
}
