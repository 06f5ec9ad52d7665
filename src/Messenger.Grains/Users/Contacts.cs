using Messenger.Protocol;

namespace Messenger.Grains.Users;

/// <summary>The rules of a contact list, pure.</summary>
internal static class Contacts
{
    /// <summary>Characters of a whole list: it is one record of the storage and one answer. Ten thousand usual contacts take half of it.</summary>
    public const long MaxCharacters = 8 * 1024 * 1024;

    /// <summary>What replaces a list. Where a contact is named twice, the last entry stands.</summary>
    public static Contact[] Replace(IEnumerable<Contact> contacts) => Merge([], contacts);

    /// <summary>Upserts: a known contact keeps its place.</summary>
    public static Contact[] Merge(IEnumerable<Contact> known, IEnumerable<Contact> contacts)
    {
        var merged = new OrderedDictionary<string, Contact>(StringComparer.Ordinal);
        foreach (var contact in known.Concat(contacts))
        {
            merged[contact.ContactId] = contact;
        }

        return [.. merged.Values];
    }

    /// <summary>Why a list may not be kept; null when it may.</summary>
    public static Error? FindError(Contact[] contacts) =>
        contacts.Length > Limits.Contacts
            ? Error.BadRequest($"a contact list takes at most {Limits.Contacts} contacts, and would have {contacts.Length}")
        : contacts.Sum(Characters) > MaxCharacters
            ? Error.BadRequest($"a contact list takes at most {MaxCharacters} characters in all")
        : null;

    private static long Characters(Contact contact) =>
        contact.ContactId.Length + (contact.ContactIdEncrypted?.Length ?? 0) + (contact.NickEncrypted?.Length ?? 0)
        + (contact.TrustedFingerprintEncrypted?.Length ?? 0);
}
