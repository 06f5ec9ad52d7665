namespace Messenger.EndToEnd.Tests.Harness;

/// <summary>Where the build put what the tests start.</summary>
public static class Built
{
    /// <summary>Messenger.Host.dll of the configuration that these tests were built in.</summary>
    public static string Host { get; } = Output("Messenger.Host", "Messenger.Host.dll");

    /// <summary>The command line's messenger.dll.</summary>
    public static string Cli { get; } = Output("Messenger.Cli", "messenger.dll");

    private static string Output(string project, string file)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var root = own;
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Messenger.Actors.sln")))
        {
            root = root.Parent;
        }

        return Path.Combine(root?.FullName ?? own.FullName, "src", project, "bin", own.Parent!.Name, own.Name, file);
    }
}
