using Messenger.Grains.Recovery;
using Messenger.Grains.Tests.Fakes;
using Messenger.Ports;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Messenger.Grains.Tests.Recovery;

/// <summary>What is removed in the background: in steps, and again when its time has come.</summary>
public sealed class MaintenanceTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly FakeLog _log = new();
    private readonly Old _messages = new();
    private readonly Old _files = new();
    private readonly States _states = new();
    private readonly RetentionOptions _options = new();
    private readonly MaintenanceService _service;

    // Who leads is asked by the loop alone.
    public MaintenanceTests() =>
        _service = new MaintenanceService(_log, _messages, _files, _states, Options.Create(_options), cluster: null!, _clock, NullLogger<MaintenanceService>.Instance);

    public void Dispose() => _service.Dispose();

    [Fact]
    public async Task Nothing_is_removed_by_its_age_unless_the_operator_says_so()
    {
        Assert.False(await _service.Steps());
        Assert.Empty(_messages.Steps);
        Assert.Empty(_files.Steps);
    }

    [Fact]
    public async Task A_round_goes_on_where_its_last_step_ended_and_the_next_one_begins_an_hour_later()
    {
        _options.Messages = TimeSpan.FromDays(30);
        _options.Files = TimeSpan.FromDays(7);
        var (one, two) = (Guid.NewGuid(), Guid.NewGuid());
        _messages.Next = new([one, two, null, null]);
        Assert.True(await _service.Steps());
        Assert.True(await _service.Steps());
        Assert.False(await _service.Steps());
        Assert.False(await _service.Steps());

        var before = _clock.GetUtcNow().AddDays(-30).ToUnixTimeMilliseconds();
        Assert.Equal([(before, null, false), (before, one, false), (before, two, false)], _messages.Steps);
        Assert.Equal([(_clock.GetUtcNow().AddDays(-7).ToUnixTimeMilliseconds(), null, false)], _files.Steps);

        _clock.Advance(MaintenanceService.RetentionInterval);
        Assert.False(await _service.Steps());
        Assert.Equal((4, 2), (_messages.Steps.Count, _files.Steps.Count));
        Assert.Null(_messages.Steps[^1].After);
    }

    [Fact]
    public async Task Erased_states_go_after_a_day_once_an_hour_and_until_no_more_are_left()
    {
        _states.Removed = new([MaintenanceService.Step, 3, 0]);
        Assert.True(await _service.Steps());
        Assert.False(await _service.Steps());
        Assert.False(await _service.Steps());
        var before = _clock.GetUtcNow().AddDays(-1).ToUnixTimeMilliseconds();
        Assert.Equal([before, before], _states.Asked);
        _clock.Advance(MaintenanceService.RetentionInterval);
        Assert.False(await _service.Steps());
        Assert.Equal(3, _states.Asked.Count);
    }

    [Fact]
    public async Task A_store_that_is_away_is_asked_again_where_it_was()
    {
        _options.Messages = TimeSpan.FromDays(30);
        var one = Guid.NewGuid();
        _messages.Next = new([one, null]);
        await _service.Steps();
        _messages.Away = true;
        Assert.False(await _service.Steps());
        _messages.Away = false;
        await _service.Steps();
        Assert.Equal([null, one], _messages.Steps.Select(step => step.After));

        _log.Away = true;
        Assert.False(await _service.Steps());
    }

    /// <summary>What is old, step by step.</summary>
    private sealed class Old : IMessageRetention, IFileRetention
    {
        public List<(long Before, Guid? After, bool DryRun)> Steps { get; } = [];

        public Queue<Guid?> Next { get; set; } = [];

        public bool Away { get; set; }

        public Task<RetentionStep> Step(long before, Guid? after, int max, bool dryRun)
        {
            if (Away)
            {
                throw new StoreUnavailableException("away");
            }

            Steps.Add((before, after, dryRun));
            return Task.FromResult(new RetentionStep(1, Next.TryDequeue(out var next) ? next : null));
        }
    }

    private sealed class States : IStateRetention
    {
        public Queue<int> Removed { get; set; } = [];

        public List<long> Asked { get; } = [];

        public Task<int> PurgeStates(long before, int max)
        {
            Asked.Add(before);
            return Task.FromResult(Removed.TryDequeue(out var removed) ? removed : 0);
        }
    }
}
