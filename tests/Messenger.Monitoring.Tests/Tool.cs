using System.Diagnostics;
using Messenger.Testing.Processes;
using Messenger.Testing.Servers;

namespace Messenger.Monitoring.Tests;

/// <summary>What <c>tests/tools/monitoring</c> installed. A missing one fails whoever needs it.</summary>
internal static class Tool
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(3);

    private static readonly string Folder = Path.Combine(TestTools.Folder, "monitoring-1");

    public static string Chart { get; } = Path.Combine(Built.Root, "helm", "messenger");

    public static string Tests { get; } = Path.Combine(Built.Root, "tests", "Messenger.Monitoring.Tests");

    public static string Modules => Required(Path.Combine(Folder, "npm", "node_modules"));

    public static string Program(string name) => Required(Path.Combine(Folder, "root", "usr", "bin", name));

    /// <summary>Runs a program that must end well; its output.</summary>
    public static string Done(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Timeout))
        {
            process.Kill();
            Assert.Fail($"{program} {string.Join(' ', arguments)} does not end");
        }

        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{output.Result}{error.Result}");
        return output.Result;
    }

    private static string Required(string path) => Path.Exists(path) ? path : throw new InvalidOperationException($"{path} is missing: run tests/tools/monitoring first");
}
