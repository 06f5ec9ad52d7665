using Messenger.Grains.Users;
using Messenger.Protocol;
using Xunit;

namespace Messenger.Grains.Tests.Users;

public sealed class ContactsTests
{
    private static Contact Contact(int at, string nick = "nick") => new($"c{at}", null, nick, null);

    private static Contact[] Many(int count, int from = 0) => [.. Enumerable.Range(from, count).Select(at => Contact(at))];

    [Fact]
    public void Merging_upserts_in_place() =>
        Assert.Equal([Contact(0), Contact(1, "new"), Contact(2), Contact(3)], Contacts.Merge(Many(3), [Contact(1, "new"), Contact(3)]));

    [Fact]
    public void Where_a_contact_is_named_twice_the_last_entry_stands() =>
        Assert.Equal([Contact(1, "b"), Contact(2)], Contacts.Replace([Contact(1, "a"), Contact(2), Contact(1, "b")]));

    [Fact]
    public void A_list_takes_ten_thousand_and_no_more()
    {
        Assert.Null(Contacts.FindError(Contacts.Merge(Many(9_999), Many(10_000))));
        Assert.Equal(Statuses.BadRequest, Contacts.FindError(Contacts.Merge(Many(10_000), Many(1, from: 10_000)))?.Status);
    }

    [Fact]
    public void All_of_a_contact_counts_to_the_last_character()
    {
        static string Text(long length) => new('x', (int)length);
        var full = Contact(0) with
        {
            ContactIdEncrypted = Text(Contacts.MaxCharacters / 4),
            NickEncrypted = Text(Contacts.MaxCharacters / 4),
            TrustedFingerprintEncrypted = Text((Contacts.MaxCharacters / 2) - "c0".Length),
        };
        Assert.Null(Contacts.FindError([full]));
        Assert.All(
            [
                full with { ContactId = full.ContactId + "x" }, full with { ContactIdEncrypted = full.ContactIdEncrypted + "x" },
                full with { NickEncrypted = full.NickEncrypted + "x" }, full with { TrustedFingerprintEncrypted = full.TrustedFingerprintEncrypted + "x" },
            ],
            more => Assert.NotNull(Contacts.FindError([more])));
    }

    [Fact]
    public void A_list_is_bounded_in_characters() =>
        Assert.Equal(Statuses.BadRequest, Contacts.FindError([.. Many(1100).Select(contact => contact with { NickEncrypted = new string('x', 8192) })])?.Status);
}
