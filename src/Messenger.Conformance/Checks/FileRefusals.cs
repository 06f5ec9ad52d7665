using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using Messenger.Conformance.Phones;
using Messenger.Conformance.Rules;

namespace Messenger.Conformance.Checks;

/// <summary>What an upload or download may not do, and how it goes on after a broken connection.</summary>
internal static class FileRefusalChecks
{
    private static readonly byte[] Content = FileChecks.Content;

    public static IReadOnlyList<Check> All { get; } =
    [
        new("A refusal over HTTP is an object as over the socket", ["FILE-9", "FILE-10"], ARefusalIsAnObject),
        new("Who is no member finds nothing, and a wrong signature opens nothing", ["FILE-10"], WhoIsNoMemberFindsNothing),
        new("The same file again is the same, another size under its name a conflict", ["FILE-11"], TheSameFileAgain),
        new("A name whose URL another file has is refused", ["FILE-11"], NamesOfOneUrl),
        new("An upload is asked how far it is and goes on from there", ["FILE-12"], AnUploadGoesOn),
        new("A part with a wrong checksum is not taken, one with the right is", ["FILE-13"], AChecksumIsHeld),
    ];

    private static async Task ARefusalIsAnObject(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var (conversation, message) = await FileChecks.Announced(a, b);
        using var other = await FileChecks.Http(fixture, b);
        using var answer = await other.PostAsync(FileChecks.OneShot(conversation, message), new ByteArrayContent(Content));
        Expect.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Expect.Equal("forbidden", body.RootElement.Text("status"));
        Expect.True(body.RootElement.IsNull("requestType"));
        Expect.False(string.IsNullOrWhiteSpace(body.RootElement.Text("description")));
    }

    private static async Task WhoIsNoMemberFindsNothing(CheckFixture fixture)
    {
        var (a, b, stranger) = await fixture.Three();
        var (conversation, message) = await FileChecks.Announced(a, b);
        using var author = await FileChecks.Http(fixture, a);
        using var outside = await FileChecks.Http(fixture, stranger);
        using var refused = await outside.PostAsync(FileChecks.OneShot(conversation, message), new ByteArrayContent(Content));
        Expect.Equal(HttpStatusCode.NotFound, refused.StatusCode);
        using var up = await author.PostAsync(FileChecks.OneShot(conversation, message), new ByteArrayContent(Content));
        FileChecks.Good(up);
        await b.Notified("FileReadyNotification", told => told.Payload.Is("messageUuid", message));

        using var hidden = await outside.GetAsync(FileChecks.Download(conversation, message));
        Expect.Equal(HttpStatusCode.NotFound, hidden.StatusCode);
        var file = Expect.Single((await b.Ask("RequestGetFiles", new { conversationUuid = conversation.Uuid, messageUuid = message })).Done().Items("files"));
        using var anybody = new HttpClient();
        var signed = new Uri(fixture.Http, file.Text("downloadUrl")!).ToString();
        Expect.True(signed.Contains("sig=", StringComparison.Ordinal), "a download URL is signed");
        using var forged = await anybody.GetAsync(new Uri(signed.Replace("sig=", "sig=x", StringComparison.Ordinal)));
        Expect.Equal(HttpStatusCode.Forbidden, forged.StatusCode);
        using var later = await anybody.GetAsync(new Uri(signed.Replace("exp=", "exp=9", StringComparison.Ordinal)));
        Expect.Equal(HttpStatusCode.Forbidden, later.StatusCode);
    }

    private static async Task TheSameFileAgain(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var (conversation, message) = await FileChecks.Announced(a, b);
        using var author = await FileChecks.Http(fixture, a);
        for (var i = 0; i < 2; i++)
        {
            using var up = await author.PostAsync(FileChecks.OneShot(conversation, message), new ByteArrayContent(Content));
            Expect.Equal(HttpStatusCode.Created, up.StatusCode);
        }

        using var other = await author.PostAsync(FileChecks.OneShot(conversation, message), new ByteArrayContent(Content[1..]));
        Expect.Equal(HttpStatusCode.Conflict, other.StatusCode);
        Expect.Single((await b.Ask("RequestGetFilesFast", new { conversationUuid = conversation.Uuid, messageUuid = message })).Done().Items("files"));
    }

    private static async Task NamesOfOneUrl(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var (conversation, message) = await FileChecks.Announced(a, b);
        using var author = await FileChecks.Http(fixture, a);
        using var first = await author.PostAsync(FileChecks.OneShot(conversation, message, "a/b_c="), new ByteArrayContent(Content));
        Expect.Equal(HttpStatusCode.Created, first.StatusCode);
        using var second = await author.PostAsync(FileChecks.OneShot(conversation, message, "a_b_c="), new ByteArrayContent(Content));
        Expect.Equal(HttpStatusCode.Conflict, second.StatusCode);
        Expect.Equal(["a/b_c="], (await b.Ask("RequestGetFilesFast", new { conversationUuid = conversation.Uuid, messageUuid = message })).Done()
            .Items("files").Select(file => file.Text("fileNameEncrypted")));
    }

    private static async Task AnUploadGoesOn(CheckFixture fixture)
    {
        const int Half = 10;
        var (a, b) = await fixture.Two();
        var (conversation, message) = await FileChecks.Announced(a, b);
        Uri place;
        using (var first = await FileChecks.Http(fixture, a))
        {
            place = await FileChecks.Create(first, conversation, message);
            using var patched = await FileChecks.Patch(first, place, 0, Content[..Half]);
            Expect.Equal(HttpStatusCode.NoContent, patched.StatusCode);
        }

        using var again = await FileChecks.Http(fixture, a);
        again.DefaultRequestHeaders.Add("Tus-Resumable", "1.0.0");
        using var head = new HttpRequestMessage(HttpMethod.Head, place);
        using var so = await again.SendAsync(head);
        Expect.Equal($"{Half}", so.Headers.GetValues("Upload-Offset").Single());
        using var wrong = await FileChecks.Patch(again, place, Half + 1, Content[(Half + 1)..]);
        Expect.Equal(HttpStatusCode.Conflict, wrong.StatusCode);
        using var rest = await FileChecks.Patch(again, place, Half, Content[Half..]);
        Expect.Equal(HttpStatusCode.NoContent, rest.StatusCode);
        await b.Notified("FileReadyNotification", told => told.Payload.Is("messageUuid", message));
    }

    private static async Task AChecksumIsHeld(CheckFixture fixture)
    {
        // As the extension of tus has it: a client of that protocol knows this number.
        const HttpStatusCode Mismatch = (HttpStatusCode)460;
        var (a, b) = await fixture.Two();
        var (conversation, message) = await FileChecks.Announced(a, b);
        using var author = await FileChecks.Http(fixture, a);
        var place = await FileChecks.Create(author, conversation, message);
        using var wrong = await FileChecks.Patch(author, place, 0, Content, $"sha256 {Convert.ToBase64String(SHA256.HashData([1]))}");
        Expect.Equal(Mismatch, wrong.StatusCode);
        using var right = await FileChecks.Patch(author, place, 0, Content, $"sha256 {Convert.ToBase64String(SHA256.HashData(Content))}");
        Expect.Equal(HttpStatusCode.NoContent, right.StatusCode);
        await b.Notified("FileReadyNotification", told => told.Payload.Is("messageUuid", message));
    }
}
