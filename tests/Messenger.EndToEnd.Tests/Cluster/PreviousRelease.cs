using System.Diagnostics;
using Messenger.Testing.Servers;

namespace Messenger.EndToEnd.Tests.Cluster;

/// <summary>The server of the release before this one, built from its own sources: today's with another number on it would prove nothing.</summary>
internal static class PreviousRelease
{
    /// <summary>A whole server with its packages restored, on a machine that does other things, too.</summary>
    private static readonly TimeSpan BuildTimeout = TimeSpan.FromMinutes(10);

    private static string Root => Built.Root;

    /// <summary>The commits that previous-release.txt names.</summary>
    public static IReadOnlyList<string> Commits { get; } =
    [
        .. File.ReadLines(Path.Combine(Root, "tests", "Messenger.EndToEnd.Tests", "Cluster", "previous-release.txt"))
            .Where(line => line.Length > 0 && line[0] != '#'),
    ];

    /// <summary>Its Messenger.Host.dll, built once, and kept beside the other tools of the tests.</summary>
    /// <exception cref="InvalidOperationException">The clone has no such commit. The message says what to do.</exception>
    public static async Task<string> Host(string commit)
    {
        var folder = Path.Combine(TestTools.Folder, "previous", commit);
        var host = Path.Combine(folder, "src", "Messenger.Host", "bin", "Release", "net10.0", "Messenger.Host.dll");
        var done = Path.Combine(folder, "built");
        if (!File.Exists(done))
        {
            Directory.CreateDirectory(folder);
            await Have(commit);
            await Must(
                "sh",
                ["-c", "git -C \"$1\" archive \"$2\" -- src docs global.json Directory.Packages.props .editorconfig | tar -x -C \"$3\"", "sh", Root, commit, folder]);
            await Must("dotnet", ["build", "-c", "Release", "-v", "q", Path.Combine(folder, "src", "Messenger.Host")]);
            await File.WriteAllTextAsync(done, commit);
        }

        return TestTools.Required(host);
    }

    /// <summary>Migrations that this release has and that one has not.</summary>
    public static async Task<IReadOnlyList<string>> NewMigrations(string commit)
    {
        const string folder = "src/Messenger.Providers/Postgres/Migrations";
        await Have(commit);
        var listed = (await Must("git", ["-C", Root, "ls-tree", "--name-only", commit, $"{folder}/"]))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);
        Assert.NotEmpty(listed);
        var own = Directory.GetFiles(Path.Combine(Root, folder), "*.sql").Select(file => Path.GetFileName(file)!);
        return [.. own.Where(file => !listed.Contains($"{folder}/{file}")).Order(StringComparer.Ordinal)];
    }

    private static async Task Have(string commit)
    {
        if (await Run("git", ["-C", Root, "cat-file", "-e", $"{commit}^{{commit}}"]) is not (0, _))
        {
            throw new InvalidOperationException(
                $"this clone has no commit {commit}, which previous-release.txt names as the release before this one: "
                + $"'git fetch --unshallow' or 'git fetch origin {commit}' gets it");
        }
    }

    private static async Task<string> Must(string program, string[] arguments)
    {
        var (code, said) = await Run(program, arguments);
        return code == 0 ? said : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {code}:\n{said}");
    }

    private static async Task<(int Code, string Said)> Run(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };

        // What this run was started with is not of that build.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        using var process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(BuildTimeout);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(deadline.Token), process.StandardError.ReadToEndAsync(deadline.Token));
        try
        {
            await process.WaitForExitAsync(deadline.Token);
            return (process.ExitCode, await output + await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} did not end within {BuildTimeout}");
        }
    }
}
