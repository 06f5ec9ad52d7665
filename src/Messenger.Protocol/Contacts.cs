using System.Text.Json.Serialization;
using Orleans;

namespace Messenger.Protocol;

/// <summary>The actor's contacts.</summary>
[GenerateSerializer, Immutable]
public sealed record RequestGetContactList(string? UserId) : IRequest
{
    public string? Fault() => Shape.OptionalUserId(UserId, "userId");
}

/// <summary>Answers <see cref="RequestGetContactList"/>.</summary>
/// <param name="Version">One higher with each change.</param>
[GenerateSerializer, Immutable]
public sealed record ResponseContactList(
    Contact[] Users,
    [property: OfFeature(Features.Account), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    long? Version = null);

/// <summary>A contact: the user's id, the rest ciphertext.</summary>
[GenerateSerializer, Immutable]
public sealed record Contact(string ContactId, string? ContactIdEncrypted, string? NickEncrypted, string? TrustedFingerprintEncrypted)
{
    public string? Fault() =>
        Shape.UserId(ContactId, "contactId")
        ?? Shape.OptionalText(ContactIdEncrypted, "contactIdEncrypted", Limits.Ciphertext)
        ?? Shape.OptionalText(NickEncrypted, "nickEncrypted", Limits.Ciphertext)
        ?? Shape.OptionalText(TrustedFingerprintEncrypted, "trustedFingerprintEncrypted", Limits.Ciphertext);
}

/// <summary>Replaces the actor's contacts, or merges into them.</summary>
/// <param name="Merge">False replaces the list, true upserts.</param>
[GenerateSerializer, Immutable]
public sealed record RequestUpdateContactList(
    Contact[] ContactList, bool Merge,
    [property: OfFeature(Features.Account), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    long? IfVersion = null) : IRequest
{
    public string? Fault()
    {
        if (ContactList is null)
        {
            return Shape.Missing("contactList");
        }

        if (ContactList.Length > Limits.Contacts)
        {
            return $"contactList takes at most {Limits.Contacts} contacts, and has {ContactList.Length}";
        }

        foreach (var contact in ContactList)
        {
            if (contact is null)
            {
                return "contactList must hold contacts, and holds null";
            }

            if (contact.Fault() is { } fault)
            {
                return $"contactList: {fault}";
            }
        }

        return null;
    }
}

/// <summary>Upserts one of the actor's contacts; the actor's other devices get UpdateContactNotification.</summary>
[GenerateSerializer, Immutable]
public sealed record UpdateContact(
    Contact Contact, string? UserId,
    [property: OfFeature(Features.Account), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    long? IfVersion = null) : IRequest
{
    public string? Fault() =>
        Contact is null ? Shape.Missing("contact") : Contact.Fault() ?? Shape.OptionalUserId(UserId, "userId");
}

/// <summary>Which of up to 1 000 ids are registered. Rate-limited: it is the enumeration risk of phone hashes.</summary>
[GenerateSerializer, Immutable]
public sealed record RequestGetRegisteredUsers(string[] CheckUserList) : IRequest
{
    public string? Fault() => Shape.ManyUserIds(CheckUserList, "checkUserList", Limits.CheckUserList);
}

/// <summary>Answers <see cref="RequestGetRegisteredUsers"/>: in the order of first occurrence, each id once.</summary>
[GenerateSerializer, Immutable]
public sealed record ResponseRegisteredUsers(string[] Users);

/// <summary>Blacklists a user; idempotent.</summary>
[GenerateSerializer, Immutable]
public sealed record AddBlackList(string UserId) : IRequest
{
    public string? Fault() => Shape.UserId(UserId, "userId");
}

/// <summary>Takes a user off the blacklist; idempotent.</summary>
[GenerateSerializer, Immutable]
public sealed record RemoveBlackList(string UserId) : IRequest
{
    public string? Fault() => Shape.UserId(UserId, "userId");
}

/// <summary>The actor's blacklist.</summary>
[GenerateSerializer, Immutable]
public sealed record GetBlackList(string? UserId) : IRequest
{
    public string? Fault() => Shape.OptionalUserId(UserId, "userId");
}

/// <summary>Answers <see cref="GetBlackList"/>: user ids.</summary>
[GenerateSerializer, Immutable]
public sealed record BlackList(string[] Users);
