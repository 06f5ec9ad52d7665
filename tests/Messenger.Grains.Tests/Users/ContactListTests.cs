using Messenger.Contracts;
using Messenger.Grains.State;
using Messenger.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Runtime;
using Xunit;

namespace Messenger.Grains.Tests.Users;

[Collection(UserTests.Name)]
public sealed class ContactListTests(UserSilo house)
{
    private static Contact Of(Person person, string? nick = "nick") => new(person.UserId, "encrypted", nick, null);

    private static async Task<Contact[]> List(Person person) => (await person.Grain.GetContactList(person.Me, new RequestGetContactList(null))).Value!.Users;

    [Fact]
    public async Task A_list_is_replaced_and_merged()
    {
        var (person, one, two) = (await house.Person(), house.Stranger(), house.Stranger());
        Assert.Empty(await List(person));
        Assert.Equal(Result.Ok, await person.Grain.UpdateContactList(person.Me, new RequestUpdateContactList([Of(one)], Merge: false)));
        Assert.Equal(Result.Ok, await person.Grain.UpdateContactList(person.Me, new RequestUpdateContactList([Of(two), Of(one, "new")], Merge: true)));
        await house.Silo.Deactivate(person.Grain);
        Assert.Equal([Of(one, "new"), Of(two)], await List(person));
        await person.Grain.UpdateContactList(person.Me, new RequestUpdateContactList([Of(two)], Merge: false));
        Assert.Equal([Of(two)], await List(person));
    }

    [Fact]
    public async Task A_list_that_would_be_too_long_stays_as_it_is()
    {
        var person = await house.Person();
        var full = Enumerable.Range(0, Limits.Contacts).Select(at => new Contact($"c{at}", null, null, null)).ToArray();
        Assert.Equal(Result.Ok, await person.Grain.UpdateContactList(person.Me, new RequestUpdateContactList(full, Merge: false)));
        Assert.Equal(Statuses.BadRequest, (await person.Grain.UpdateContact(person.Me, new UpdateContact(Of(person), null))).Error?.Status);
        Assert.Equal(Limits.Contacts, (await List(person)).Length);
    }

    [Fact]
    public async Task One_contact_of_a_full_list_is_one_row()
    {
        var person = await house.Person();
        var full = Enumerable.Range(0, Limits.Contacts).Select(at => new Contact($"c{at}", null, null, null)).ToArray();
        await person.Grain.UpdateContactList(person.Me, new RequestUpdateContactList(full, Merge: false));
        var written = house.Silo.Contacts.Written;
        for (var at = 0; at < 5; at++)
        {
            Assert.Equal(Result.Ok, await person.Grain.UpdateContact(person.Me, new UpdateContact(new Contact("c7", null, $"nick {at}", null), null)));
        }

        Assert.Equal(5, house.Silo.Contacts.Written - written);
        Assert.Equal((Limits.Contacts, "nick 4"), ((await List(person)).Length, (await List(person))[7].NickEncrypted));
    }

    [Fact]
    public async Task The_record_of_an_earlier_release_becomes_rows_once()
    {
        var (person, one, two) = (await house.Person(), house.Stranger(), house.Stranger());
        var storage = house.Silo.Services.GetRequiredKeyedService<Orleans.Storage.IGrainStorage>("state");
        await house.Silo.Deactivate(person.Grain);
        var record = new Orleans.GrainState<ContactBook> { State = new ContactBook { Contacts = [Of(one), Of(two)] } };
        await storage.WriteStateAsync("contacts", person.Grain.GetGrainId(), record);
        Assert.Equal([Of(one), Of(two)], await List(person));
        var left = new Orleans.GrainState<ContactBook>();
        await storage.ReadStateAsync("contacts", person.Grain.GetGrainId(), left);
        Assert.False(left.RecordExists);
        await house.Silo.Deactivate(person.Grain);
        Assert.Equal(Result.Ok, await person.Grain.UpdateContact(person.Me, new UpdateContact(Of(one, "new"), null)));
        Assert.Equal([Of(one, "new"), Of(two)], await List(person));
    }

