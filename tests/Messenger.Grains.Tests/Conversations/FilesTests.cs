using Messenger.Contracts;
using Messenger.Ports;
using Messenger.Protocol;
using Xunit;

namespace Messenger.Grains.Tests.Conversations;

/// <summary>Who adds files to which message, and who hears of it.</summary>
public sealed class FilesTests
{
    private static readonly MessageFile Picture = new(Guid.NewGuid(), "a/b+c=", "a_b+c=", "preview", "image/jpeg", 632, 1368, null, 380_038);

    [Fact]
    public async Task A_file_joins_its_message_once_and_every_device_of_the_members_hears()
    {
        await using var fixture = await ConversationFixture.Open();
        var (conversation, message) = await WithFiles(fixture);
        var (author, reader) = (conversation.Members[0], conversation.Members[1]);

        Assert.Null((await conversation.Grain.MayAddFile(author, message, Picture.Name, Picture.Size)).Error);
        Assert.Null((await conversation.Grain.AddFile(author, message, Picture)).Error);
        Assert.Null((await conversation.Grain.AddFile(author, message, Picture with { Id = Guid.NewGuid() })).Error);

        var files = (await conversation.Grain.GetFiles(reader, message)).Value!;
        Assert.Equal(Picture, Assert.Single(files.Files) with { Created = 0 });
        Assert.Equal((conversation.Uuid, message), (files.ConversationUuid, files.MessageUuid));
        Assert.Equal(Statuses.Conflict, (await conversation.Grain.AddFile(author, message, Picture with { Size = 1 })).Error!.Status);
        Assert.Equal(Statuses.Conflict, (await conversation.Grain.MayAddFile(author, message, Picture.Name, 1)).Error!.Status);
        Assert.Single(fixture.Silo.Log.Committed, entry => entry.Files.Count > 0);
        foreach (var person in conversation.Members)
        {
            var ready = Assert.Single(await fixture.Deliveries.Hears(person, nameof(FileReadyNotification), 1));
            Assert.Equal($"/download/conversation_{conversation.Uuid}/{message}_a_b+c=", ready.GetProperty("downloadUrl").GetString());
        }
    }

    [Fact]
    public async Task Two_names_of_one_URL_are_two_files_and_the_second_is_refused()
    {
        await using var fixture = await ConversationFixture.Open();
        var (conversation, message) = await WithFiles(fixture);
        var author = conversation.Members[0];
        await conversation.Grain.AddFile(author, message, Picture);
        var twin = Picture with { Id = Guid.NewGuid(), Name = "a_b+c=" };

        Assert.Equal(Statuses.Conflict, (await conversation.Grain.MayAddFile(author, message, twin.Name, twin.Size)).Error!.Status);
        Assert.Equal(Statuses.Conflict, (await conversation.Grain.AddFile(author, message, twin)).Error!.Status);
        Assert.Equal(Picture.Name, Assert.Single((await conversation.Grain.GetFiles(author, message)).Value!.Files).Name);
        Assert.Null((await conversation.Grain.AddFile(author, message, Picture with { Id = Guid.NewGuid() })).Error);
    }

    [Fact]
    public async Task Only_the_author_and_only_where_hasFiles_is_true()
    {
        await using var fixture = await ConversationFixture.Open();
        var (conversation, message) = await WithFiles(fixture);
        var without = (await conversation.Sent(conversation.Members[0])).Uuid;

        Assert.Equal(Statuses.Forbidden, (await conversation.Grain.AddFile(conversation.Members[1], message, Picture)).Error!.Status);
        Assert.Equal(Statuses.NotFound, (await conversation.Grain.AddFile(await fixture.Person(99), message, Picture)).Error!.Status);
        Assert.Equal(Statuses.NotFound, (await conversation.Grain.AddFile(conversation.Members[0], Guid.NewGuid().ToString(), Picture)).Error!.Status);
        Assert.Equal(Statuses.Forbidden, (await conversation.Grain.AddFile(conversation.Members[0], without, Picture)).Error!.Status);
        Assert.Equal(Statuses.NotFound, (await conversation.Grain.GetFiles(await fixture.Person(99), message)).Error!.Status);
        Assert.Empty((await conversation.Grain.GetFiles(conversation.Members[1], without)).Value!.Files);
    }

