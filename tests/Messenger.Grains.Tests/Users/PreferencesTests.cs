using System.Text;
using Messenger.Contracts;
using Messenger.Protocol;
using Orleans.Concurrency;
using Xunit;

namespace Messenger.Grains.Tests.Users;

/// <summary>Muted, pinned, archived: what a user's actor makes of it.</summary>
[Collection(UserTests.Name)]
public sealed class PreferencesTests(UserSilo house)
{
    private readonly Guid _conversation = Guid.NewGuid();

    [Fact]
    public async Task Nobody_is_woken_for_what_is_muted_until_the_user_left_it()
    {
        var (person, author) = (await house.Person("one"), await house.Person());
        Assert.Equal("a", (await Wakes(person, author, "a"))?.Message);
        await Set(person, new(_conversation.ToString(), MutedUntil: new(true, -1)));
        Assert.Null(await Wakes(person, author, "b"));
        Assert.Equal("c", (await Wakes(person, author, "c", Guid.NewGuid()))?.Message);

        // The commit of the leaving erased it: what comes with it, in the same hand-over, is told with its push.
        house.Silo.Preferences.Rows.TryRemove((person.UserId, _conversation), out _);
        var left = Messenger.Contracts.SerializedNotification.From(new NotificationConversationLeaved(_conversation.ToString(), person.UserId)) with { Leaves = person.UserId };
        await person.Grain.Deliver(_conversation, 0, new[] { left, Said("d", author, _conversation) }.AsImmutable(), null);
        await person.Device("one").HearsNotification();
        Assert.Equal("d", (await person.Device("one").HearsNotification()).Push?.Message);
    }

    [Fact]
    public async Task The_other_devices_hear_of_it_and_their_badge_changes_with_what_is_muted()
    {
        var person = await house.Person("one", "two");
        await Set(person, new(_conversation.ToString(), Pinned: new(true, true)));
        await Set(person, new(_conversation.ToString(), MutedUntil: new(true, -1)));
        await Set(person, new(_conversation.ToString(), MutedUntil: new(true, null)));
        var told = person.Device("two").OfFeatures.ToList();
        Assert.All(told, one => Assert.Equal("""{"what":["preferences"]}""", Encoding.UTF8.GetString(one.Payload)));
        Assert.Equal([null, PushHint.Badge(person.UserId), PushHint.Badge(person.UserId)], told.Select(one => one.Push));
        Assert.Empty(person.Device("one").OfFeatures);
    }

    [Fact]
    public async Task The_same_again_is_told_again_and_another_version_is_a_conflict()
    {
        var person = await house.Person("one", "two");
        var first = await Set(person, new(_conversation.ToString(), Pinned: new(true, true), IfVersion: 0));
        Assert.Equal(first, await Set(person, new(_conversation.ToString(), Pinned: new(true, true), IfVersion: 0)));
        Assert.Equal(2, person.Device("two").OfFeatures.Count);
        Assert.Equal(Statuses.Conflict, await Refused(person, new(_conversation.ToString(), Archived: new(true, true), IfVersion: 0)));
        Assert.Equal(2, person.Device("two").OfFeatures.Count);
        Assert.True((await Set(person, new(_conversation.ToString(), Archived: new(true, true), IfVersion: 1))) is { Pinned: true, Archived: true, Version: 2 });
    }

    [Fact]
    public async Task At_most_a_hundred_are_pinned_and_a_megabyte_is_kept()
    {
        var person = await house.Person("one");
        for (var i = 0; i < Limits.Pinned; i++)
        {
            await Set(person, new(Guid.NewGuid().ToString(), Pinned: new(true, true)));
        }

        Assert.Equal(Statuses.BadRequest, await Refused(person, new(_conversation.ToString(), Pinned: new(true, true))));
        await Set(person, new(_conversation.ToString(), Archived: new(true, true)));
        for (var i = 0; i < Limits.PreferenceDataTogether / Limits.PreferenceData; i++)
        {
            await Set(person, new(Guid.NewGuid().ToString(), Data: new(true, new string('a', Limits.PreferenceData))));
        }

        Assert.Equal(Statuses.BadRequest, await Refused(person, new(_conversation.ToString(), Data: new(true, "a"))));
    }

    [Fact]
    public async Task Who_is_no_member_has_none()
    {
        var person = await house.Person("one");
        house.Silo.Preferences.Foreign[_conversation] = true;
        Assert.Equal(Statuses.NotFound, await Refused(person, new(_conversation.ToString(), Pinned: new(true, true))));
    }

    private static SerializedNotification Said(string uuid, Person author, Guid conversation) =>
        Messenger.Contracts.SerializedNotification.From(new NotificationConversationDeleted(uuid), new PushHint(conversation, uuid, author.UserId));

    private async Task<PushHint?> Wakes(Person person, Person author, string uuid, Guid? conversation = null)
    {
        var at = conversation ?? _conversation;
        await person.Grain.Deliver(at, 0, new[] { Said(uuid, author, at) }.AsImmutable(), null);
        return (await person.Device("one").HearsNotification()).Push;
    }

    private async Task<ConversationPreferences> Set(Person person, RequestSetConversationPreferences request)
    {
        var set = await Grain(person).SetPreferences(person.Me, request);
        Assert.Null(set.Error);
        return Assert.Single(set.Value!.Preferences);
    }

    private async Task<string?> Refused(Person person, RequestSetConversationPreferences request) => (await Grain(person).SetPreferences(person.Me, request)).Error?.Status;

    private IUserPreferences Grain(Person person) => house.Silo.Grains.GetGrain<IUserPreferences>(person.UserId);
}
