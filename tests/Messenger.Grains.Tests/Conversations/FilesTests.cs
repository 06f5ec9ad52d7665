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
        await using var stage = await Stage.Open();
        var (scene, message) = await WithFiles(stage);
        var (author, reader) = (scene.Cast[0], scene.Cast[1]);

        Assert.Null((await scene.Grain.MayAddFile(author, message, Picture.Name, Picture.Size)).Refusal);
        Assert.Null((await scene.Grain.AddFile(author, message, Picture)).Refusal);
        Assert.Null((await scene.Grain.AddFile(author, message, Picture with { Id = Guid.NewGuid() })).Refusal);

        var files = (await scene.Grain.GetFiles(reader, message)).Value!;
        Assert.Equal(Picture, Assert.Single(files.Files) with { Created = 0 });
        Assert.Equal((scene.Uuid, message), (files.ConversationUuid, files.MessageUuid));
        Assert.Equal(Statuses.Conflict, (await scene.Grain.AddFile(author, message, Picture with { Size = 1 })).Refusal!.Status);
        Assert.Equal(Statuses.Conflict, (await scene.Grain.MayAddFile(author, message, Picture.Name, 1)).Refusal!.Status);
        Assert.Single(stage.Silo.Log.Committed, entry => entry.Files.Count > 0);
        foreach (var person in scene.Cast)
        {
            var ready = Assert.Single(await stage.Told.Hears(person, nameof(FileReadyNotification), 1));
            Assert.Equal($"/download/conversation_{scene.Uuid}/{message}_a_b+c=", ready.GetProperty("downloadUrl").GetString());
        }
    }

    [Fact]
    public async Task Two_names_of_one_URL_are_two_files_and_the_second_is_refused()
    {
        await using var stage = await Stage.Open();
        var (scene, message) = await WithFiles(stage);
        var author = scene.Cast[0];
        await scene.Grain.AddFile(author, message, Picture);
        var twin = Picture with { Id = Guid.NewGuid(), Name = "a_b+c=" };

        Assert.Equal(Statuses.Conflict, (await scene.Grain.MayAddFile(author, message, twin.Name, twin.Size)).Refusal!.Status);
        Assert.Equal(Statuses.Conflict, (await scene.Grain.AddFile(author, message, twin)).Refusal!.Status);
        Assert.Equal(Picture.Name, Assert.Single((await scene.Grain.GetFiles(author, message)).Value!.Files).Name);
        Assert.Null((await scene.Grain.AddFile(author, message, Picture with { Id = Guid.NewGuid() })).Refusal);
    }

    [Fact]
    public async Task Only_the_author_and_only_where_hasFiles_is_true()
    {
        await using var stage = await Stage.Open();
        var (scene, message) = await WithFiles(stage);
        var without = (await scene.Sent(scene.Cast[0])).Uuid;

        Assert.Equal(Statuses.Forbidden, (await scene.Grain.AddFile(scene.Cast[1], message, Picture)).Refusal!.Status);
        Assert.Equal(Statuses.NotFound, (await scene.Grain.AddFile(await stage.Person(99), message, Picture)).Refusal!.Status);
        Assert.Equal(Statuses.NotFound, (await scene.Grain.AddFile(scene.Cast[0], Guid.NewGuid().ToString(), Picture)).Refusal!.Status);
        Assert.Equal(Statuses.Forbidden, (await scene.Grain.AddFile(scene.Cast[0], without, Picture)).Refusal!.Status);
        Assert.Equal(Statuses.NotFound, (await scene.Grain.GetFiles(await stage.Person(99), message)).Refusal!.Status);
        Assert.Empty((await scene.Grain.GetFiles(scene.Cast[1], without)).Value!.Files);
    }

    [Fact]
    public async Task A_deleted_message_has_no_files_and_takes_none()
    {
        await using var stage = await Stage.Open();
        var (scene, message) = await WithFiles(stage);
        await scene.Grain.AddFile(scene.Cast[0], message, Picture);

        Assert.Null((await scene.Grain.DeleteMessage(scene.Cast[0], new RequestDeleteMessage(scene.Uuid, message))).Refusal);

        Assert.Empty((await scene.Grain.GetFiles(scene.Cast[0], message)).Value!.Files);
        Assert.Equal(Statuses.NotFound, (await scene.Grain.AddFile(scene.Cast[0], message, Picture)).Refusal!.Status);
    }

    [Fact]
    public async Task A_message_takes_so_many_files_and_no_more()
    {
        await using var stage = await Stage.Open();
        var (scene, message) = await WithFiles(stage);
        for (var i = 0; i < Limits.FilesOfMessage; i++)
        {
            Assert.Null((await scene.Grain.AddFile(scene.Cast[0], message, Picture with { Id = Guid.NewGuid(), PathName = $"{i}" })).Refusal);
        }

        Assert.Equal(Statuses.BadRequest, (await scene.Grain.AddFile(scene.Cast[0], message, Picture)).Refusal!.Status);
    }

    [Fact]
    public async Task An_avatar_is_set_by_admins_and_told_by_event_and_notification()
    {
        await using var stage = await Stage.Open();
        var scene = await stage.Group(3);
        var avatar = new AvatarFile(Guid.NewGuid(), "image/png", 5);

        Assert.Equal(Statuses.Forbidden, (await scene.Grain.SetAvatar(scene.Cast[1], avatar)).Refusal!.Status);
        Assert.Equal(Statuses.NotFound, (await scene.Grain.MayAvatar(await stage.Person(99), change: false)).Refusal!.Status);
        Assert.Null((await scene.Grain.MayAvatar(scene.Cast[1], change: false)).Refusal);
        Assert.Null((await scene.Grain.SetAvatar(scene.Cast[0], avatar)).Refusal);
        Assert.Null((await scene.Grain.SetAvatar(scene.Cast[0], avatar)).Refusal);

        var seen = (await scene.Grain.Get(scene.Cast[1], new RequestGetConversationFull(scene.Uuid, null))).Value!;
        Assert.True(seen.Conversation.HasAvatar);
        Assert.Equal(EventTypes.AvatarChanged, seen.LastMessage!.EventType);
        Assert.Equal(avatar.File, (await ((IFileDirectory)stage.Silo.Log).Avatar(AvatarOwners.Conversation(scene.Id)))!.File);
        Assert.Single(stage.Silo.Log.Committed, entry => entry.Avatar is not null);

        Assert.Null((await scene.Grain.SetAvatar(scene.Cast[0], null)).Refusal);
        var after = (await scene.Grain.Get(scene.Cast[1], new RequestGetConversationFull(scene.Uuid, null))).Value!;
        Assert.False(after.Conversation.HasAvatar);
        Assert.True(after.Conversation.AvatarUpdated > seen.Conversation.AvatarUpdated);
    }

    private static async Task<(Scene Scene, string Message)> WithFiles(Stage stage)
    {
        var scene = await stage.Group(3);
        var uuid = Guid.NewGuid();
        Assert.Null((await scene.Send(scene.Cast[0], scene.Message(uuid) with { HasFiles = true })).Refusal);
        return (scene, uuid.ToString());
    }
}