    [Fact]
    public async Task A_list_has_a_version_that_rises_with_what_changes_it_and_no_repeat_does()
    {
        var (person, one, two) = (await house.Person(), house.Stranger(), house.Stranger());
        var named = person.Me with { Features = Features.Account };
        async Task<long?> Version() => (await person.Grain.GetContactList(named, new RequestGetContactList(null))).Value!.Version;
        Task<Result> Replace(long? ifVersion, params Contact[] list) =>
            person.Grain.UpdateContactList(person.Me, new RequestUpdateContactList(list, Merge: false, ifVersion));

        Assert.Equal(0, await Version());
        for (var time = 0; time < 2; time++)
        {
            Assert.Equal(Result.Ok, await Replace(0, Of(one), Of(two)));
            Assert.Equal(1, await Version());
        }

        await house.Silo.Deactivate(person.Grain);
        Assert.Equal(Statuses.Conflict, (await Replace(0, Of(two), Of(one))).Error?.Status);
        Assert.Equal(Result.Ok, await Replace(1, Of(two), Of(one)));
        for (var time = 0; time < 2; time++)
        {
            Assert.Equal(Result.Ok, await person.Grain.UpdateContact(person.Me, new UpdateContact(Of(one, "new"), null, IfVersion: 2)));
            Assert.Equal(3, await Version());
        }

        Assert.Equal(Statuses.Conflict, (await person.Grain.UpdateContact(person.Me, new UpdateContact(Of(one, "newer"), null, IfVersion: 2))).Error?.Status);
        Assert.Equal([Of(two), Of(one, "new")], await List(person));
        Assert.Null((await person.Grain.GetContactList(person.Me, new RequestGetContactList(null))).Value!.Version);
    }

    [Fact]
    public async Task The_other_devices_hear_of_one_that_changed()
    {
        var (person, friend) = (await house.Person("one", "two"), house.Stranger());
        Assert.Equal(Result.Ok, await person.Grain.UpdateContact(person.Me, new UpdateContact(Of(friend), person.UserId)));
        var heard = await person.Device("two").Hears<UpdateContactNotification>();
        Assert.Equal((person.UserId, friend.UserId), (heard.GetProperty("userId").GetString(), heard.GetProperty("contactId").GetString()));
        Assert.True(person.Device("one").HeardNothing);
        Assert.Equal([Of(friend)], await List(person));
    }

    [Fact]
    public async Task Nobody_elses_list_is_read_or_changed()
    {
        var (person, other) = (await house.Person(), await house.Person());
        Assert.Equal(Statuses.Forbidden, (await person.Grain.GetContactList(person.Me, new RequestGetContactList(other.UserId))).Error?.Status);
        Assert.Equal(Statuses.Forbidden, (await person.Grain.UpdateContact(person.Me, new UpdateContact(Of(other), other.UserId))).Error?.Status);
    }

    [Fact]
    public async Task The_registered_ones_come_in_the_order_of_first_occurrence()
    {
        var (one, two, stranger) = (await house.Person(), await house.Person(), house.Stranger());
        string[] asked = [two.UserId, stranger.UserId, one.UserId, two.UserId];
        Assert.Equal([two.UserId, one.UserId], (await one.Grain.GetRegisteredUsers(one.Me, new RequestGetRegisteredUsers(asked))).Value!.Users);
    }

    [Fact]
    public async Task Looking_up_is_limited_per_minute()
    {
        var person = await house.Person();
        var request = new RequestGetRegisteredUsers([person.UserId]);
        for (var call = 0; call < 20; call++)
        {
            Assert.Null((await person.Grain.GetRegisteredUsers(person.Me, request)).Error);
        }

        Assert.Equal(Error.TooManyRequests("too many users looked up", 3), (await person.Grain.GetRegisteredUsers(person.Me, request)).Error);
        house.Silo.Clock.Advance(TimeSpan.FromSeconds(3));
        Assert.Null((await person.Grain.GetRegisteredUsers(person.Me, request)).Error);
    }
}
