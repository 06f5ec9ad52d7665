using System.CommandLine;
using System.CommandLine.Parsing;

namespace Messenger.Cli;

/// <summary>Options that several commands share; each command gets its own instance.</summary>
internal static class CommonOptions
{
    /// <summary>From the environment, or where <c>dotnet run</c> starts a server.</summary>
    public static Uri DefaultUrl => new(Environment.GetEnvironmentVariable("MESSENGER_URL") ?? "ws://localhost:8080/ws");

    public static Option<Uri> Url() => new("--url")
    {
        Description = "The server's WebSocket; also by MESSENGER_URL",
        DefaultValueFactory = _ => DefaultUrl,
        CustomParser = result => ParseUrl(result.Tokens[0].Value, result),
    };

    /// <summary>Takes a WebSocket's address. The path may be left out: it is /ws.</summary>
    public static Uri ParseUrl(string text, ArgumentResult result)
    {
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "ws" or "wss")
        {
            return url.AbsolutePath == "/" ? new Uri(url, "/ws") : url;
        }

        result.AddError($"--url takes an address such as ws://localhost:8080/ws, not '{text}'.");
        return DefaultUrl;
    }

    public static Option<string> Profile() => new("--profile")
    {
        Description = "The directory of this person's keys and place",
        DefaultValueFactory = _ => Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".messenger"),
    };

    public static Option<string?> Passphrase() => new("--passphrase")
    {
        Description = "Opens the private key; better in MESSENGER_PASSPHRASE, where other users do not see it. Asked for when left out",
    };

    /// <summary>A phone number: <c>+</c> and 7 to 15 digits.</summary>
    public static Argument<string> Phone(string description)
    {
        var argument = new Argument<string>("phone") { Description = description };
        argument.Validators.Add(result =>
        {
            var value = result.Tokens[0].Value;
            if (value.Length is < 8 or > 16 || value[0] != '+' || value.AsSpan(1).ContainsAnyExceptInRange('0', '9'))
            {
                result.AddError($"A phone is given in E.164, such as +35799123456, not '{value}'.");
            }
        });
        return argument;
    }

    public static Option<bool> Json() => new("--json") { Description = "One JSON object a line, for scripts" };
}
