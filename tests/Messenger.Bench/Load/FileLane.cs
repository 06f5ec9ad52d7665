using System.Net.Http.Headers;

namespace Messenger.Bench.Load;

/// <summary>One client of files, one request at a time.</summary>
/// <param name="next">The paths of the next file: where it is posted, and where it is then fetched.</param>
internal sealed class FileLane(Uri server, AuthenticationHeaderValue? credential, Func<Task<(string Post, string Get)>> next) : IDisposable
{
    private const int BufferBytes = 256 * 1024;

    private readonly HttpClient _http = new() { BaseAddress = server, DefaultRequestHeaders = { Authorization = credential } };
    private readonly byte[] _buffer = new byte[BufferBytes];

    /// <summary>Uploads these bytes; returns where they are fetched.</summary>
    public async Task<string> Upload(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        var (post, get) = await next();
        using var answer = await _http.PostAsync(new Uri(post, UriKind.Relative), new ReadOnlyMemoryContent(bytes), cancellation);
        answer.EnsureSuccessStatusCode();
        return get;
    }

    /// <summary>Fetches a file and throws it away; how many bytes it had.</summary>
    public async Task<long> Download(string path, CancellationToken cancellation)
    {
        using var answer = await _http.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancellation);
        answer.EnsureSuccessStatusCode();
        await using var body = await answer.Content.ReadAsStreamAsync(cancellation);
        long count = 0;
        while (await body.ReadAsync(_buffer, cancellation) is > 0 and var read)
        {
            count += read;
        }

        return count;
    }

    public void Dispose() => _http.Dispose();
}
