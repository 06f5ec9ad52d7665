using System.Net.Http.Headers;

namespace Messenger.Bench.Load;

/// <summary>One client of files, one request at a time.</summary>
/// <param name="next">Where the next file is posted, and what tells afterwards where it is fetched.</param>
internal sealed class FileLane(Uri server, AuthenticationHeaderValue? credential, Func<Task<(string Post, Func<Task<string>> Get)>> next) : IDisposable
{
    private const int BufferBytes = 256 * 1024;

    private readonly HttpClient _http = new() { BaseAddress = server, DefaultRequestHeaders = { Authorization = credential } };
    private readonly byte[] _buffer = new byte[BufferBytes];

    /// <summary>Uploads these bytes; returns what tells where they are fetched.</summary>
    public async Task<Func<Task<string>>> Upload(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        var (post, get) = await next();
        using var answer = await _http.PostAsync(new Uri(post, UriKind.Relative), new ReadOnlyMemoryContent(bytes), cancellation);
        answer.EnsureSuccessStatusCode();
        return get;
    }

    /// <summary>Fetches a file and throws it away; how many bytes it had.</summary>
    public async Task<long> Download(string url, CancellationToken cancellation)
    {
        using var answer = await _http.GetAsync(new Uri(url, UriKind.RelativeOrAbsolute), HttpCompletionOption.ResponseHeadersRead, cancellation);
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
