using System.CommandLine;

namespace Messenger.Cli;

/// <summary>Options that several commands share; each command gets its own instance.</summary>
internal static class CommonOptions
{
    public static Option<Uri> Url()
    {
        var option = new Option<Uri>("--url")
        {
            Description = "The server's WebSocket",
            DefaultValueFactory = _ => new Uri(Environment.GetEnvironmentVariable("MESSENGER_URL") ?? "ws://localhost:8080/ws"),
            CustomParser = result => Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var url) && url.Scheme is "ws" or "wss"
                ? url
                : Fail(result),
        };
        return option;

        static Uri Fail(System.CommandLine.Parsing.ArgumentResult result)
        {
            result.AddError($"--url takes an address such as ws://localhost:8080/ws, not '{result.Tokens[0].Value}'.");
            return new Uri("ws://localhost");
        }
    }

    public static Option<string> Profile() => new("--profile")
    {
        Description = "The directory of this person's keys and place",
        DefaultValueFactory = _ => Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".messenger"),
    };

    public static Option<string> Passphrase() => new("--passphrase")
    {
        Description = "Opens the private key; better in MESSENGER_PASSPHRASE, where other users do not see it",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("MESSENGER_PASSPHRASE") ?? "",
    };

    public static Option<bool> Json() => new("--json") { Description = "One JSON object a line, for scripts" };
}
