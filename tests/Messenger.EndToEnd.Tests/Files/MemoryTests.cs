using System.Globalization;
using System.Net;
using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Phones;
using Messenger.Testing.Servers;
using Xunit.Abstractions;

namespace Messenger.EndToEnd.Tests.Files;

/// <summary>No file is held in memory, however many come at once.</summary>
public class MemoryTests(ITestOutputHelper output)
{
    private const int MiB = 1024 * 1024;
    private const int Uploads = 20;
    private const long Allowed = 50L * MiB;

    /// <summary>MiB of each: 200 with <c>tests/run --uploads 200</c>; less in a run that should not take a disk's patience.</summary>
    private static readonly int Size =
        int.TryParse(Environment.GetEnvironmentVariable("MESSENGER_UPLOAD_MIB"), NumberStyles.None, CultureInfo.InvariantCulture, out var mib) ? mib : 20;

    [Fact]
    public Task Twenty_uploads_at_once_leave_memory_as_it_was() => Measure(ServerSettings.Embedded());

    [Fact]
    public async Task Twenty_uploads_to_an_object_store_do_too()
    {
        await using var store = await S3Rver.Start();
        await Measure(ServerSettings.Embedded(
            ("Files__Provider", "s3"), ("Files__S3__Bucket", S3Server.Bucket), ("Files__S3__Endpoint", store.Endpoint.ToString()),
            ("Files__S3__AccessKey", store.AccessKey), ("Files__S3__SecretKey", store.SecretKey)));
    }

    private async Task Measure(ServerSettings settings)
    {
        await using var server = await ServerProcess.StartAsync(settings);
        await using var a = await Phone.Join(server.Settings);
        await using var b = await Phone.Join(server.Settings);
        var conversation = await a.Dialog(b);
        using var mine = new FileClient(server.Settings.Http, a);

        // The first ones bring in code, connections and the buffers that all later ones share: more than a part of an object store's.
        await Concurrently(9 * MiB);
        var before = Resident(server);
        var most = before;
        var uploads = Concurrently((long)Size * MiB);
        using var look = new PeriodicTimer(Timeouts.Poll);
        while (!uploads.IsCompleted)
        {
            await look.WaitForNextTickAsync();
            most = Math.Max(most, Resident(server));
        }

        await uploads;
        output.WriteLine($"{Uploads} uploads of {Size} MiB: from {before / MiB} MiB to {most / MiB} MiB at most");
        Assert.True(most - before < Allowed, $"memory grew by {(most - before) / MiB} MiB from {before / MiB} MiB while {Uploads} uploads of {Size} MiB came");

        async Task Concurrently(long bytes)
        {
            var message = await FileClient.WithFiles(a, conversation);
            await Task.WhenAll(Enumerable.Range(0, Uploads).Select(async number =>
            {
                var upload = await mine.Created(conversation, message, $"file {number}", bytes);
                using var sent = await mine.Patch(upload, 0, new StreamContent(new Zeros(bytes), MiB / 4) { Headers = { ContentLength = bytes } });
                Assert.Equal(HttpStatusCode.NoContent, sent.StatusCode);
            }));
        }
    }

    private static long Resident(ServerProcess server) => 1024 * long.Parse(
        File.ReadLines($"/proc/{server.Id}/status").First(line => line.StartsWith("RssAnon:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1].Trim('\t'),
        CultureInfo.InvariantCulture);

    /// <summary>As many zeros as wanted.</summary>
    private sealed class Zeros(long length) : Stream
    {
        private long _left = length;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = (int)Math.Min(_left, count);
            _left -= read;
            return read;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = (int)Math.Min(_left, buffer.Length);
            _left -= read;
            return ValueTask.FromResult(read);
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
