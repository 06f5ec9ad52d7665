namespace Messenger.Providers.S3;

/// <summary>A part while it comes: on the local disk, so that hundreds of uploads do not take hundreds of parts of memory. Gone when disposed, and with its process.</summary>
internal sealed class Spool : IAsyncDisposable
{
    private const int BufferBytes = 64 * 1024;

    private readonly FileStream _file;

    public Spool(string folder)
    {
        Directory.CreateDirectory(folder);
        _file = new FileStream(Path.Combine(folder, $"part-{Guid.NewGuid():N}"), new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Options = FileOptions.Asynchronous | FileOptions.DeleteOnClose,
            BufferSize = 0,
        });
    }

    public long Length { get; private set; }

    public async ValueTask Add(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        await _file.WriteAsync(bytes, cancellation);
        Length += bytes.Length;
    }

    public async Task Add(Stream content, CancellationToken cancellation)
    {
        var before = _file.Position;
        await content.CopyToAsync(_file, BufferBytes, cancellation);
        Length += _file.Position - before;
    }

    /// <summary>From its beginning; to be read before anything else is added.</summary>
    public Stream Content()
    {
        _file.Position = 0;
        return _file;
    }

    public void Clear()
    {
        _file.SetLength(0);
        _file.Position = 0;
        Length = 0;
    }

    /// <summary>Back to where it is added to.</summary>
    public void Resume() => _file.Position = Length;

    public ValueTask DisposeAsync() => _file.DisposeAsync();
}
