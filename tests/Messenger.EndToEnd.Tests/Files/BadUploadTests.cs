using System.Net;
using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Phones;

namespace Messenger.EndToEnd.Tests.Files;

/// <summary>What clients send that they should not: each gets an answer that says what is wrong, and nothing becomes visible.</summary>
public class BadUploadTests(SharedServer server) : OnSharedServer(server)
{
    private static readonly byte[] Bytes = new byte[1000];

    [Fact]
    public async Task Names_that_are_none()
    {
        var (mine, conversation, message, a) = await Prepare();
        foreach (var name in new[] { "", new string('n', 5000), "a\nb", "a\0b", "\u007f", "a\u0085b" })
        {
            await FileClient.Refused(400, "bad_request", mine.OneShot(conversation, message, name, Bytes));
            await FileClient.Refused(400, "bad_request", mine.Create(FileClient.Metadata(conversation, message, name), "1000"));
        }

        // Names are opaque: what would be a path elsewhere is a name here, and comes nowhere near a disk.
        var odd = new[] { "../../../../etc/passwd", "..", "/etc/passwd", "C:\\windows", "%2e%2e%2f", "név \U0001F600 ?#&+=", "a;b,c\"d" };
        foreach (var name in odd)
        {
            using var sent = await mine.OneShot(conversation, message, name, Bytes);
            Assert.Equal(HttpStatusCode.Created, sent.StatusCode);
        }

        var files = await FileClient.FilesOf(a, conversation, message);
        Assert.Equal(odd.Order(), files.Select(file => file.Text("fileNameEncrypted")!).Order());
        foreach (var file in files)
        {
            using var nobody = new FileClient(Server.Http, null);
            using var got = await nobody.Send(HttpMethod.Get, file.Text("downloadUrl")!);
            Assert.Equal(Bytes, await got.Content.ReadAsByteArrayAsync());
        }

        foreach (var path in new[] { "/assets/../messenger.db", "/download/../../etc/passwd", "/download/conversation_x/y", "/avatar/user_../x", "/avatar/nobody", "/upload/x" })
        {
            using var got = await mine.Send(HttpMethod.Get, path);
            Assert.True(got.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed, $"{path}: {got.StatusCode}");
        }
    }

    [Fact]
    public async Task Metadata_that_is_none()
    {
        var (mine, conversation, message, _) = await Prepare();
        var good = FileClient.Metadata(conversation, message, "name");
        foreach (var metadata in new[]
        {
            null, "", "name", good.Replace("conversationUuid", "other", StringComparison.Ordinal), good + ",width LTU=", good + ",height eHg=", good + ",duration MS41",
            good + ",mimeType dGV4dA==", good.Replace("mimeType", "mime", StringComparison.Ordinal), good + ",x !!!", good + ",x //8=", good + ",a b c", new string('x', 12_000),
        })
        {
            await FileClient.Refused(400, "bad_request", mine.Create(metadata, "10"));
        }

        // Past what the edge takes of headers nothing of ours reads them.
        await FileClient.Refused(431, null, mine.Create(new string('x', 40_000), "10"));

        await FileClient.Refused(400, "bad_request", mine.OneShot(conversation, message, "n", Bytes, ""));
        await FileClient.Refused(400, "bad_request", mine.OneShot(conversation, message, "n", Bytes, "&mimeType=text/html;x"));
        await FileClient.Refused(400, "bad_request", mine.OneShot(conversation, "not-a-uuid", "n", Bytes));
        await FileClient.Refused(412, "bad_request", mine.Send(HttpMethod.Post, "/upload", null, ("Upload-Length", "10"), ("Upload-Metadata", good)));
    }

