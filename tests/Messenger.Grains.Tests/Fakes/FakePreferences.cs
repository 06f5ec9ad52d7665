using System.Collections.Concurrent;
using Messenger.Ports;

namespace Messenger.Grains.Tests.Fakes;

/// <summary>Preferences in memory; leaving erases them where a test says so.</summary>
internal sealed class FakePreferences : IPreferences
{
    public ConcurrentDictionary<(string User, Guid Conversation), PreferenceRow> Rows { get; } = new();

    /// <summary>Conversations of which nobody is a member.</summary>
    public ConcurrentDictionary<Guid, bool> Foreign { get; } = new();

    public Task<IReadOnlyList<PreferenceRow>> Of(string userId, IReadOnlyCollection<Guid>? only) => Task.FromResult<IReadOnlyList<PreferenceRow>>(
        [.. Rows.Where(row => row.Key.User == userId && only?.Contains(row.Key.Conversation) != false).Select(row => row.Value)]);

    public Task<PreferenceTotals> Totals(string userId, Guid but)
    {
        var others = Rows.Where(row => row.Key.User == userId && row.Key.Conversation != but).Select(row => row.Value).ToList();
        return Task.FromResult(new PreferenceTotals(others.Count(row => row.Pinned), others.Sum(row => row.Data?.Length ?? 0)));
    }

    public Task<IReadOnlyDictionary<Guid, long>> Mutes(string userId, long now) => Task.FromResult<IReadOnlyDictionary<Guid, long>>(
        Rows.Where(row => row.Key.User == userId && row.Value.MutedUntil > now).ToDictionary(row => row.Key.Conversation, row => row.Value.MutedUntil));

    public Task<PreferenceRow?> Put(string userId, PreferenceRow row) =>
        Task.FromResult(Foreign.ContainsKey(row.Conversation) ? null : Rows[(userId, row.Conversation)] = row with { Uuid = row.Conversation.ToString() });
}
