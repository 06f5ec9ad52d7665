using System.Collections.Concurrent;
using Messenger.Contracts;
using Messenger.Grains.Tests.Fakes;
using Messenger.Ports;
using Messenger.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Orleans.Storage;
using Xunit;

namespace Messenger.Grains.Tests.Users;

/// <summary>What the state of a user is worth when its storage fails.</summary>
public sealed class LazyStateTests : IAsyncLifetime
{
    private static readonly string Id = UserIds.FromPhone("+35799000000");
    private static readonly Caller Me = new(Id, ApplicationNames.Of("one"));
    private readonly FailingStorage _storage = new();
    private GrainSilo? _silo;

    private IUserGrain User => _silo!.Grains.GetGrain<IUserGrain>(Id);

    public async Task InitializeAsync()
    {
        _silo = await GrainSilo.Start(
            silo => silo.Services.AddSingleton(new DeviceRecords()).AddKeyedSingleton<IGrainStorage>("state", _storage), typeof(DeviceStandIn));
        var info = new ApplicationInfo("one", null, "android", true, 0, Id, null, 0, false, null, null, null);
        Assert.Equal(Result.Ok, await User.ConfirmApplication(info));
    }

    public async Task DisposeAsync() => await _silo!.DisposeAsync();

    private async Task<string[]> Names() => [.. (await User.GetParams(Me, new GetParams(null))).Value!.Items.Select(param => param.Name)];

    private Task<Result> Sets(string name) => User.UpdateParam(Me, new UpdateParam(name, "value"));

    [Fact]
    public async Task What_is_not_wanted_is_not_read()
    {
        await _silo!.Deactivate(User);
        _storage.Reads.Clear();
        Assert.Null((await User.Authenticate("one")).Error);
        Assert.Equal(["account"], _storage.Reads);
        await Names();
        Assert.Equal(["account", "params"], _storage.Reads);
    }

    [Fact]
    public async Task A_write_that_failed_shows_nothing_and_can_be_repeated()
    {
        await Sets("a");
        _storage.Next = static () => throw new TimeoutException("away");
        await Assert.ThrowsAsync<StoreUnavailableException>(() => Sets("b"));
        Assert.Equal(["a"], await Names());
        Assert.Equal(Result.Ok, await Sets("b"));
        Assert.Equal(["a", "b"], await Names());
    }

    [Fact]
    public async Task A_write_that_came_through_all_the_same_is_found_when_read_anew()
    {
        await Sets("a");
        _storage.After = static () => throw new TimeoutException("the answer was lost");
        await Assert.ThrowsAsync<StoreUnavailableException>(() => Sets("b"));
        Assert.Equal(["a", "b"], await Names());
        Assert.Equal(Result.Ok, await Sets("c"));
        Assert.Equal(["a", "b", "c"], await Names());
    }

    [Fact]
    public async Task What_another_activation_wrote_is_not_overwritten()
    {
        await Sets("a");
        _storage.Next = static () => throw new InconsistentStateException("somebody else wrote it");
        await Assert.ThrowsAsync<StoreUnavailableException>(() => Sets("b"));
        Assert.Equal(Result.Ok, await Sets("c"));
        Assert.Equal(["a", "c"], await Names());
    }

    [Fact]
    public async Task The_same_again_writes_nothing()
    {
        await Sets("a");
        var writes = _storage.Writes;
        await Sets("a");
        Assert.Equal(writes, _storage.Writes);
    }

    /// <summary>A storage in memory whose next write can be made to fail, before or after it is kept.</summary>
    private sealed class FailingStorage : IGrainStorage
    {
        private readonly ConcurrentDictionary<(string, GrainId), (object? State, string ETag)> _records = [];

        public Action? Next { get; set; }

        public Action? After { get; set; }

        public int Writes { get; private set; }

        public ConcurrentQueue<string> Reads { get; } = [];

        public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            Reads.Enqueue(stateName);
            var found = _records.TryGetValue((stateName, grainId), out var record);
            (grainState.RecordExists, grainState.ETag) = (found, found ? record.ETag : null!);
            grainState.State = found ? (T)record.State! : default!;
            return Task.CompletedTask;
        }

        public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            var (next, after) = (Next, After);
            (Next, After) = (null, null);
            next?.Invoke();
            if ((_records.TryGetValue((stateName, grainId), out var record) ? record.ETag : null) != grainState.ETag)
            {
                throw new InconsistentStateException("the record has another version");
            }

            Writes++;
            var tag = Guid.NewGuid().ToString();
            _records[(stateName, grainId)] = (grainState.State, tag);
            after?.Invoke();
            (grainState.RecordExists, grainState.ETag) = (true, tag);
            return Task.CompletedTask;
        }

        public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            _records.TryRemove((stateName, grainId), out _);
            (grainState.RecordExists, grainState.ETag) = (false, null!);
            return Task.CompletedTask;
        }
    }
}
