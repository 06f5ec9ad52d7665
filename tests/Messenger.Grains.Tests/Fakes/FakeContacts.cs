using System.Collections.Concurrent;
using Messenger.Ports;

namespace Messenger.Grains.Tests.Fakes;

/// <summary>Contacts in memory.</summary>
internal sealed class FakeContacts : IContactStore
{
    private readonly ConcurrentDictionary<string, OrderedDictionary<string, ContactRow>> _lists = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _versions = new(StringComparer.Ordinal);

    /// <summary>Rows that were written.</summary>
    public int Written { get; private set; }

    public Task<IReadOnlyList<ContactRow>> Of(string userId) => Task.FromResult<IReadOnlyList<ContactRow>>([.. List(userId).Values]);

    public Task<ContactTotals> TotalsOf(string userId) =>
        Task.FromResult(new ContactTotals(List(userId).Count, List(userId).Values.Sum(row => row.Characters), List(userId).Count, _versions.GetValueOrDefault(userId)));

    public Task<IReadOnlyList<ContactRow>> Find(string userId, IReadOnlyCollection<string> contactIds) =>
        Task.FromResult<IReadOnlyList<ContactRow>>([.. List(userId).Values.Where(row => contactIds.Contains(row.ContactId))]);

    public Task Put(string userId, IReadOnlyList<ContactRow> contacts, long place, long version, bool replace)
    {
        _versions[userId] = version;
        var list = List(userId);
        if (replace)
        {
            list.Clear();
        }

        foreach (var contact in contacts)
        {
            list[contact.ContactId] = contact;
            Written++;
        }

        return Task.CompletedTask;
    }

    public Task Remove(string userId)
    {
        _lists.TryRemove(userId, out _);
        _versions.TryRemove(userId, out _);
        return Task.CompletedTask;
    }

    private OrderedDictionary<string, ContactRow> List(string userId) => _lists.GetOrAdd(userId, _ => new(StringComparer.Ordinal));
}