    [Fact]
    public async Task A_deleted_message_has_no_files_and_takes_none()
    {
        await using var fixture = await ConversationFixture.Open();
        var (conversation, message) = await WithFiles(fixture);
        await conversation.Grain.AddFile(conversation.Members[0], message, Picture);

        Assert.Null((await conversation.Grain.DeleteMessage(conversation.Members[0], new RequestDeleteMessage(conversation.Uuid, message))).Error);

        Assert.Empty((await conversation.Grain.GetFiles(conversation.Members[0], message)).Value!.Files);
        Assert.Equal(Statuses.NotFound, (await conversation.Grain.AddFile(conversation.Members[0], message, Picture)).Error!.Status);
    }

    [Fact]
    public async Task A_message_takes_so_many_files_and_no_more()
    {
        await using var fixture = await ConversationFixture.Open();
        var (conversation, message) = await WithFiles(fixture);
        for (var i = 0; i < Limits.FilesOfMessage; i++)
        {
            Assert.Null((await conversation.Grain.AddFile(conversation.Members[0], message, Picture with { Id = Guid.NewGuid(), PathName = $"{i}" })).Error);
        }

        Assert.Equal(Statuses.BadRequest, (await conversation.Grain.AddFile(conversation.Members[0], message, Picture)).Error!.Status);
    }

    [Fact]
    public async Task An_avatar_is_set_by_admins_and_told_by_event_and_notification()
    {
        await using var fixture = await ConversationFixture.Open();
        var conversation = await fixture.Group(3);
        var avatar = new AvatarFile(Guid.NewGuid(), "image/png", 5);

        Assert.Equal(Statuses.Forbidden, (await conversation.Grain.SetAvatar(conversation.Members[1], avatar)).Error!.Status);
        Assert.Equal(Statuses.NotFound, (await conversation.Grain.MayAvatar(await fixture.Person(99), change: false)).Error!.Status);
        Assert.Null((await conversation.Grain.MayAvatar(conversation.Members[1], change: false)).Error);
        Assert.Null((await conversation.Grain.SetAvatar(conversation.Members[0], avatar)).Error);
        Assert.Null((await conversation.Grain.SetAvatar(conversation.Members[0], avatar)).Error);

        var seen = (await conversation.Grain.Get(conversation.Members[1], new RequestGetConversationFull(conversation.Uuid, null))).Value!;
        Assert.True(seen.Conversation.HasAvatar);
        Assert.Equal(EventTypes.AvatarChanged, seen.LastMessage!.EventType);
        Assert.Equal(avatar.File, (await ((IFileDirectory)fixture.Silo.Log).Avatar(AvatarOwners.Conversation(conversation.Id)))!.File);
        Assert.Single(fixture.Silo.Log.Committed, entry => entry.Avatar is not null);

        Assert.Null((await conversation.Grain.SetAvatar(conversation.Members[0], null)).Error);
        var after = (await conversation.Grain.Get(conversation.Members[1], new RequestGetConversationFull(conversation.Uuid, null))).Value!;
        Assert.False(after.Conversation.HasAvatar);
        Assert.True(after.Conversation.AvatarUpdated > seen.Conversation.AvatarUpdated);
    }

    private static async Task<(TestConversation Conversation, string Message)> WithFiles(ConversationFixture fixture)
    {
        var conversation = await fixture.Group(3);
        var uuid = Guid.NewGuid();
        Assert.Null((await conversation.Send(conversation.Members[0], conversation.Message(uuid) with { HasFiles = true })).Error);
        return (conversation, uuid.ToString());
    }
}
