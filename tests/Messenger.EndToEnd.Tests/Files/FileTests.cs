using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Phones;

namespace Messenger.EndToEnd.Tests.Files;

/// <summary>Files of messages, over the wire.</summary>
public class FileTests(SharedServer server) : OnSharedServer(server)
{
    private const string Name = "swsdfoND1/pHOzG3OFdjeJqoU3iAjcSl8O4/LXy+VOEgB4sv57RfULw=";

    private static readonly byte[] Bytes = RandomNumberGenerator.GetBytes(100_000);

    [Fact]
    public async Task A_file_is_uploaded_announced_listed_and_fetched()
    {
        var (a, b, conversation, message) = await Prepare();
        var second = await Second(a);
        using var mine = new FileClient(Server.Http, a);

        using var answer = await mine.OneShot(conversation, message, Name, Bytes, "&mimeType=image/jpeg&width=632&height=1368&previewFileNameEncrypted=p%3D");

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        foreach (var phone in new[] { a, b, second })
        {
            var ready = (await phone.Notified("FileReadyNotification")).Payload;
            Assert.True(ready.Is("messageUuid", message));
            Assert.StartsWith(
                $"{Server.Http}download/conversation_{conversation.Uuid}/{message}_swsdfoND1_pHOzG3OFdjeJqoU3iAjcSl8O4_LXy+VOEgB4sv57RfULw=?exp=", ready.Text("downloadUrl"));
            Assert.Equal(Bytes, await Fetch(ready.Text("downloadUrl")!));
        }

        var file = Assert.Single(await FileClient.FilesOf(b, conversation, message));
        Assert.Equal(
            (Name, 632, 1368, Bytes.Length, "p=", "image/jpeg"),
            (file.Text("fileNameEncrypted"), file.Number("width"), file.Number("height"), file.Number("size"), file.Text("previewFileNameEncrypted"), file.Text("mimeType")));
        Assert.True(file.IsNull("duration"));
        Assert.Equal(Bytes, await Fetch(file.Text("downloadUrl")!));

        // Sent again after a lost answer: nothing twice.
        using var again = await mine.OneShot(conversation, message, Name, Bytes);
        Assert.Equal(HttpStatusCode.Created, again.StatusCode);
        Assert.Single(await FileClient.FilesOf(a, conversation, message));
        await FileClient.Refused(409, "conflict", mine.OneShot(conversation, message, Name, [1]));
    }

