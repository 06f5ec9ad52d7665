using Messenger.Grains.Users;
using Messenger.Ports;
using Messenger.Protocol;
using Xunit;

namespace Messenger.Grains.Tests.Users;

public sealed class ContactsTests
{
    [Fact]
    public void A_contact_named_twice_stands_where_it_came_first_as_it_came_last() => Assert.Equal(
        [new ContactRow("a", null, "second", null), new ContactRow("b", null, "nick", null)],
        Contacts.Rows([new Contact("a", null, "first", null), new Contact("b", null, "nick", null), new Contact("a", null, "second", null)]));

    [Theory]
    [InlineData(Limits.Contacts, Contacts.MaxCharacters, true)]
    [InlineData(Limits.Contacts + 1, 1, false)]
    [InlineData(1, Contacts.MaxCharacters + 1, false)]
    public void A_list_is_bounded(int count, long characters, bool fits) => Assert.Equal(fits, Contacts.FindError(new ContactTotals(count, characters, 0, 0)) is null);
}
