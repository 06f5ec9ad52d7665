namespace Messenger.Testing.Processes;

/// <summary>Where the build put what the tests start.</summary>
public static class Built
{
    /// <summary>Messenger.Host.dll of the configuration that these tests were built in; another build's where MESSENGER_HOST names it, to compare the two.</summary>
    public static string Host { get; } = Environment.GetEnvironmentVariable("MESSENGER_HOST") ?? Output("src", "Messenger.Host", "Messenger.Host.dll");

    /// <summary>The command line's messenger.dll.</summary>
    public static string Cli { get; } = Output("src", "Messenger.Cli", "messenger.dll");

    /// <summary>The load tool.</summary>
    public static string Bench { get; } = Output("tests", "Messenger.Bench", "Messenger.Bench.dll");

    /// <summary>The repository.</summary>
    public static string Root { get; } = FindRoot();

    private static string Output(string folder, string project, string file)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(FindRoot(), folder, project, "bin", own.Parent!.Name, own.Name, file);
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Messenger.Actors.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? AppContext.BaseDirectory;
    }
}
