using System.Diagnostics;
using System.Text.Json;

namespace Messenger.Testing.Processes;

/// <summary>One run of the command line to its end.</summary>
public sealed record CliRun(int Code, string Out, string Error)
{
    /// <summary>The longest command of these tests waits a minute on purpose.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(4);

    /// <summary>The output as JSON, one object a line.</summary>
    public IReadOnlyList<JsonElement> Json => [.. Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement.Clone())];

    public static Task<CliRun> ToEnd(params string[] arguments) => Start("dotnet", null, [Built.Cli, .. arguments]);

    public static async Task<CliRun> Start(string program, string? folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? string.Empty,
        };
        start.Environment["MESSENGER_PASSPHRASE"] = "a passphrase of these tests";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var deadline = new CancellationTokenSource(Deadline);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }

        return new CliRun(process.ExitCode, await output, await error);
    }

    /// <summary>It did what it should.</summary>
    public CliRun Good()
    {
        Assert.True(Code == 0, $"ended with {Code}\n{Out}\n{Error}");
        return this;
    }

    /// <summary>It said what was wrong, without a stack trace, and ended with this code.</summary>
    public CliRun Bad(int code, string says)
    {
        Assert.True(code == Code, $"ended with {Code}\n{Out}\n{Error}");
        Assert.Contains(says, Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", Out + Error, StringComparison.Ordinal);
        return this;
    }
}
