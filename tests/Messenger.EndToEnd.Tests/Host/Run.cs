using System.Diagnostics;
using Messenger.EndToEnd.Tests.Harness;

namespace Messenger.EndToEnd.Tests.Host;

/// <summary>One run of the server's program to its end, and what it said.</summary>
internal sealed record Run(int Code, string Out, string Error)
{
    /// <summary>A refusal: one sentence, no more.</summary>
    public string Sentence
    {
        get
        {
            Assert.NotEqual(0, Code);
            Assert.DoesNotContain("   at ", Out + Error, StringComparison.Ordinal);
            return Assert.Single(Error.TrimEnd().Split('\n'));
        }
    }

    /// <summary>Runs it in the Production environment unless the arguments say otherwise.</summary>
    public static async Task<Run> ToEnd(string directory, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Built.Host, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory,
        };

        // Nobody is to be sent anything here; what asks for it itself says otherwise.
        start.Environment["Sms__CodesInLog"] = "true";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var deadline = new CancellationTokenSource(Deadlines.Start);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }

        return new Run(process.ExitCode, await output, await error);
    }
}

/// <summary>A directory that goes with its test.</summary>
internal sealed class Folder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("messenger-host-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
