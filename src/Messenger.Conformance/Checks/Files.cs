using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Messenger.Conformance.Phones;
using Messenger.Conformance.Rules;

namespace Messenger.Conformance.Checks;

/// <summary>Uploads, downloads and avatars over HTTP. Statuses are held to their class, where the protocol leaves the number open.</summary>
internal static class FileChecks
{
    /// <summary>With a slash, which a path shows as an underscore.</summary>
    private const string Name = "bmFt/Q==";

    internal static readonly byte[] Content = "the ciphertext of a small file"u8.ToArray();

    public static IReadOnlyList<Check> All { get; } =
    [
        new("A message without files has an empty list and one that is not there is not found", ["FILE-7"], AMessageWithoutFiles),
        new("A small file goes up in one shot and everybody hears of it and can fetch it", ["FILE-1", "FILE-3", "FILE-4", "FILE-5", "FILE-6", "FILE-7"], InOneShot),
        new("A file goes up in parts by tus", ["FILE-2", "FILE-5"], InParts),
        new("Only the author uploads, with a credential, where files were announced", ["FILE-1", "FILE-4"], OnlyTheAuthor),
        new("Avatars are put by those who may and read by members", ["FILE-8"], Avatars),
    ];

    private static async Task AMessageWithoutFiles(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var conversation = await a.Dialog(b);
        var messageUuid = (await a.Say(conversation)).Text("uuid")!;
        foreach (var type in new[] { "RequestGetFiles", "RequestGetFilesFast" })
        {
            Expect.Empty((await b.Ask(type, new { conversationUuid = conversation.Uuid, messageUuid })).Done().Items("files"));
            (await b.Ask(type, new { conversationUuid = conversation.Uuid, messageUuid = Opaque.Uuid() })).Refused("not_found");
        }
    }

    private static async Task InOneShot(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var (conversation, message) = await Announced(a, b);
        using var http = await Http(fixture, a);
        using var up = await http.PostAsync(OneShot(conversation, message), new ByteArrayContent(Content));
        Good(up);

        await FileIsThere(fixture, b, conversation, message);
    }

    private static async Task InParts(CheckFixture fixture)
    {
        const int Half = 10;
        var (a, b) = await fixture.Two();
        var (conversation, message) = await Announced(a, b);
        using var http = await Http(fixture, a);
        var place = await Create(http, conversation, message);
        foreach (var (offset, part) in new[] { (0, Content[..Half]), (Half, Content[Half..]) })
        {
            using var patched = await Patch(http, place, offset, part);
            Expect.Equal(HttpStatusCode.NoContent, patched.StatusCode);
            Expect.Equal($"{offset + part.Length}", patched.Headers.GetValues("Upload-Offset").Single());
        }

        await FileIsThere(fixture, b, conversation, message);
    }

    private static async Task OnlyTheAuthor(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var (conversation, message) = await Announced(a, b);
        var none = (await a.Say(conversation)).Text("uuid")!;
        using var author = await Http(fixture, a);
        using var other = await Http(fixture, b);
        using var nobody = new HttpClient { BaseAddress = fixture.Http };
        Expect.Equal(HttpStatusCode.Unauthorized, await Post(nobody, message));
        Expect.InRange((int)await Post(other, message), 400, 499);
        Expect.InRange((int)await Post(author, none), 400, 499);

        async Task<HttpStatusCode> Post(HttpClient http, string uuid)
        {
            using var answer = await http.PostAsync(OneShot(conversation, uuid), new ByteArrayContent(Content));
            return answer.StatusCode;
        }
    }

    private static async Task Avatars(CheckFixture fixture)
    {
        var (a, b, stranger) = await fixture.Three();
        var conversation = await a.Group(b);
        using var admin = await Http(fixture, a);
        using var member = await Http(fixture, b);
        using var outside = await Http(fixture, stranger);
        var path = $"avatar/conversation_{conversation.Uuid}";
        using var refused = await member.PutAsync(new Uri(path, UriKind.Relative), new ByteArrayContent(Content));
        Expect.InRange((int)refused.StatusCode, 400, 499);
        using var put = await admin.PutAsync(new Uri(path, UriKind.Relative), new ByteArrayContent(Content));
        Good(put);

        await b.HearEvent(conversation, "AvatarChanged");
        await b.Notified("ConversationAvatarChangedNotification", told => told.Payload.Is("conversationUuid", conversation.Uuid));
        Expect.True((await b.Conversation(conversation)).GetProperty("conversation").Flag("hasAvatar"));
        Expect.Equal(Content, await member.GetByteArrayAsync(new Uri(path, UriKind.Relative)));
        using var hidden = await outside.GetAsync(new Uri(path, UriKind.Relative));
        Expect.InRange((int)hidden.StatusCode, 400, 499);

        var own = $"avatar/user_{a.UserId.Replace('+', '-').Replace('/', '_').TrimEnd('=')}";
        using var mine = await admin.PutAsync(new Uri(own, UriKind.Relative), new ByteArrayContent(Content));
        Good(mine);
        using var foreign = await member.PutAsync(new Uri(own, UriKind.Relative), new ByteArrayContent(Content));
        Expect.InRange((int)foreign.StatusCode, 400, 499);
        Expect.Equal(Content, await outside.GetByteArrayAsync(new Uri(own, UriKind.Relative)));
    }

