using System.CommandLine;
using System.Diagnostics;
using Messenger.Conformance.Phones;
using Spectre.Console;

namespace Messenger.Cli.Terminal;

/// <summary>How a command that registers people comes by the codes that the server sends them.</summary>
internal sealed class CodeOptions
{
    /// <summary>Stands in a command for the phone number.</summary>
    private const string Place = "{phone}";

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    private readonly Option<string> _code = new("--code")
    {
        Description = "The code that a development server takes for everybody, or 'ask' to be asked for each",
        DefaultValueFactory = _ => KnownCodes.Development,
    };

    private readonly Option<string?> _command = new("--code-command") { Description = $"A shell command that prints the code that {Place} was sent" };

    public void AddTo(Command command)
    {
        command.Add(_code);
        command.Add(_command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(_command) is { } given && !given.Contains(Place, StringComparison.Ordinal))
            {
                result.AddError($"--code-command needs {Place} where the phone number stands.");
            }
        });
    }

    public Codes Take(ParseResult parsed) =>
        parsed.GetValue(_command) is { } command ? phone => Run(command.Replace(Place, phone, StringComparison.Ordinal))
        : parsed.GetValue(_code) is "ask" ? Ask
        : KnownCodes.Fixed(parsed.GetValue(_code)!);

    private static Task<string> Ask(string phone) => Console.IsInputRedirected
        ? throw new InvalidOperationException("There is no terminal to ask for codes: give --code or --code-command")
        : AnsiConsole.AskAsync<string>($"The code that was sent to {phone}:");

    private static async Task<string> Run(string command)
    {
        var start = OperatingSystem.IsWindows() ? new ProcessStartInfo("cmd", ["/c", command]) : new ProcessStartInfo("/bin/sh", ["-c", command]);
        start.RedirectStandardOutput = true;
        using var process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(Deadline);
        var output = await process.StandardOutput.ReadToEndAsync(deadline.Token);
        await process.WaitForExitAsync(deadline.Token);
        return process.ExitCode == 0
            ? output.Trim()
            : throw new InvalidOperationException($"'{command}' ended with {process.ExitCode}: it should print the code");
    }
}
