using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Messenger.EndToEnd.Tests.Cluster;
using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Phones;
using Messenger.Testing.Servers;

namespace Messenger.EndToEnd.Tests.Files;

/// <summary>Uploads that somebody else's client cuts and resumes, and servers that die on the way.</summary>
public sealed class ResumeTests : IDisposable
{
    private const int MiB = 1024 * 1024;
    private const int Length = 50 * MiB;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("messenger-e2e-files-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Tus_js_client_is_cut_at_one_gateway_and_goes_on_at_another()
    {
        var shared = Path.Combine(_folder.FullName, "shared");
        await using var cluster = await ClusterFixture.StartAsync(("Files__Directory", shared));
        var (one, other) = (cluster.GatewayProcesses[0].Settings, cluster.GatewayProcesses[1].Settings);
        await using var a = await Phone.Join(one);
        await using var b = await Phone.Join(other);
        var conversation = await a.Dialog(b);
        var message = await FileClient.WithFiles(a, conversation);
        var file = Path.Combine(_folder.FullName, "film");
        await File.WriteAllBytesAsync(file, RandomNumberGenerator.GetBytes(Length));

        var said = await Node(
            Origin(one), Origin(other), file, FileClient.Credential(a).ToString(),
            JsonSerializer.Serialize(new { conversationUuid = conversation.Uuid, messageUuid = message, fileNameEncrypted = "film", mimeType = "video/mp4" }), $"{Length / 2}");

        // It went on in the middle, and not from the beginning.
        var offset = long.Parse(said.First(line => line.StartsWith("offset ", StringComparison.Ordinal)).Split(' ')[1], CultureInfo.InvariantCulture);
        Assert.InRange(offset, 1, Length - 1);
        var url = (await b.Notified("FileReadyNotification")).Payload.Text("downloadUrl")!;
        Assert.StartsWith(Origin(other), url);
        await AssertSame(file, url);

        // The other gateway knows the signature too.
        await AssertSame(file, url.Replace(Origin(other), Origin(one), StringComparison.Ordinal));
        Assert.Equal(Length, Assert.Single(await FileClient.FilesOf(b, conversation, message)).Number("size"));

        await Hanging();

        // A gateway whose folder is another one does not start.
        var elsewhere = new Dictionary<string, string>(one.Environment)
        {
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{Ports.Free(1)[0]}",
            ["Files__Directory"] = Path.Combine(_folder.FullName, "elsewhere"),
        };
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => ServerProcess.StartAsync(one with { Environment = elsewhere, DataDirectory = _folder.CreateSubdirectory("third").FullName }));
        Assert.Contains("not the folder of this cluster's other gateways", refused.Message, StringComparison.Ordinal);

        // A connection hangs at one gateway: who asks at the other hears of every byte that came, and goes on there.
        async Task Hanging()
        {
            var bytes = RandomNumberGenerator.GetBytes(1000);
            using var here = new FileClient(one.Http, a);
            using var there = new FileClient(other.Http, a);
            var upload = await here.Created(conversation, message, "second", bytes.Length);
            using var hanging = await here.Hanging(upload, 0, bytes[..400], bytes.Length);
            await FileClient.UntilReceived(shared, upload);

            Assert.Equal(400, await there.Offset(upload));
            using var rest = await there.Patch(upload, 400, new ByteArrayContent(bytes[400..]));
            Assert.Equal(HttpStatusCode.NoContent, rest.StatusCode);
            using var reader = new StreamReader(hanging.GetStream());
            Assert.Contains("423", await reader.ReadLineAsync(), StringComparison.Ordinal);

            // The connection is still good for what comes next on it, behind the rest of the body.
            await hanging.GetStream().WriteAsync(bytes.AsMemory(400));
            await hanging.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"OPTIONS /upload HTTP/1.1\r\nHost: {one.Http.Authority}\r\n\r\n"));
            using var deadline = new CancellationTokenSource(Deadlines.Frame);
            string? line;
            do
            {
                line = await reader.ReadLineAsync(deadline.Token);
                Assert.NotNull(line);
            }
            while (!line.Contains("HTTP/1.1 204", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_killed_server_leaves_no_visible_partial_file_and_the_upload_goes_on()
    {
        await using var server = await ServerProcess.StartAsync(ServerSettings.Embedded());
        await using var a = await Phone.Join(server.Settings);
        await using var b = await Phone.Join(server.Settings);
        var conversation = await a.Dialog(b);
        var message = await FileClient.WithFiles(a, conversation);
        using var mine = new FileClient(server.Settings.Http, a);
        var bytes = RandomNumberGenerator.GetBytes(8 * MiB);
        var upload = await mine.Created(conversation, message, "film", bytes.Length);
        (await mine.Patch(upload, 0, new ByteArrayContent(bytes[..MiB]))).Dispose();

        // Two bodies of which a half came: by pieces and in one shot.
        var pieces = new Stalling(bytes[MiB..]);
        var whole = new Stalling(bytes);
        var sent = new[]
        {
            mine.Patch(upload, MiB, new StreamContent(pieces)),
            mine.Send(HttpMethod.Post, $"/upload/conversation_{conversation.Uuid}/{message}?fileNameEncrypted=n&mimeType=a/b", new StreamContent(whole)),
        };
        await Task.WhenAll(pieces.Stalled, whole.Stalled).WaitAsync(Deadlines.Frame);
        server.Kill9();
        pieces.Break();
        whole.Break();
        foreach (var one in sent)
        {
            await Assert.ThrowsAnyAsync<Exception>(() => one);
        }

        await server.Restart();
        var complete = Path.Combine(server.Settings.DataDirectory, "files", "files");
        Assert.Empty(Directory.Exists(complete) ? Directory.GetFiles(complete, "*", SearchOption.AllDirectories) : []);
        Assert.Empty(await Files());
        var offset = await mine.Offset(upload);
        Assert.InRange(offset, MiB, bytes.Length - 1);
        using var rest = await mine.Patch(upload, offset, new ByteArrayContent(bytes[(int)offset..]));
        Assert.Equal(HttpStatusCode.NoContent, rest.StatusCode);
        var url = Assert.Single(await Files()).Text("downloadUrl")!;
        using var http = new HttpClient();
        Assert.Equal(bytes, await http.GetByteArrayAsync(new Uri(url)));

        // Devices are told to resynchronise (1012) where the dead process had something left to tell: then this one comes back once more.
        async Task<JsonElement[]> Files()
        {
            JsonElement[]? files = null;
            await Deadlines.Until(
                async () =>
                {
                    try
                    {
                        await b.Return(server.Settings.WebSocket);
                        files = await FileClient.FilesOf(b, conversation, message);
                        return true;
                    }
                    catch (ConnectionBrokenException)
                    {
                        return false;
                    }
                },
                Deadlines.Recovery,
                () => "the phone does not stay connected");
            return files!;
        }
    }

    [Fact]
    public async Task An_object_store_that_is_away_is_unavailable_and_comes_back()
    {
        await using var store = await S3Rver.Start();
        var assets = _folder.CreateSubdirectory("assets").FullName;
        await File.WriteAllTextAsync(Path.Combine(assets, "logo.svg"), "<svg/>");
        await File.WriteAllTextAsync(Path.Combine(assets, ".hidden"), "secret");
        await File.WriteAllTextAsync(Path.Combine(assets, "app.apk"), "apk");
        await using var server = await ServerProcess.StartAsync(ServerSettings.Embedded(
            ("Files__AssetsDirectory", assets), ("Files__AndroidDirectory", assets),
            ("Files__Provider", "s3"), ("Files__S3__Bucket", S3Server.Bucket), ("Files__S3__Endpoint", store.Endpoint.ToString()),
            ("Files__S3__AccessKey", store.AccessKey), ("Files__S3__SecretKey", store.SecretKey)));
        await using var a = await Phone.Join(server.Settings);
        await using var b = await Phone.Join(server.Settings);
        var conversation = await a.Dialog(b);
        var message = await FileClient.WithFiles(a, conversation);
        using var mine = new FileClient(server.Settings.Http, a);
        var bytes = RandomNumberGenerator.GetBytes(9 * MiB);
        var upload = await mine.Created(conversation, message, "film", bytes.Length);
        (await mine.Patch(upload, 0, new ByteArrayContent(bytes[..MiB]))).Dispose();

        await store.Stop();
        await FileClient.Refused(503, "unavailable", mine.Patch(upload, MiB, new ByteArrayContent(bytes[MiB..])));
        Assert.Empty((await a.Ask("RequestGetFilesFast", new { conversationUuid = conversation.Uuid, messageUuid = message })).Done().Items("files"));
        await store.Restart();

        var offset = await mine.Offset(upload);
        using var rest = await mine.Patch(upload, offset, new ByteArrayContent(bytes[(int)offset..]));
        Assert.Equal(HttpStatusCode.NoContent, rest.StatusCode);
        var url = (await b.Notified("FileReadyNotification")).Payload.Text("downloadUrl")!;
        using var http = new HttpClient();
        Assert.Equal(bytes, await http.GetByteArrayAsync(new Uri(url)));
        using var range = await mine.Send(HttpMethod.Get, url, null, ("Range", "bytes=8400000-8500000"));
        Assert.Equal(bytes[8_400_000..8_500_001], await range.Content.ReadAsByteArrayAsync());

        using var nobody = new FileClient(server.Settings.Http, null);
        foreach (var (path, code, type) in new[]
        {
            ("/assets/logo.svg", 200, "image/svg+xml"), ("/android/app.apk", 200, "application/vnd.android.package-archive"), ("/assets/.hidden", 404, null),
            ("/assets/", 404, null), ("/assets/..%2fmessenger.db", 404, null), ("/assets/%2e%2e/%2e%2e/etc/passwd", 404, null),
        })
        {
            using var got = await nobody.Send(HttpMethod.Get, path);
            Assert.Equal((code, code == 200 ? type : null), ((int)got.StatusCode, got.Content.Headers.ContentType?.MediaType));
        }
    }

    private static string Origin(ServerSettings server) => server.Http.GetLeftPart(UriPartial.Authority);

    private static async Task AssertSame(string file, string url)
    {
        using var http = new HttpClient();
        await using var there = await http.GetStreamAsync(new Uri(url));
        await using var here = File.OpenRead(file);
        Assert.Equal(await SHA256.HashDataAsync(here), await SHA256.HashDataAsync(there));
    }

    private static async Task<string[]> Node(params string[] arguments)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "Files", "upload.cjs");
        using var process = Process.Start(new ProcessStartInfo(TestTools.Node, [script, TestTools.Modules, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var limit = new CancellationTokenSource(Deadlines.Recovery);
        var (said, wrong) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
        await process.WaitForExitAsync(limit.Token);
        Assert.True(process.ExitCode == 0, $"tus-js-client failed: {await said} {await wrong}");
        return (await said).Split('\n');
    }

    /// <summary>Gives half of its bytes, and then waits until it is broken.</summary>
    private sealed class Stalling(byte[] bytes) : MemoryStream(bytes)
    {
        private readonly TaskCompletionSource _stalled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Stalled => _stalled.Task;

        public void Break() => _broken.TrySetResult();

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position < Length / 2)
            {
                return await base.ReadAsync(buffer, cancellationToken);
            }

            _stalled.TrySetResult();
            await _broken.Task;
            throw new IOException("broken");
        }

        public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken) => Copy(destination, cancellationToken);

        private async Task Copy(Stream destination, CancellationToken cancellation)
        {
            var buffer = new byte[64 * 1024];
            while (await ReadAsync(buffer, cancellation) is > 0 and var read)
            {
                await destination.WriteAsync(buffer.AsMemory(0, read), cancellation);
                await destination.FlushAsync(cancellation);
            }
        }
    }
}
