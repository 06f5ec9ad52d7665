using Messenger.Ports;
using Messenger.Protocol;

namespace Messenger.Grains.Users;

/// <summary>The rules of a contact list, pure.</summary>
internal static class Contacts
{
    /// <summary>Characters of a whole list: it is one answer. Ten thousand usual contacts take half of it.</summary>
    public const long MaxCharacters = 8 * 1024 * 1024;

    /// <summary>As rows, in their order. Where a contact is named twice, it stands where it came first, as it came last.</summary>
    public static ContactRow[] Rows(IEnumerable<Contact> contacts)
    {
        var rows = new OrderedDictionary<string, ContactRow>(StringComparer.Ordinal);
        foreach (var contact in contacts)
        {
            rows[contact.ContactId] = new ContactRow(contact.ContactId, contact.ContactIdEncrypted, contact.NickEncrypted, contact.TrustedFingerprintEncrypted);
        }

        return [.. rows.Values];
    }

    /// <summary>Why a list may not become so; null when it may.</summary>
    public static Error? FindError(ContactTotals list) =>
        list.Count > Limits.Contacts
            ? Error.BadRequest($"a contact list takes at most {Limits.Contacts} contacts, and would have {list.Count}")
        : list.Characters > MaxCharacters
            ? Error.BadRequest($"a contact list takes at most {MaxCharacters} characters in all")
        : null;

    public static long Characters(Contact contact) =>
        contact.ContactId.Length + (contact.ContactIdEncrypted?.Length ?? 0) + (contact.NickEncrypted?.Length ?? 0)
        + (contact.TrustedFingerprintEncrypted?.Length ?? 0);
}
