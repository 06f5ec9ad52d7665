using Messenger.Contracts;
using Messenger.Protocol;
using Orleans.Concurrency;
using Xunit;

namespace Messenger.Grains.Tests.Users;

[Collection(UserTests.Name)]
public sealed class DeliveryTests(UserSilo house)
{
    private static SerializedNotification NewNotification(string uuid, Person author, PushHint? push = null) =>
        Messenger.Contracts.SerializedNotification.From(new NotificationConversationDeleted(uuid), push ?? new PushHint(Guid.NewGuid(), uuid, author.UserId));

    [Fact]
    public async Task Notices_reach_every_device_but_one_in_order()
    {
        var (person, author) = (await house.Person("one", "two", "three"), house.Stranger());
        await person.Grain.Deliver(Guid.Empty, 0, new[] { NewNotification("a", author), NewNotification("b", author) }.AsImmutable(), except: ApplicationNames.Of("two"));
        foreach (var device in new[] { "one", "three" })
        {
            Assert.Equal("a", (await person.Device(device).Hears<NotificationConversationDeleted>()).GetProperty("uuid").GetString());
            Assert.Equal("b", (await person.Device(device).Hears<NotificationConversationDeleted>()).GetProperty("uuid").GetString());
        }

        Assert.True(person.Device("two").HeardNothing);
    }

    [Fact]
    public async Task A_device_that_fails_makes_the_caller_owe_a_doubt_and_the_others_get_theirs()
    {
        var person = await house.Person("one", "two");
        person.Device("one").Fails = true;
        await Assert.ThrowsAnyAsync<Exception>(() => person.Grain.Deliver(Guid.Empty, 0, new[] { NewNotification("a", person) }.AsImmutable(), null));
        await person.Device("two").Hears<NotificationConversationDeleted>();
        await Assert.ThrowsAnyAsync<Exception>(() => person.Grain.RequireResync());
        person.Device("one").Fails = false;
        await person.Grain.RequireResync();
        await person.Device("one").Resyncs();
        await person.Device("two").Resyncs();
    }

    [Fact]
    public async Task Nobody_is_woken_for_what_a_blacklisted_user_wrote()
    {
        var (person, muted, heard) = (await house.Person("one"), await house.Person(), await house.Person());
        await person.Grain.AddBlackList(person.Me, new AddBlackList(muted.UserId));
        await person.Grain.Deliver(Guid.Empty, 0, new[] { NewNotification("a", muted), NewNotification("b", heard), NewNotification("c", person) }.AsImmutable(), null);
        Assert.Null((await person.Device("one").HearsNotification()).Push);
        Assert.Equal("b", (await person.Device("one").HearsNotification()).Push?.Message);
        Assert.Null((await person.Device("one").HearsNotification()).Push);
        await person.Grain.RemoveBlackList(person.Me, new RemoveBlackList(muted.UserId));
        await person.Grain.Deliver(Guid.Empty, 0, new[] { NewNotification("d", muted) }.AsImmutable(), null);
        Assert.Equal("d", (await person.Device("one").HearsNotification()).Push?.Message);
    }

    [Fact]
    public async Task Nobody_is_told_before_the_blacklist_can_be_read_and_nobody_twice()
    {
        var (person, author) = (await house.Person("one", "two"), await house.Person());
        Task<DeliveryResult> Deliver() => person.Grain.Deliver(Guid.Empty, 0, new[] { NewNotification("a", author) }.AsImmutable(), except: null);

        house.Silo.Users.Away = true;
        try
        {
            Assert.Equal(DeliveryResult.RetryLater, await Deliver());
        }
        finally
        {
            house.Silo.Users.Away = false;
        }

        Assert.Equal(DeliveryResult.Delivered, await Deliver());
        foreach (var device in new[] { "one", "two" })
        {
            Assert.Equal("a", (await person.Device(device).Hears<NotificationConversationDeleted>()).GetProperty("uuid").GetString());
            Assert.True(person.Device(device).HeardNothing);
        }
    }

    [Fact]
    public async Task What_an_earlier_activation_of_a_conversation_tells_late_is_turned_down()
    {
        var (person, author, conversation) = (await house.Person("one"), house.Stranger(), Guid.NewGuid());
        Task<DeliveryResult> Deliver(Guid at, long term, string uuid) =>
            person.Grain.Deliver(at, term, new[] { NewNotification(uuid, author) }.AsImmutable(), except: null);

        Assert.Equal(DeliveryResult.Delivered, await Deliver(conversation, 5, "a"));
        Assert.Equal(DeliveryResult.Delivered, await Deliver(conversation, 6, "b"));
        Assert.Equal(DeliveryResult.StaleTerm, await Deliver(conversation, 5, "late"));
        Assert.Equal(DeliveryResult.Delivered, await Deliver(Guid.NewGuid(), 1, "elsewhere"));
        foreach (var uuid in new[] { "a", "b", "elsewhere" })
        {
            Assert.Equal(uuid, (await person.Device("one").Hears<NotificationConversationDeleted>()).GetProperty("uuid").GetString());
        }

        Assert.True(person.Device("one").HeardNothing);
    }

    [Fact]
    public async Task Who_has_no_application_is_told_nothing_and_fails_nobody()
    {
        await house.Stranger().Grain.Deliver(Guid.Empty, 0, new[] { NewNotification("a", house.Stranger()) }.AsImmutable(), null);
        await house.Stranger().Grain.RequireResync();
    }
}
