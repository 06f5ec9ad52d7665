using System.Text;

namespace Messenger.Host.Configuration;

/// <summary>
/// A password that stands alone in a file, as a mounted Secret has it, for a driver that reads libpq's form at each new connection: beside the temporary
/// files of this process, for its account alone, and written again when the original changed.
/// </summary>
/// <remarks>One for each process, from its start to its end. Connections that are open stay; which password a connection is made with is decided when it is made.</remarks>
internal sealed class PasswordFile : IDisposable
{
    /// <summary>A rotation gives both passwords a while; a mounted Secret itself takes up to a minute.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    private readonly string _original;
    private readonly Timer _timer;
    private string _last;

    /// <exception cref="IOException">The original cannot be read.</exception>
    public PasswordFile(string original)
    {
        _original = original;
        _last = Read(original);
        Path = System.IO.Path.Combine(Directory.CreateTempSubdirectory("messenger-").FullName, "passfile");
        Write(_last);
        _timer = new Timer(_ => Look(), null, Period, Period);
    }

    /// <summary>The file in libpq's form.</summary>
    public string Path { get; }

    /// <summary>A file's one line. An editor's line end is none of the password.</summary>
    public static string Read(string path) => File.ReadAllText(path).TrimEnd('\r', '\n');

    public void Dispose()
    {
        _timer.Dispose();
        try
        {
            Directory.Delete(System.IO.Path.GetDirectoryName(Path)!, recursive: true);
        }
        catch (IOException)
        {
            // The system clears its temporary files.
        }
    }

    private void Look()
    {
        try
        {
            if (Read(_original) is { Length: > 0 } now && now != _last)
            {
                Write(now);
                _last = now;
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // It is just being replaced, or gone: what was read last stays, and the next look tells.
        }
    }

    /// <summary>Whole or not at all: connections are made meanwhile.</summary>
    private void Write(string password)
    {
        var next = $"{Path}.next";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new FileStream(next, options))
        {
            var escaped = password.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(":", "\\:", StringComparison.Ordinal);
            file.Write(Encoding.UTF8.GetBytes($"*:*:*:*:{escaped}\n"));
        }

        File.Move(next, Path, overwrite: true);
    }
}
