using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Phones;

namespace Messenger.EndToEnd.Tests.Files;

/// <summary>A phone's side of HTTP: uploads, downloads, avatars. It shares no code with the server.</summary>
public sealed class FileClient : IDisposable
{
    public const string Piece = "application/offset+octet-stream";

    private readonly HttpClient _http;

    /// <param name="owner">Null for somebody without a credential.</param>
    public FileClient(Uri server, Phone? owner)
    {
        _http = new HttpClient { BaseAddress = server, Timeout = TimeSpan.FromMinutes(3) };
        if (owner is not null)
        {
            _http.DefaultRequestHeaders.Authorization = Credential(owner);
        }
    }

    public static AuthenticationHeaderValue Credential(Phone owner) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{owner.UserId}:{owner.Account.Application}")));

    /// <summary>Sends a message that files can be added to.</summary>
    public static async Task<string> WithFiles(Phone me, ConversationHandle conversation)
    {
        var uuid = Opaque.Uuid();
        (await me.Ask("RequestAddMessage", conversation.Draft(uuid, hasFiles: true))).Done();
        return uuid;
    }

    /// <summary>Asks for a message's files, both ways, which agree.</summary>
    public static async Task<JsonElement[]> FilesOf(Phone me, ConversationHandle conversation, string message)
    {
        var asked = new { conversationUuid = conversation.Uuid, messageUuid = message };
        var recorded = (await me.Ask("RequestGetFilesFast", asked)).Done().Items("files");
        var present = (await me.Ask("RequestGetFiles", asked)).Done().Items("files");
        Assert.Equal(recorded.Select(file => file.Text("fileNameEncrypted")), present.Select(file => file.Text("fileNameEncrypted")));
        return present;
    }

    public Task<HttpResponseMessage> OneShot(ConversationHandle conversation, string message, string name, byte[] bytes, string more = "&mimeType=image/jpeg") => Send(
        HttpMethod.Post, $"/upload/conversation_{conversation.Uuid}/{message}?fileNameEncrypted={Uri.EscapeDataString(name)}{more}", new ByteArrayContent(bytes));

    public static string Metadata(ConversationHandle conversation, string message, string name) => string.Join(',', new Dictionary<string, string>
    {
        ["conversationUuid"] = conversation.Uuid,
        ["messageUuid"] = message,
        ["fileNameEncrypted"] = name,
        ["mimeType"] = "video/mp4",
        ["duration"] = "7",
    }.Select(pair => $"{pair.Key} {Convert.ToBase64String(Encoding.UTF8.GetBytes(pair.Value))}"));

    public Task<HttpResponseMessage> Create(string? metadata, string? length, HttpContent? body = null) => Send(
        HttpMethod.Post, "/upload", body, ("Tus-Resumable", "1.0.0"), ("Upload-Length", length), ("Upload-Metadata", metadata));

    /// <summary>Creates an upload; its path.</summary>
    public async Task<string> Created(ConversationHandle conversation, string message, string name, long length)
    {
        using var answer = await Create(Metadata(conversation, message, name), length.ToString(CultureInfo.InvariantCulture));
        Assert.Equal(201, (int)answer.StatusCode);
        return answer.Headers.Location!.AbsolutePath;
    }

    public Task<HttpResponseMessage> Patch(string upload, long offset, HttpContent body, string? checksum = null, string type = Piece)
    {
        body.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        return Send(
            HttpMethod.Patch, upload, body, ("Tus-Resumable", "1.0.0"), ("Upload-Offset", offset.ToString(CultureInfo.InvariantCulture)), ("Upload-Checksum", checksum));
    }

    public Task<HttpResponseMessage> Head(string upload) => Send(HttpMethod.Head, upload, null, ("Tus-Resumable", "1.0.0"));

    /// <summary>The bytes of an upload that are there.</summary>
    public async Task<long> Offset(string upload)
    {
        using var answer = await Head(upload);
        Assert.Equal(200, (int)answer.StatusCode);
        return long.Parse(answer.Headers.GetValues("Upload-Offset").Single(), CultureInfo.InvariantCulture);
    }

    public async Task<HttpResponseMessage> Send(HttpMethod method, string path, HttpContent? body = null, params (string Name, string? Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        foreach (var (name, value) in headers)
        {
            if (value is not null)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>A PATCH that brings less than it says, and then hangs.</summary>
    public Task<TcpClient> Hanging(string upload, long offset, byte[] sent, int said) => Unfinished(
        $"PATCH {upload}", $"Tus-Resumable: 1.0.0\r\nUpload-Offset: {offset}\r\nContent-Type: {Piece}\r\n", sent, said);

    /// <summary>A request whose body is shorter than it says; it comes in one packet, so that who has seen its headers has all of it.</summary>
    public async Task<TcpClient> Unfinished(string request, string headers, byte[] sent, int said)
    {
        var (server, credential) = (_http.BaseAddress!, _http.DefaultRequestHeaders.Authorization);
        var connection = new TcpClient();
        await connection.ConnectAsync(server.Host, server.Port);
        var text = $"{request} HTTP/1.1\r\nHost: {server.Authority}\r\nAuthorization: {credential}\r\nContent-Length: {said}\r\n{headers}\r\n";
        await connection.GetStream().WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(text), .. sent]);
        return connection;
    }

    /// <summary>Waits until the server writes an upload into this folder.</summary>
    public static Task UntilReceived(string files, string upload)
    {
        var name = Guid.Parse(upload.Split('/')[^1]).ToString("N");
        return Deadlines.Until(
            () => Task.FromResult(File.Exists(Path.Combine(files, "partial", name[..2], name))), Deadlines.Frame, () => "nothing is received");
    }

    /// <summary>Fails the test unless it was refused with this code, in words.</summary>
    public static async Task Refused(int code, string? status, Task<HttpResponseMessage> sent)
    {
        using var answer = await sent;
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(code == (int)answer.StatusCode, $"{code} expected: {(int)answer.StatusCode} {text}");
        if (status is not null)
        {
            using var body = JsonDocument.Parse(text);
            Assert.Equal(status, body.RootElement.Text("status"));
            Assert.False(string.IsNullOrWhiteSpace(body.RootElement.Text("description")), "a refusal says what to do");
        }
    }

    public void Dispose() => _http.Dispose();
}
