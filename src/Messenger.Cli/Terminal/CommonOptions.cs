using System.CommandLine;
using System.CommandLine.Parsing;
using Messenger.Conformance.Phones;

namespace Messenger.Cli.Terminal;

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

    /// <summary>For commands that work as somebody who registered: without it the profile knows where.</summary>
    public static Option<Uri?> UrlOfProfile() => new("--url")
    {
        Description = "The server's WebSocket; also by MESSENGER_URL; else the one where the profile registered, or ws://localhost:8080/ws",
        CustomParser = result => ParseUrl(result.Tokens[0].Value, result),
    };

    /// <summary>Takes a WebSocket's address, or the server's as a browser has it. The path may be left out: it is /ws.</summary>
    public static Uri ParseUrl(string text, ArgumentResult result)
    {
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "ws" or "wss" or "http" or "https")
        {
            var socket = new UriBuilder(url) { Scheme = url.Scheme is "ws" or "http" ? "ws" : "wss" };
            if (socket.Path == "/")
            {
                socket.Path = "/ws";
            }

            return socket.Uri;
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
            if (!IsPhone(value))
            {
                result.AddError($"A phone is given in E.164, such as +35799123456, not '{value}'.");
            }
        });
        return argument;
    }

    /// <summary>Several phone numbers, one at least.</summary>
    public static Argument<string[]> Phones(string description)
    {
        var argument = new Argument<string[]>("phones") { Description = description, Arity = ArgumentArity.OneOrMore };
        argument.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => !IsPhone(token.Value)))
            {
                result.AddError($"A phone is given in E.164, such as +35799123456, not '{token.Value}'.");
            }
        });
        return argument;
    }

    /// <summary>The other person of a dialog, or a conversation.</summary>
    public static Argument<string> Peer()
    {
        var argument = new Argument<string>("phone") { Description = "The other person's phone in E.164, or a conversation's uuid" };
        argument.Validators.Add(result =>
        {
            var value = result.Tokens[0].Value;
            if (!IsPhone(value) && !Guid.TryParse(value, out _))
            {
                result.AddError($"A phone is given in E.164, such as +35799123456, a conversation by its uuid, not '{value}'.");
            }
        });
        return argument;
    }

    /// <summary>For people who are made up.</summary>
    public static Option<string> PhonePrefix()
    {
        var option = new Option<string>("--phones")
        {
            Description = "What made-up phone numbers begin with; six digits follow",
            DefaultValueFactory = _ => Account.Prefix,
        };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is not ['+', .. var digits] || digits.Length is < 1 or > 9 || digits.AsSpan().ContainsAnyExceptInRange('0', '9'))
            {
                result.AddError("--phones takes a plus and 1 to 9 digits, such as +35799.");
            }
        });
        return option;
    }

    /// <summary>How long something that must come is awaited.</summary>
    public static Option<double> Timeout(double seconds)
    {
        var option = new Option<double>("--patience") { Description = "Seconds that one answer or notification is awaited", DefaultValueFactory = _ => seconds };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is not (>= 0.1 and <= 600))
            {
                result.AddError("--patience takes seconds, 0.1 to 600.");
            }
        });
        return option;
    }

    public static Option<bool> Json() => new("--json") { Description = "One JSON object a line, for scripts" };

    private static bool IsPhone(string value) => value.Length is >= 8 and <= 16 && value[0] == '+' && !value.AsSpan(1).ContainsAnyExceptInRange('0', '9');
}
