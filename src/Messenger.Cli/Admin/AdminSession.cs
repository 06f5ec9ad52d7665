using System.CommandLine;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Messenger.Cli.Terminal;

namespace Messenger.Cli.Admin;

/// <summary>What every command of the operator's shares: where, with which token, and how it is shown.</summary>
internal sealed class AdminSession
{
    /// <summary>Longer than the server's own limits: it has the last word on what is late.</summary>
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(40);

    private static readonly Uri NearestUrl = new("http://localhost:8081");

    private readonly Option<Uri?> _url = new("--admin-url")
    {
        Description = $"The operator's port; also by MESSENGER_ADMIN_URL [default: {NearestUrl}]",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (Read(text) is { } url)
            {
                return url;
            }

            result.AddError($"--admin-url takes an address such as {NearestUrl}, not '{text}'.");
            return null;
        },
    };

    private readonly Option<FileInfo?> _tokenFile = new("--token-file") { Description = "A file with the token; else MESSENGER_ADMIN_TOKEN has it" };

    private readonly Option<bool> _json = CommonOptions.Json();

    /// <summary>A command with an action that calls the server; what goes wrong becomes an exit code.</summary>
    public static Command Command(string name, string description, Action<Command> shape, Func<ParseResult, AdminSession, Call, Task> action)
    {
        var session = new AdminSession();
        var command = new Command(name, description);
        shape(command);
        command.Add(session._url);
        command.Add(session._tokenFile);
        command.Add(session._json);
        command.SetAction((parsed, cancellation) => ExitCodes.Run(() => session.Url(parsed), NobodyAnswers, async url =>
        {
            using var http = new HttpClient { BaseAddress = url, Timeout = RequestTimeout };
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token(parsed.GetValue(session._tokenFile)));
            await action(parsed, session, (method, path, body) => Ask(http, method, path, body, cancellation));
        }));
        return command;
    }

    /// <summary>Writes an answer: as it came for scripts, by the given lines for people.</summary>
    public void Show(ParseResult parsed, JsonObject answer, Func<JsonObject, IEnumerable<string>> lines)
    {
        if (parsed.GetValue(_json))
        {
            Console.WriteLine(answer.ToJsonString(Lines.Json));
            return;
        }

        foreach (var line in lines(answer))
        {
            Console.WriteLine(Plain(line));
        }
    }

    /// <summary>The operator's port is one that a server has or has not, whether it runs or not.</summary>
    private const string NobodyAnswers = "Has the server an operator's port (Admin:Port), and is it the one in --admin-url?";

    /// <summary>A dangerous command is meant: it is a trial, or <c>--yes</c> says so.</summary>
    /// <exception cref="UsageException">It is neither. The message says what would be done.</exception>
    public static void Meant(bool meant, string whatItDoes)
    {
        if (!meant)
        {
            throw new UsageException($"This {whatItDoes}. Say --yes if that is meant, or --dry-run to see how much it is.");
        }
    }

    private Uri Url(ParseResult parsed) => parsed.GetValue(_url)
        ?? (Environment.GetEnvironmentVariable("MESSENGER_ADMIN_URL") is not { Length: > 0 } given ? NearestUrl
            : Read(given) ?? throw new UsageException($"MESSENGER_ADMIN_URL takes an address such as {NearestUrl}, not '{Plain(given)}'."));

    private static Uri? Read(string text) => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? url : null;

    public bool IsJson(ParseResult parsed) => parsed.GetValue(_json);

    /// <summary>Milliseconds since the Unix epoch, as people read them.</summary>
    public static string Time(JsonNode? at) => at is null ? "-" : DateTimeOffset.FromUnixTimeMilliseconds(at.GetValue<long>()).ToString("u", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>What people wrote must not steer this terminal.</summary>
    public static string Plain(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));

    private static string Token(FileInfo? file)
    {
        var token = file is not null ? File.ReadAllText(file.FullName).Trim() : Environment.GetEnvironmentVariable("MESSENGER_ADMIN_TOKEN");
        return string.IsNullOrEmpty(token)
            ? throw new InvalidOperationException("There is no token: set MESSENGER_ADMIN_TOKEN or give --token-file; 'messenger admin token NAME' makes one")
            : token.All(c => c is > ' ' and <= '~') ? token

            // What was given is not repeated: it may be most of a token.
            : throw new UsageException("The token has characters in it that no token has: is it a whole one, and one alone?");
    }

    private static async Task<JsonObject> Ask(HttpClient http, HttpMethod method, string path, object? body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, $"/admin/v1{path}") { Content = body is null ? null : JsonContent.Create(body, options: Lines.Json) };
        using var answer = await http.SendAsync(request, cancellation);
        var text = await answer.Content.ReadAsStringAsync(cancellation);
        JsonObject? said = null;
        try
        {
            said = JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException)
        {
            // Somebody else answers at this address: said below.
        }

        return answer.IsSuccessStatusCode && said is not null
            ? said
            : throw new InvalidOperationException(
                said?["error"]?.ToString() is { } error
                    ? $"The server refused ({(int)answer.StatusCode}): {error}"
                    : $"{http.BaseAddress} answers {(int)answer.StatusCode}, but not as the operator's port does: is Admin:Port the one in --admin-url?");
    }
}

/// <summary>One call of the operator's interface.</summary>
internal delegate Task<JsonObject> Call(HttpMethod method, string path, object? body = null);
