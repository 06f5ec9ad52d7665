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
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly FakeLog log = new();
    private readonly Old messages = new();
    private readonly Old files = new();
    private readonly RetentionOptions options = new();
    private readonly MaintenanceService service;

    // Who leads is asked by the loop alone.
    public MaintenanceTests() =>
        service = new MaintenanceService(log, messages, files, Options.Create(options), workers: null!, clock, NullLogger<MaintenanceService>.Instance);

    public void Dispose() => service.Dispose();

    [Fact]
    public async Task Nothing_is_removed_by_its_age_unless_the_operator_says_so()
    {
        Assert.False(await service.Steps());
        Assert.Empty(messages.Steps);
        Assert.Empty(files.Steps);
    }

    [Fact]
    public async Task A_round_goes_on_where_its_last_step_ended_and_the_next_one_begins_an_hour_later()
    {
        options.Messages = TimeSpan.FromDays(30);
        options.Files = TimeSpan.FromDays(7);
        var (one, two) = (Guid.NewGuid(), Guid.NewGuid());
        messages.Next = new([one, two, null, null]);
        Assert.True(await service.Steps());
        Assert.True(await service.Steps());
        Assert.False(await service.Steps());
        Assert.False(await service.Steps());

        var before = clock.GetUtcNow().AddDays(-30).ToUnixTimeMilliseconds();
        Assert.Equal([(before, null, false), (before, one, false), (before, two, false)], messages.Steps);
        Assert.Equal([(clock.GetUtcNow().AddDays(-7).ToUnixTimeMilliseconds(), null, false)], files.Steps);

        clock.Advance(MaintenanceService.RetentionInterval);
        Assert.False(await service.Steps());
        Assert.Equal((4, 2), (messages.Steps.Count, files.Steps.Count));
        Assert.Null(messages.Steps[^1].After);
    }

    [Fact]
    public async Task A_store_that_is_away_is_asked_again_where_it_was()
    {
        options.Messages = TimeSpan.FromDays(30);
        var one = Guid.NewGuid();
        messages.Next = new([one, null]);
        await service.Steps();
        messages.Away = true;
        Assert.False(await service.Steps());
        messages.Away = false;
        await service.Steps();
        Assert.Equal([null, one], messages.Steps.Select(step => step.After));

        log.Away = true;
        Assert.False(await service.Steps());
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
}
