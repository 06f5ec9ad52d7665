namespace Messenger.Cli.Tests;

/// <summary>A folder of one test.</summary>
internal sealed class Folder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("messenger-cli-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
