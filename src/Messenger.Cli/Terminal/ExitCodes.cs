using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using Messenger.Client.Connections;

namespace Messenger.Cli.Terminal;

/// <summary>What a script can tell from the exit code.</summary>
internal static class ExitCodes
{
    public const int Done = 0;

    /// <summary>The server refused, or something here is not as it must be.</summary>
    public const int Refused = 1;

    /// <summary>The command line was wrong.</summary>
    public const int Usage = 2;

    /// <summary>Nobody answers at the address.</summary>
    public const int Unreachable = 3;

    /// <summary>It ran to its end, and what it found is not as it should be: a broken rule, a replay that differs.</summary>
    public const int Differs = 4;

    /// <summary>Ctrl+C; what shells have for it.</summary>
    public const int Interrupted = 130;

    /// <summary>The codes, for whoever writes a script.</summary>
    public static readonly IReadOnlyList<(int Code, string Means)> All =
    [
        (Done, "done"),
        (Refused, "the server refused, or something here is not as it must be"),
        (Usage, "the command line was wrong"),
        (Unreachable, "nobody answers at the address"),
        (Differs, "it ran to its end, and found a broken rule or a difference"),
        (Interrupted, "stopped with Ctrl+C"),
    ];

    public static Task<int> Run(Uri url, Func<Task> command) => Run(url, async () =>
    {
        await command();
        return Done;
    });

    /// <param name="hint">What may be wrong where nobody answers.</param>
    public static async Task<int> Run(Func<Uri> url, string hint, Func<Uri, Task> command)
    {
        try
        {
            var at = url();
            return await Run(at, async () =>
            {
                await command(at);
                return Done;
            }, hint);
        }
        catch (UsageException usage)
        {
            return await Say(Usage, usage.Message);
        }
    }

    /// <summary>Runs a command, and says in one sentence what went wrong.</summary>
    public static async Task<int> Run(Uri url, Func<Task<int>> command, string? hint = null)
    {
        try
        {
            return await command();
        }
        catch (UsageException usage)
        {
            return await Say(Usage, usage.Message);
        }
        catch (RefusedException refused)
        {
            return await Say(Refused, $"The server refused ({refused.Error.Status}): {refused.Error.Description.TrimEnd('.')}.");
        }
        catch (Exception away) when (away is WebSocketException or SocketException or HttpRequestException)
        {
            return await Say(Unreachable, $"Nobody answers at {url}. {hint ?? "Start the server with 'dotnet run --project src/Messenger.Host', or name another with --url."}");
        }
        catch (TimeoutException late)
        {
            return await Say(Unreachable, $"The server at {url} does not answer in time ({late.Message}). Try again.");
        }
        catch (ConnectionLostException lost)
        {
            return await Say(Unreachable, $"The connection is gone: {lost.Message}. Try again.");
        }
        catch (OperationCanceledException)
        {
            return await Say(Interrupted, "Stopped.");
        }
        catch (CryptographicException fault)
        {
            return await Say(Refused, $"Not opened: {fault.Message}.");
        }
        catch (Exception fault)
        {
            // The edge of the program: whatever it was, its reader gets a sentence and no stack trace.
            return await Say(Refused, $"{fault.Message.TrimEnd('.')}.");
        }
    }

    private static async Task<int> Say(int code, string sentence)
    {
        await Console.Error.WriteLineAsync(sentence);
        return code;
    }
}

/// <summary>The command line asks for something that there is not; the message says what there is.</summary>
internal sealed class UsageException(string message) : Exception(message);
