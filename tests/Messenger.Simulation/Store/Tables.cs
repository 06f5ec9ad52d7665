using System.Diagnostics.CodeAnalysis;
using Messenger.Grains.Devices;
using Messenger.Ports;
using Messenger.Simulation.Cluster;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace Messenger.Simulation.Store;

/// <summary>Users and blacklists.</summary>
internal sealed class UserDirectory(Silo silo, Database store) : IUserDirectory
{
    public Task Put(UserRow user) => store.Ask(silo, () => store.Users[user.UserId] = user);

    public Task Remove(string userId) => store.Ask(silo, () => store.Users.Remove(userId));

    public Task<UserRow?> Find(string userId) => store.Ask(silo, () => store.Users.GetValueOrDefault(userId));

    public Task<IReadOnlyList<UserRow>> FindMany(IReadOnlyCollection<string> userIds) =>
        store.Ask<IReadOnlyList<UserRow>>(silo, () => [.. userIds.Distinct().Where(store.Users.ContainsKey).Select(id => store.Users[id])]);

    public Task<IReadOnlyList<string>> Registered(IReadOnlyCollection<string> userIds) =>
        store.Ask<IReadOnlyList<string>>(silo, () => [.. userIds.Distinct().Where(store.Users.ContainsKey)]);

    public Task<IReadOnlyList<string>> Discoverable(IReadOnlyCollection<string> userIds) => Registered(userIds);

    /// <summary>Nobody looks at it here.</summary>
    public Task<IReadOnlyList<string>> Showing(string asker, IReadOnlyCollection<string> userIds) => Task.FromResult<IReadOnlyList<string>>([]);

    public Task<IReadOnlyList<string>> BlackListOf(string userId) => store.Ask<IReadOnlyList<string>>(silo, () =>
        [.. store.BlackList.Where(entry => entry.User == userId).Select(entry => entry.Blocked)]);

    public Task<IReadOnlyList<string>> BlackListing(string userId, IReadOnlyCollection<string> by) => store.Ask<IReadOnlyList<string>>(silo, () =>
        [.. store.BlackList.Where(entry => entry.Blocked == userId && by.Contains(entry.User)).Select(entry => entry.User)]);

    public Task AddToBlackList(string userId, string blocked) => store.Ask(silo, () =>
    {
        if (!store.BlackList.Contains((userId, blocked)))
        {
            store.BlackList.Add((userId, blocked));
        }

        return true;
    });

    public Task RemoveFromBlackList(string userId, string blocked) => store.Ask(silo, () => store.BlackList.Remove((userId, blocked)));
}

/// <summary>The states of grains, each with a version that its writer has to know.</summary>
internal sealed class GrainStates(Silo silo, Database store) : IGrainStorage
{
    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var (state, etag) = await store.Ask(silo, () => store.GrainStates.GetValueOrDefault(Key(stateName, grainId)));
        grainState.RecordExists = state is not null;
        grainState.State = state is null ? Activator.CreateInstance<T>() : (T)Copy(state);
        grainState.ETag = etag.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        grainState.ETag = await Change(stateName, grainId, Copy(grainState.State!), grainState.ETag);
        grainState.RecordExists = true;
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        grainState.ETag = await Change(stateName, grainId, null, grainState.ETag);
        grainState.RecordExists = false;
        grainState.State = Activator.CreateInstance<T>();
    }

    public static string Key(string stateName, GrainId grainId) => $"{stateName}/{grainId}";

    private Task<string> Change(string stateName, GrainId grainId, object? state, string? etag) => store.Ask(silo, () =>
    {
        var known = store.GrainStates.GetValueOrDefault(Key(stateName, grainId)).Etag;
        if (known.ToString(System.Globalization.CultureInfo.InvariantCulture) != (etag ?? "0"))
        {
            throw new InconsistentStateException("another activation wrote it");
        }

        var (key, before) = (Key(stateName, grainId), store.GrainStates.GetValueOrDefault(Key(stateName, grainId)));
        store.GrainStates[key] = (state, known + 1);
        store.Undo(() => store.GrainStates[key] = before);
        return (known + 1).ToString(System.Globalization.CultureInfo.InvariantCulture);
    });

    /// <summary>What is on disk does not change because somebody changes what it was made of.</summary>
    private static object Copy(object state) => state is DeviceState device ? new DeviceState { Push = device.Push, Snapshot = device.Snapshot, SealedPush = device.SealedPush } : state;
}

