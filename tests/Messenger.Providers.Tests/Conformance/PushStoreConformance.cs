using Messenger.Ports;
using Xunit;

namespace Messenger.Providers.Tests.Conformance;

/// <summary>What <see cref="IPushStore"/> promises, whatever is behind it. The queue is shared: each test looks at its own devices.</summary>
public abstract class PushStoreConformance(Store store)
{
    private const long Now = Sample.Now;

    private readonly string _device = $"{Sample.User("ann")}/phone";
    private readonly string _type = $"type-{Guid.NewGuid():N}";

    [Fact]
    public async Task Of_two_about_one_conversation_the_newer_is_left_and_what_was_done_about_the_older_is_nothing()
    {
        var older = Push(Guid.NewGuid());
        var newer = older with { Id = Guid.NewGuid(), Message = "newer", Queued = Now + 5 };
        await store.Pushes.Put([older]);
        Assert.Equal(older with { Due = Now + 60_000, Tries = 1 }, Assert.Single(await Claim(Now)));
        await store.Pushes.Put([newer]);
        await store.Pushes.Done([older.Id]);
        await store.Pushes.Postpone([(older.Id, Now + 1_000_000)]);
        Assert.Equal(newer with { Due = Now + 60_000, Tries = 1 }, Assert.Single(await Claim(Now)));
        await store.Pushes.Done([newer.Id]);
        Assert.Empty(await Claim(Now + 100_000));
    }

    [Fact]
    public async Task A_claim_keeps_others_away_until_it_runs_out()
    {
        await store.Pushes.Put([Push(Guid.NewGuid()), Push(Guid.NewGuid()), Push(Guid.NewGuid())]);
        var claims = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Claim(Now)));
        Assert.Equal(3, claims.Sum(claim => claim.Count));
        Assert.Equal(3, claims.SelectMany(claim => claim).Select(push => push.Id).Distinct().Count());
        Assert.Empty(await Claim(Now + 59_999));
        Assert.All(await Claim(Now + 60_000), push => Assert.Equal(2, push.Tries));
    }

    [Fact]
    public async Task What_is_postponed_waits_and_held_types_are_left_alone()
    {
        var push = Push(Guid.NewGuid()) with { Message = null };
        await store.Pushes.Put([push]);
        Assert.DoesNotContain(await store.Pushes.Claim(1000, Now, Now + 60_000, new(Except: [_type])), one => one.Device == _device);
        Assert.Single(await Claim(Now));
        await store.Pushes.Postpone([(push.Id, Now + 500)]);
        Assert.Empty(await Claim(Now + 499));
        Assert.Null(Assert.Single(await Claim(Now + 500)).Message);
    }

    [Fact]
    public async Task A_conversation_with_many_devices_does_not_make_another_wait()
    {
        var (crowd, dialog) = (Guid.NewGuid(), Guid.NewGuid());
        await store.Pushes.Put([.. Enumerable.Range(0, 100).Select(at => Push(crowd) with { Device = $"{_device}-{at}", Due = Now - 1000 + at })]);
        await store.Pushes.Put([Push(dialog)]);
        var claimed = await store.Pushes.Claim(10, Now, Now + 60_000, new(Only: [_type]));
        Assert.Equal(10, claimed.Count);
        Assert.Contains(claimed, push => push.Conversation == dialog);
        Assert.Equal(91, (await store.Pushes.Claim(1000, Now, Now + 60_000, new(Only: [_type]))).Count);
    }

    [Fact]
    public async Task What_replaces_one_that_was_put_off_is_put_off_and_what_replaces_one_that_is_being_sent_is_not()
    {
        var push = Push(Guid.NewGuid());
        await store.Pushes.Put([push]);
        await Claim(Now);
        await store.Pushes.Postpone([(push.Id, Now + 500)]);
        await store.Pushes.Put([push with { Id = Guid.NewGuid(), Message = "newer" }]);
        Assert.Empty(await Claim(Now + 499));
        Assert.Equal(("newer", 2), (await Claim(Now + 500)) is [var late] ? (late.Message, late.Tries) : default);
        await store.Pushes.Put([push with { Id = Guid.NewGuid(), Message = "newest", Due = Now + 501 }]);
        Assert.Equal(("newest", 1), (await Claim(Now + 501)) is [var next] ? (next.Message, next.Tries) : default);
    }

    [Fact]
    public async Task A_device_has_a_bounded_queue_of_the_newest()
    {
        var pushes = Enumerable.Range(0, IPushStore.MaxPerDevice + 10).Select(i => Push(Guid.NewGuid()) with { Queued = Now + i }).ToList();
        foreach (var chunk in pushes.Chunk(7))
        {
            await store.Pushes.Put(chunk);
        }

        Assert.Equal(
            pushes.Skip(10).Select(push => push.Id),
            (await Claim(Now)).OrderBy(push => push.Queued).Select(push => push.Id));
    }

    [Fact]
    public async Task What_is_too_old_is_forgotten_and_the_backlog_is_known()
    {
        var push = Push(Guid.NewGuid()) with { Queued = 1 };
        await store.Pushes.Put([push, Push(Guid.NewGuid())]);
        var (waiting, oldest) = await store.Pushes.Backlog();
        Assert.True(waiting >= 2);
        Assert.Equal(1, oldest);
        Assert.Equal(1, await store.Pushes.Expire(2, 100));
        Assert.Single(await Claim(Now));
    }

    [Fact]
    public async Task A_thousand_at_once_go_in_together()
    {
        var devices = Enumerable.Range(0, 500).Select(i => $"{_device}-{i}").ToList();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => store.Pushes.Put([.. devices.Select(one => Push(Guid.NewGuid()) with { Device = one })])));
        Assert.Equal(2000, (await store.Pushes.Claim(10_000, Now, Now + 60_000, new())).Count(push => push.ApplicationType == _type));
    }

    private QueuedPush Push(Guid conversation) => new(Guid.NewGuid(), _device, _type, conversation, "message", Now, Now);

    private async Task<List<QueuedPush>> Claim(long now) =>
        [.. (await store.Pushes.Claim(10_000, now, now + 60_000, new())).Where(push => push.ApplicationType == _type)];
}
