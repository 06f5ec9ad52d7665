using System.Diagnostics;

namespace Messenger.Specification.Tests;

/// <summary>Node and the packages of Node/package.json, which the tests of this project run; installed where nobody did it before.</summary>
public sealed class Node : IAsyncLifetime
{
    /// <summary>Compiling all Kotlin models takes half a minute on a busy machine.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(4);

    private readonly string _scripts = Path.Combine(Documents.Root(), "tests", "Messenger.Specification.Tests", "Node");

    public Task InitializeAsync() => Run(Path.Combine(Documents.Root(), "tests", "tools", "specification"));

    public Task DisposeAsync() => Task.CompletedTask;

    /// <summary>Runs one of the scripts to its end, and gives what it printed. What ends with an error fails the test.</summary>
    public Task<string> Script(string script, params string[] arguments) => Run("node", [script, .. arguments]);

    public async Task<string> Run(string program, params string[] arguments)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(program, arguments) { WorkingDirectory = _scripts, RedirectStandardOutput = true, RedirectStandardError = true },
        };
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception fault)
        {
            throw new InvalidOperationException($"{program} is not there: tests/tools/specification installs what these tests need", fault);
        }

        using var deadline = new CancellationTokenSource(Timeout);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(deadline.Token), process.StandardError.ReadToEndAsync(deadline.Token));
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} did not end within {Timeout}");
        }

        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{await output}\n{await errors}");
        return await output;
    }
}

/// <summary>The collection of the tests that need Node.</summary>
[CollectionDefinition(Name)]
#pragma warning disable CA1711 // xunit calls it a collection.
public sealed class NodeCollection : ICollectionFixture<Node>
#pragma warning restore CA1711
{
    public const string Name = "node";
}