/// <summary>A device's state as Orleans hands it to the grain.</summary>
internal sealed class DeviceFacet(IGrainStorage storage, GrainId id) : IPersistentState<DeviceState>, IGrainState<DeviceState>
{
    [AllowNull]
    public DeviceState State { get; set; } = new();

    [AllowNull]
    public string ETag { get; set; } = "0";

    public string Etag => ETag;

    public bool RecordExists { get; set; }

    public Task ClearStateAsync() => storage.ClearStateAsync("device", id, this);

    public Task WriteStateAsync() => storage.WriteStateAsync("device", id, this);

    public Task ReadStateAsync() => storage.ReadStateAsync("device", id, this);

    public Task ClearStateAsync(CancellationToken cancellationToken) => ClearStateAsync();

    public Task WriteStateAsync(CancellationToken cancellationToken) => WriteStateAsync();

    public Task ReadStateAsync(CancellationToken cancellationToken) => ReadStateAsync();
}

/// <summary>The queue of pushes: what is put is kept, and nobody sends it here.</summary>
internal sealed class Pushes(Silo silo, Database store) : IPushStore
{
    public Task Put(IReadOnlyCollection<QueuedPush> pushes) => store.Ask(silo, () => true);

    public Task<IReadOnlyList<QueuedPush>> Claim(int max, long now, long until, PushFilter filter) => throw new NotSupportedException();

    public Task Done(IReadOnlyCollection<Guid> ids) => throw new NotSupportedException();

    public Task Postpone(IReadOnlyCollection<(Guid Id, long Due)> pushes) => throw new NotSupportedException();

    public Task<int> Expire(long before, int max) => throw new NotSupportedException();

    public Task ForgetExpired(long now) => throw new NotSupportedException();

    public Task<(long Waiting, long? Oldest)> Backlog() => throw new NotSupportedException();
}

/// <summary>Files are not simulated: nobody has any.</summary>
internal sealed class NoFiles : IFileDirectory
{
    public Task<IReadOnlyList<FileRow>> FilesOf(Guid conversation, long sequence) => Task.FromResult<IReadOnlyList<FileRow>>([]);

    public Task<FileRow?> Find(Guid conversation, Guid message, string pathName) => Task.FromResult<FileRow?>(null);

    public Task<AvatarRow?> Avatar(string owner) => Task.FromResult<AvatarRow?>(null);

    public Task PutAvatar(AvatarRow avatar) => Task.CompletedTask;
}

internal sealed class NoReports : IReportStore
{
    public Task<bool> Add(ReportRow report) => Task.FromResult(true);
}

internal sealed class NoUploads : IUploads
{
    public Task<Reservation> Reserve(UploadRow upload, UploadLimits limits) => throw new NotSupportedException();

    public Task<UploadRow?> Find(Guid id) => throw new NotSupportedException();

    public Task<UploadRow?> Take(Guid id) => throw new NotSupportedException();

    public Task<bool> Holds(Guid id, long generation) => throw new NotSupportedException();

    public Task<bool> Advance(Guid id, long generation, long offset, string? state, long expires) => throw new NotSupportedException();

    public Task Finish(Guid id) => throw new NotSupportedException();

    public Task Drop(Guid id) => throw new NotSupportedException();

    public Task DropOf(string userId) => Task.CompletedTask;

    public Task DropFor(string userId, Guid message) => Task.CompletedTask;

    public Task<int> Expire(long now, int max) => throw new NotSupportedException();
}

/// <summary>Nobody keeps contacts.</summary>
internal sealed class NoContacts : IContactStore
{
    public Task<IReadOnlyList<ContactRow>> Of(string userId) => Task.FromResult<IReadOnlyList<ContactRow>>([]);

    public Task<ContactTotals> TotalsOf(string userId) => Task.FromResult(new ContactTotals(0, 0, 0, 0));

    public Task<IReadOnlyList<ContactRow>> Find(string userId, IReadOnlyCollection<string> contactIds) => Task.FromResult<IReadOnlyList<ContactRow>>([]);

    public Task Put(string userId, IReadOnlyList<ContactRow> contacts, long place, long version, bool replace) => throw new NotSupportedException();

    public Task Remove(string userId) => Task.CompletedTask;
}
