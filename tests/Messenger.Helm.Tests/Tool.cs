using System.Diagnostics;

namespace Messenger.Helm.Tests;

/// <summary>Programs that tests/tools/chart has put in place. A missing one fails whoever needs it.</summary>
internal static class Tool
{
    /// <summary>A release compiles server and tool for a platform beside whatever else the gate runs: two minutes alone, and more than three beside it.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(8);

    public static string Root { get; } = FindRoot();

    public static string Folder { get; } = Path.Combine(Root, "artifacts", "helm-tools");

    public static string Chart { get; } = Path.Combine(Root, "helm", "messenger");

    public static string Tests { get; } = Path.Combine(Root, "tests", "Messenger.Helm.Tests");

    /// <summary>Both releases of helm that the chart is for.</summary>
    public static IReadOnlyList<string> Helms { get; } = ["kubectl-v31", "kubectl-v35"];

    public static (int Code, string Output) Helm(string release, params string[] arguments)
    {
        var program = Path.Combine(Folder, release);
        Assert.True(File.Exists(program), $"{program} is missing: run tests/tools/chart");
        return Run(program, arguments);
    }

    /// <summary>Runs a program that must end well; its output.</summary>
    public static string Done(string program, params string[] arguments)
    {
        var (code, output) = Run(program, arguments);
        Assert.True(code == 0, $"{program} {string.Join(' ', arguments)} ended with {code}:\n{output}");
        return output;
    }

    public static (int Code, string Output) Run(string program, string[] arguments, string? input = null)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = Root,
        })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        if (!process.WaitForExit(Timeout))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} {string.Join(' ', arguments)} does not end");
        }

        return (process.ExitCode, output.Result + error.Result);
    }

    private static string FindRoot()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at.FullName, "Messenger.Actors.sln")))
        {
            at = at.Parent ?? throw new InvalidOperationException("not below the solution");
        }

        return at.FullName;
    }
}