    [Fact]
    public async Task Lengths_and_offsets_that_do_not_fit()
    {
        var (mine, conversation, message, a) = await Prepare();
        var good = FileClient.Metadata(conversation, message, "name");
        foreach (var length in new[] { null, "-1", "ten", "1.5", "99999999999999999999" })
        {
            await FileClient.Refused(400, "bad_request", mine.Create(good, length));
        }

        await FileClient.Refused(413, "bad_request", mine.Create(good, "999999999999"));
        var upload = await mine.Created(conversation, message, "name", 1000);
        await FileClient.Refused(409, "conflict", mine.Patch(upload, 1, new ByteArrayContent(Bytes)));
        await FileClient.Refused(409, "conflict", mine.Patch(upload, 1000, new ByteArrayContent([])));
        await FileClient.Refused(400, "bad_request", mine.Patch(upload, -1, new ByteArrayContent(Bytes)));
        await FileClient.Refused(413, "bad_request", mine.Patch(upload, 0, new ByteArrayContent(new byte[1001])));
        await FileClient.Refused(415, "bad_request", mine.Patch(upload, 0, new ByteArrayContent(Bytes), type: "application/octet-stream"));
        await FileClient.Refused(400, "bad_request", mine.Patch(upload, 0, new ByteArrayContent(Bytes), "crc32 AAAA"));
        await FileClient.Refused(400, "bad_request", mine.Patch(upload, 0, new ByteArrayContent(Bytes), "sha1"));
        Assert.Equal(0, await mine.Offset(upload));

        // Without a length of its own a body can only be found too long once it came.
        using var chunked = new StreamContent(new Endless(5000));
        await FileClient.Refused(400, "bad_request", mine.Patch(upload, 0, chunked));
        await FileClient.Refused(404, null, mine.Head(upload));
        await FileClient.Refused(411, "bad_request", mine.Send(
            HttpMethod.Post, $"/upload/conversation_{conversation.Uuid}/{message}?fileNameEncrypted=n&mimeType=a/b", new StreamContent(new Endless(10))));
        Assert.Empty(await FileClient.FilesOf(a, conversation, message));
    }

    [Fact]
    public async Task A_connection_that_is_cut_leaves_nothing_visible_and_what_came_of_an_upload()
    {
        var (mine, conversation, message, a) = await Prepare();
        var upload = await mine.Created(conversation, message, "name", 1000);

        // A Content-Length that is a lie: less comes, and then nothing.
        using (await mine.Hanging(upload, 0, new byte[400], 1000))
        {
            await FileClient.UntilReceived(Path.Combine(Server.DataDirectory, "files"), upload);
        }

        (await mine.Unfinished($"POST /upload/conversation_{conversation.Uuid}/{message}?fileNameEncrypted=n&mimeType=a/b", "", new byte[400], 1000)).Dispose();

        // Who asks at once hears of all that came.
        var offset = await mine.Offset(upload);
        Assert.Equal(400, offset);
        Assert.Empty(await FileClient.FilesOf(a, conversation, message));
        using var rest = await mine.Patch(upload, offset, new ByteArrayContent(Bytes[(int)offset..]));
        Assert.Equal(HttpStatusCode.NoContent, rest.StatusCode);
        Assert.Equal("name", Assert.Single(await FileClient.FilesOf(a, conversation, message)).Text("fileNameEncrypted"));
    }

    [Fact]
    public async Task Whoever_asks_takes_the_upload_over_from_a_connection_that_hangs()
    {
        var (mine, conversation, message, a) = await Prepare();
        var upload = await mine.Created(conversation, message, "name", 1000);
        using var hanging = await mine.Hanging(upload, 0, new byte[400], 1000);
        await FileClient.UntilReceived(Path.Combine(Server.DataDirectory, "files"), upload);

        // What the hanging one has brought is recorded first, and both cannot go on.
        var offset = await mine.Offset(upload);
        Assert.Equal(400, offset);
        using var rest = await mine.Patch(upload, offset, new ByteArrayContent(Bytes[(int)offset..]));
        Assert.Equal(HttpStatusCode.NoContent, rest.StatusCode);
        using var reader = new StreamReader(hanging.GetStream());
        Assert.Contains("423", await reader.ReadLineAsync(), StringComparison.Ordinal);
    }

    private async Task<(FileClient Mine, ConversationHandle Conversation, string Message, Phone A)> Prepare()
    {
        var (a, b) = await Two();
        var conversation = await a.Dialog(b);
        return (new FileClient(Server.Http, a), conversation, await FileClient.WithFiles(a, conversation), a);
    }

    /// <summary>Bytes of a length that nobody is told.</summary>
    private sealed class Endless(int length) : MemoryStream(new byte[length])
    {
        public override bool CanSeek => false;
    }
}
