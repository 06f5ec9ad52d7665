namespace Messenger.Architecture.Tests;

/// <summary>The sources that the tests were built from.</summary>
internal static class Source
{
    /// <summary>The folder src.</summary>
    public static string Folder { get; } = Find();

    /// <summary>Its C# files, without what a build makes, and without the libraries in other languages and their models.</summary>
    public static IEnumerable<string> Files =>
        Directory.EnumerateFiles(Folder, "*.cs", SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(Folder, file).Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin" or "clients"));

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Messenger.Actors.sln")))
            {
                return Path.Combine(folder.FullName, "src");
            }
        }

        throw new DirectoryNotFoundException("the tests are not below the solution");
    }
}