    private static async Task FileIsThere(CheckFixture fixture, Phone reader, ConversationHandle conversation, string message)
    {
        var told = await reader.Notified("FileReadyNotification", notified => notified.Payload.Is("messageUuid", message));
        Expect.True(told.Payload.Is("conversationUuid", conversation.Uuid));
        foreach (var type in new[] { "RequestGetFiles", "RequestGetFilesFast" })
        {
            var file = Expect.Single((await reader.Ask(type, new { conversationUuid = conversation.Uuid, messageUuid = message })).Done().Items("files"));
            Expect.Equal(Name, file.Text("fileNameEncrypted"));
            Expect.Equal(Content.Length, file.Number("size"));

            // A signed URL needs no credential.
            using var anybody = new HttpClient();
            Expect.Equal(Content, await anybody.GetByteArrayAsync(new Uri(fixture.Http, file.Text("downloadUrl")!)));
        }

        using var http = await Http(fixture, reader);
        var path = Download(conversation, message);
        using var part = new HttpRequestMessage(HttpMethod.Get, path);
        part.Headers.Range = new RangeHeaderValue(4, 13);
        using var ranged = await http.SendAsync(part);
        Expect.Equal(HttpStatusCode.PartialContent, ranged.StatusCode);
        Expect.Equal(Content[4..14], await ranged.Content.ReadAsByteArrayAsync());
        Expect.True(ranged.Headers.ETag is not null, "a download has an ETag");
        using var head = new HttpRequestMessage(HttpMethod.Head, path);
        using var told2 = await http.SendAsync(head);
        Expect.Equal<long?>(Content.Length, told2.Content.Headers.ContentLength);
        using var nobody = new HttpClient { BaseAddress = fixture.Http };
        using var unsigned = await nobody.GetAsync(path);
        Expect.Equal(HttpStatusCode.Unauthorized, unsigned.StatusCode);
    }

    internal static async Task<(ConversationHandle Conversation, string Message)> Announced(Phone a, Phone b)
    {
        var conversation = await a.Dialog(b);
        var stored = (await a.Ask("RequestAddMessage", conversation.Draft(hasFiles: true))).Done().GetProperty("message");
        return (conversation, stored.Text("uuid")!);
    }

    /// <summary>Begins an upload by tus; gives its address.</summary>
    internal static async Task<Uri> Create(HttpClient http, ConversationHandle conversation, string message)
    {
        http.DefaultRequestHeaders.Add("Tus-Resumable", "1.0.0");
        using var create = new HttpRequestMessage(HttpMethod.Post, "upload") { Content = new ByteArrayContent([]) };
        create.Headers.Add("Upload-Length", $"{Content.Length}");
        create.Headers.Add("Upload-Metadata", string.Join(',', new[] { ("conversationUuid", conversation.Uuid), ("messageUuid", message), ("fileNameEncrypted", Name), ("mimeType", "text/plain") }
            .Select(pair => $"{pair.Item1} {Convert.ToBase64String(Encoding.UTF8.GetBytes(pair.Item2))}")));
        using var created = await http.SendAsync(create);
        Expect.Equal(HttpStatusCode.Created, created.StatusCode);
        return new Uri(http.BaseAddress!, created.Headers.Location ?? throw new BrokenRuleException("a created upload has no Location"));
    }

    internal static async Task<HttpResponseMessage> Patch(HttpClient http, Uri place, int offset, byte[] part, string? checksum = null)
    {
        using var patch = new HttpRequestMessage(HttpMethod.Patch, place) { Content = new ByteArrayContent(part) };
        patch.Headers.Add("Upload-Offset", $"{offset}");
        if (checksum is not null)
        {
            patch.Headers.Add("Upload-Checksum", checksum);
        }

        patch.Content.Headers.ContentType = new MediaTypeHeaderValue("application/offset+octet-stream");
        return await http.SendAsync(patch);
    }

    internal static Uri Download(ConversationHandle conversation, string message) =>
        new($"download/conversation_{conversation.Uuid}/{message}_{Name.Replace('/', '_')}", UriKind.Relative);

    internal static Uri OneShot(ConversationHandle conversation, string message, string name = Name) =>
        new($"upload/conversation_{conversation.Uuid}/{message}?fileNameEncrypted={Uri.EscapeDataString(name)}&mimeType=text%2Fplain", UriKind.Relative);

    /// <summary>With the credential of a phone. A server that knows nothing of uploads serves no files at all.</summary>
    internal static async Task<HttpClient> Http(CheckFixture fixture, Phone phone)
    {
        var http = new HttpClient { BaseAddress = fixture.Http, Timeout = Timeouts.Frame };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{phone.UserId}:{phone.Account.Application}")));
        using var options = new HttpRequestMessage(HttpMethod.Options, "upload");
        using var answer = await http.SendAsync(options);
        if (answer.StatusCode == HttpStatusCode.NotFound)
        {
            http.Dispose();
            throw new NotTriedException("this server has no /upload");
        }

        return http;
    }

    internal static void Good(HttpResponseMessage answer) => Expect.True(answer.IsSuccessStatusCode, $"{answer.RequestMessage?.Method} {answer.RequestMessage?.RequestUri?.AbsolutePath} gave {(int)answer.StatusCode}");
}