    [Fact]
    public async Task A_download_knows_ranges_conditions_and_HEAD()
    {
        var (a, b, conversation, message) = await Prepare();
        using var mine = new FileClient(Server.Http, a);
        (await mine.OneShot(conversation, message, Name, Bytes)).Dispose();
        using var theirs = new FileClient(Server.Http, b);
        var path = $"/download/conversation_{conversation.Uuid}/{message}_{Name.Replace('/', '_')}";

        using var whole = await theirs.Send(HttpMethod.Get, path);
        Assert.Equal(Bytes, await whole.Content.ReadAsByteArrayAsync());
        Assert.Equal("attachment", whole.Content.Headers.ContentDisposition!.ToString());
        Assert.Equal("nosniff", whole.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("bytes", whole.Headers.AcceptRanges.Single());
        var tag = whole.Headers.ETag!.ToString();
        Assert.False(whole.Headers.ETag.IsWeak);

        using var head = await theirs.Send(HttpMethod.Head, path);
        Assert.Equal((HttpStatusCode.OK, Bytes.Length), (head.StatusCode, head.Content.Headers.ContentLength));
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());

        using var part = await theirs.Send(HttpMethod.Get, path, null, ("Range", "bytes=500-999"), ("If-Range", tag));
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal("bytes 500-999/100000", part.Content.Headers.ContentRange!.ToString());
        Assert.Equal(Bytes[500..1000], await part.Content.ReadAsByteArrayAsync());
        using var tail = await theirs.Send(HttpMethod.Get, path, null, ("Range", "bytes=-10"));
        Assert.Equal(Bytes[^10..], await tail.Content.ReadAsByteArrayAsync());
        using var beyond = await theirs.Send(HttpMethod.Get, path, null, ("Range", "bytes=100000-"));
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, beyond.StatusCode);
        using var known = await theirs.Send(HttpMethod.Get, path, null, ("If-None-Match", tag));
        Assert.Equal(HttpStatusCode.NotModified, known.StatusCode);
        using var changed = await theirs.Send(HttpMethod.Get, path, null, ("If-Match", "\"other\""));
        Assert.Equal(HttpStatusCode.PreconditionFailed, changed.StatusCode);
    }

    [Fact]
    public async Task Who_may_not_is_told_as_little_as_the_protocol_says()
    {
        var (a, b, conversation, message) = await Prepare();
        var stranger = await Person();
        using var mine = new FileClient(Server.Http, a);
        using var theirs = new FileClient(Server.Http, b);
        using var strange = new FileClient(Server.Http, stranger);
        using var nobody = new FileClient(Server.Http, null);
        (await mine.OneShot(conversation, message, Name, Bytes)).Dispose();
        var path = $"/download/conversation_{conversation.Uuid}/{message}_{Name.Replace('/', '_')}";
        var url = (await FileClient.FilesOf(b, conversation, message))[0].Text("downloadUrl")!;

        await FileClient.Refused(403, "forbidden", theirs.OneShot(conversation, message, "other", Bytes));
        await FileClient.Refused(404, "not_found", strange.OneShot(conversation, message, "other", Bytes));
        await FileClient.Refused(401, "unauthenticated", nobody.OneShot(conversation, message, "other", Bytes));
        await FileClient.Refused(404, "not_found", strange.Send(HttpMethod.Get, path));
        await FileClient.Refused(404, "not_found", strange.Send(HttpMethod.Get, path.Replace(conversation.Uuid, Opaque.Uuid(), StringComparison.Ordinal)));
        await FileClient.Refused(404, "not_found", theirs.Send(HttpMethod.Get, path + "x"));
        await FileClient.Refused(401, "unauthenticated", nobody.Send(HttpMethod.Get, path));
        foreach (var bad in new[]
        {
            url[..^1] + (url[^1] == 'A' ? 'B' : 'A'), url.Replace("exp=", "exp=1", StringComparison.Ordinal), url.Split("&sig")[0], path + "?sig=", path + "?exp=1&sig=AAAA",
            url.Replace(message, Opaque.Uuid(), StringComparison.Ordinal), url + "&sig=AAAA",
        })
        {
            await FileClient.Refused(403, "forbidden", nobody.Send(HttpMethod.Get, bad));
        }

        var without = Opaque.Uuid();
        await a.Say(conversation, without);
        await FileClient.Refused(403, "forbidden", mine.OneShot(conversation, without, Name, Bytes));

        // Somebody else's upload is as unknown as one that never was.
        var upload = await mine.Created(conversation, message, "slow", 10);
        await FileClient.Refused(404, null, theirs.Head(upload));
        await FileClient.Refused(404, "not_found", theirs.Patch(upload, 0, new ByteArrayContent(new byte[10])));
    }

    [Fact]
    public async Task Files_go_with_their_message()
    {
        var (a, b, conversation, message) = await Prepare();
        using var mine = new FileClient(Server.Http, a);
        (await mine.OneShot(conversation, message, Name, Bytes)).Dispose();
        var url = (await FileClient.FilesOf(b, conversation, message))[0].Text("downloadUrl")!;

        (await a.Ask("RequestDeleteMessage", new { conversationUuid = conversation.Uuid, uuid = message })).Done();

        await FileClient.Refused(404, "not_found", mine.Send(HttpMethod.Get, url));
        Assert.Empty(await FileClient.FilesOf(b, conversation, message));
        await FileClient.Refused(404, "not_found", mine.OneShot(conversation, message, "later", Bytes));
    }

    [Fact]
    public async Task An_upload_in_pieces_is_resumed_checked_and_ended()
    {
        var (a, b, conversation, message) = await Prepare();
        using var mine = new FileClient(Server.Http, a);
        using var options = await mine.Send(HttpMethod.Options, "/upload");
        Assert.Equal("creation,creation-with-upload,termination,expiration,checksum", options.Headers.GetValues("Tus-Extension").Single());

        using var created = await mine.Create(FileClient.Metadata(conversation, message, Name), "100000", Typed(Bytes[..10]));
        Assert.Equal(("10", HttpStatusCode.Created), (created.Headers.GetValues("Upload-Offset").Single(), created.StatusCode));
        Assert.True(DateTimeOffset.Parse(created.Headers.GetValues("Upload-Expires").Single(), System.Globalization.CultureInfo.InvariantCulture) > DateTimeOffset.UtcNow);
        var upload = created.Headers.Location!.AbsolutePath;
        Assert.Equal(10, await mine.Offset(upload));

        await FileClient.Refused(460, "bad_request", mine.Patch(upload, 10, new ByteArrayContent(Bytes[10..20]), "sha1 " + Convert.ToBase64String(new byte[20])));
        Assert.Equal(10, await mine.Offset(upload));
        var sum = "sha256 " + Convert.ToBase64String(SHA256.HashData(Bytes.AsSpan(10, 5000)));
        using var right = await mine.Patch(upload, 10, new ByteArrayContent(Bytes[10..5010]), sum);
        Assert.Equal((HttpStatusCode.NoContent, "5010"), (right.StatusCode, right.Headers.GetValues("Upload-Offset").Single()));
        Assert.Empty(await FileClient.FilesOf(b, conversation, message));
        using var last = await mine.Patch(upload, 5010, new ByteArrayContent(Bytes[5010..]));
        Assert.Equal(HttpStatusCode.NoContent, last.StatusCode);

        // The answer was lost: who asks again hears that all of it is there.
        Assert.Equal(Bytes.Length, await mine.Offset(upload));
        using var empty = await mine.Patch(upload, Bytes.Length, new ByteArrayContent([]));
        Assert.Equal(HttpStatusCode.NoContent, empty.StatusCode);
        var url = (await b.Notified("FileReadyNotification")).Payload.Text("downloadUrl")!;
        Assert.Equal(Bytes, await Fetch(url));
        Assert.Equal(7, Assert.Single(await FileClient.FilesOf(b, conversation, message)).Number("duration"));
        await FileClient.Refused(409, "conflict", mine.Send(HttpMethod.Delete, upload, null, ("Tus-Resumable", "1.0.0")));

        var given = await mine.Created(conversation, message, "given up", 10);
        using var ended = await mine.Send(HttpMethod.Post, given, null, ("Tus-Resumable", "1.0.0"), ("X-HTTP-Method-Override", "DELETE"));
        Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
        await FileClient.Refused(404, null, mine.Head(given));

        using var nothing = await mine.Create(FileClient.Metadata(conversation, message, "nothing"), "0");
        Assert.Equal(HttpStatusCode.Created, nothing.StatusCode);
        Assert.Equal(2, (await FileClient.FilesOf(b, conversation, message)).Length);
    }

    [Fact]
    public async Task Avatars_of_groups_and_people()
    {
        var (a, b, conversation, _) = await Prepare();
        var stranger = await Person();
        using var mine = new FileClient(Server.Http, a);
        using var theirs = new FileClient(Server.Http, b);
        using var strange = new FileClient(Server.Http, stranger);
        var path = $"/avatar/conversation_{conversation.Uuid}";

        await FileClient.Refused(404, "not_found", theirs.Send(HttpMethod.Get, path));
        await FileClient.Refused(403, "forbidden", theirs.Send(HttpMethod.Put, path, Picture()));
        await FileClient.Refused(404, "not_found", strange.Send(HttpMethod.Put, path, Picture()));
        using var put = await mine.Send(HttpMethod.Put, path, Picture());
        Assert.Equal(HttpStatusCode.NoContent, put.StatusCode);
        var changed = (await b.Notified("ConversationAvatarChangedNotification")).Payload;
        await a.Notified("ConversationAvatarChangedNotification");
        await b.HearEvent(conversation, "AvatarChanged");
        var seen = (await b.Ask("RequestGetConversationFull", new { conversationUuid = conversation.Uuid, userId = (string?)null })).Done().GetProperty("conversation");
        Assert.True(seen.Flag("hasAvatar"));
        Assert.Equal(changed.Number("avatarUpdated"), seen.Number("avatarUpdated"));
        using var got = await theirs.Send(HttpMethod.Get, path);
        Assert.Equal("image/png", got.Content.Headers.ContentType!.ToString());
        Assert.Equal(Bytes, await got.Content.ReadAsByteArrayAsync());
        await FileClient.Refused(404, "not_found", strange.Send(HttpMethod.Get, path));
        using var again = await mine.Send(HttpMethod.Put, path, Picture());
        Assert.Equal(HttpStatusCode.NoContent, again.StatusCode);
        var still = (await b.Ask("RequestGetConversationFull", new { conversationUuid = conversation.Uuid, userId = (string?)null })).Done().GetProperty("conversation");
        Assert.Equal(changed.Number("avatarUpdated"), still.Number("avatarUpdated"));
        using var gone = await mine.Send(HttpMethod.Delete, path);
        await FileClient.Refused(404, "not_found", theirs.Send(HttpMethod.Get, path));

        var own = "/avatar/user_" + a.UserId.Replace('+', '-').Replace('/', '_').TrimEnd('=');
        var before = (await stranger.Ask("RequestGetUserInfo", new { userId = a.UserId })).Done().GetProperty("user").Number("avatarUpdated");
        await FileClient.Refused(403, "forbidden", theirs.Send(HttpMethod.Put, own, Picture()));
        using var page = new ByteArrayContent("<script>"u8.ToArray()) { Headers = { ContentType = MediaTypeHeaderValue.Parse("text/html") } };
        (await mine.Send(HttpMethod.Put, own, page)).Dispose();
        using var shown = await strange.Send(HttpMethod.Get, own);
        Assert.Equal(("application/octet-stream", "attachment"), (shown.Content.Headers.ContentType!.ToString(), shown.Content.Headers.ContentDisposition!.ToString()));
        var after = (await stranger.Ask("RequestGetUserInfo", new { userId = a.UserId })).Done().GetProperty("user").Number("avatarUpdated");
        Assert.True(after > before);

        (await a.Ask("RequestDeleteUser", new { androidSmsToken = (string?)null, openUserId = a.Account.OpenUserId })).Done();
        (await a.Ask("RequestDeleteUserConfirmation", new { code = ServerSettings.Code })).Done();
        await FileClient.Refused(404, "not_found", strange.Send(HttpMethod.Get, own));
        await FileClient.Refused(401, "unauthenticated", mine.Send(HttpMethod.Get, own));

        static ByteArrayContent Picture() => new(Bytes) { Headers = { ContentType = MediaTypeHeaderValue.Parse("image/png") } };
    }

    private static ByteArrayContent Typed(byte[] bytes) => new(bytes) { Headers = { ContentType = MediaTypeHeaderValue.Parse(FileClient.Piece) } };

    /// <summary>By a URL alone, without a credential.</summary>
    private async Task<byte[]> Fetch(string url)
    {
        using var nobody = new FileClient(Server.Http, null);
        using var answer = await nobody.Send(HttpMethod.Get, url);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsByteArrayAsync();
    }

    private async Task<(Phone A, Phone B, ConversationHandle Conversation, string Message)> Prepare()
    {
        var (a, b) = await Two();
        var conversation = await a.Group(b);
        return (a, b, conversation, await FileClient.WithFiles(a, conversation));
    }
}
