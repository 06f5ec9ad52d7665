using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using Messenger.Protocol;

namespace Messenger.Specification;

/// <summary>The whole protocol as an AsyncAPI 3.0 document.</summary>
public sealed class AsyncApi
{
    /// <summary>Of the protocol, not of a release: it changes when the protocol does.</summary>
    public const string Version = "1.0.0";

    private const string Protocol = "docs/protocol.md";
    private static readonly Assembly Records = typeof(IRequest).Assembly;

    private readonly Docstrings _docs = new(Records);
    private readonly Seed _seed;
    private readonly Seed _extensions;
    private readonly Families _families;
    private readonly Schemas _schemas;
    private readonly JsonObject _messages = [];
    private readonly JsonObject _operations = [];
    private readonly SortedDictionary<string, JsonObject> _others = new(StringComparer.Ordinal);

    private AsyncApi(Seed seed, Seed extensions, Families families)
    {
        (_seed, _extensions, _families) = (seed, extensions, families);
        _schemas = new Schemas(_docs);
    }

    /// <param name="root">The repository.</param>
    public static JsonObject Generate(string root) => new AsyncApi(
        Seed.Read(Path.Combine(root, "tests", "Messenger.Protocol.Tests", "Data", "catalogue.json")),
        Seed.Read(Path.Combine(root, "tests", "Messenger.Protocol.Tests", "Data", "extensions.json")),
        new Families(Path.Combine(root, "src", "Messenger.Protocol"))).Document();

    private JsonObject Document()
    {
        Describe(_seed);
        Describe(_extensions);
        StatusMessages.Refine(_schemas.All);
        _others[StatusMessages.StatusName] = StatusMessages.Status(_docs);
        return new JsonObject
        {
            ["asyncapi"] = "3.0.0",
            ["info"] = Info(),
            ["defaultContentType"] = "application/json",
            ["servers"] = Servers(),
            ["channels"] = new JsonObject { ["socket"] = Channel() },
            ["operations"] = _operations,
            ["components"] = new JsonObject
            {
                ["messages"] = _messages,
                ["schemas"] = new JsonObject(_schemas.All.Concat(_others).Select(schema => new KeyValuePair<string, JsonNode?>(schema.Key, schema.Value))),
            },
        };
    }

    private void Describe(Seed examples)
    {
        foreach (var (request, response) in examples.Exchanges.DistinctBy(exchange => exchange.Request.Type))
        {
            Add(request.Type, Envelope.Request(request.Type), examples.Exchanges.Select(exchange => exchange.Request), Envelope.RequestExample, isRequest: true);
            _operations[request.Type] = Exchange(request.Type, response.Type);
        }

        foreach (var response in examples.Exchanges.Select(exchange => exchange.Response).DistinctBy(response => response.Type).Where(response => !_messages.ContainsKey(response.Type)))
        {
            var own = response.Type == nameof(ResponseStatusMessage) ? StatusMessages.Examples : examples.Exchanges.Select(exchange => exchange.Response);
            Add(response.Type, Envelope.Answer(response.Type), own, Envelope.AnswerExample, isRequest: true);
        }

        foreach (var notification in examples.Notifications.DistinctBy(notification => notification.Type))
        {
            Add(notification.Type, Envelope.Notification(notification.Type), examples.Notifications, Envelope.NotificationExample, isRequest: false);
            _operations[notification.Type] = new JsonObject
            {
                ["action"] = "send",
                ["channel"] = Reference("channels/socket"),
                ["summary"] = _docs.Summary(Record(notification.Type)),
                ["messages"] = new JsonArray(Reference($"channels/socket/messages/{notification.Type}")),
            };
        }
    }

    private void Add(string type, JsonObject frame, IEnumerable<Example> examples, Func<Example, JsonObject> framed, bool isRequest)
    {
        var record = Record(type);
        var own = examples.Where(example => example.Type == type).DistinctBy(example => example.Payload.ToJsonString()).ToList();
        _schemas.Add(record, own[0].Payload);
        _others[$"{type}Frame"] = frame;
        var message = new JsonObject
        {
            ["name"] = type,
            ["title"] = type,
            ["summary"] = _docs.Summary(record),
            ["tags"] = new JsonArray(new JsonObject { ["name"] = Family(type) }),
        };
        if (FeatureNames.Of(FeatureNames.Of(record)) is [var feature])
        {
            message["x-feature"] = feature;
        }

        if (isRequest)
        {
            message["correlationId"] = new JsonObject { ["location"] = "$message.payload#/id" };
        }

        message["payload"] = Reference($"components/schemas/{type}Frame");
        message["examples"] = new JsonArray([.. own.Select(example => new JsonObject { ["payload"] = framed(example) })]);
        _messages[type] = message;
    }

    private JsonObject Exchange(string request, string response)
    {
        string[] answers = response == nameof(ResponseStatusMessage) ? [response] : [response, nameof(ResponseStatusMessage)];
        return new JsonObject
        {
            ["action"] = "receive",
            ["channel"] = Reference("channels/socket"),
            ["summary"] = _docs.Summary(Record(request)),
            ["tags"] = new JsonArray(new JsonObject { ["name"] = Family(request) }),
            ["messages"] = new JsonArray(Reference($"channels/socket/messages/{request}")),
            ["reply"] = new JsonObject
            {
                ["channel"] = Reference("channels/socket"),
                ["messages"] = new JsonArray([.. answers.Select(answer => Reference($"channels/socket/messages/{answer}"))]),
            },
        };
    }

    private static JsonObject Info() => new()
    {
        ["title"] = "Messenger",
        ["version"] = Version,
        ["description"] =
            "The protocol of an end-to-end encrypted messenger: JSON frames on a WebSocket. Every request gets exactly one answer, its own or ResponseStatusMessage; notifications "
            + $"come by themselves. {Protocol} tells how to use it; files and avatars are docs/openapi.yaml. Names are spelled as they are on the wire (`readed`, `Leaved`).\n"
            + "A client ignores members and notification types that it does not know: new ones may come. Whoever generates models from this document turns off what refuses them.",
        ["tags"] = new JsonArray([.. Families.InOrder.Select(name => new JsonObject { ["name"] = name })]),
    };

    private static JsonObject Servers() => new()
    {
        ["development"] = new JsonObject { ["host"] = "localhost:8080", ["protocol"] = "ws", ["description"] = "dotnet run --project src/Messenger.Host" },
        ["production"] = new JsonObject
        {
            ["host"] = "{host}",
            ["protocol"] = "wss",
            ["variables"] = new JsonObject { ["host"] = new JsonObject { ["description"] = "Where the operator has it.", ["default"] = "messenger.example.org" } },
        },
    };

    private JsonObject Channel() => new()
    {
        ["address"] = "/ws",
        ["title"] = "The connection",
        ["description"] =
            "Text frames, one JSON object each; the subprotocol messenger.v1 may be offered. Log in within 60 s with RequestAuthenticationByApplication: before it only RequestPing, "
            + "RequestGetServerSettings, RequestRegisterApplication and RequestConfirmRegistration are served besides. Close codes are under x-close-codes.",
        ["messages"] = new JsonObject(_messages.Select(message => new KeyValuePair<string, JsonNode?>(message.Key, Reference($"components/messages/{message.Key}")))),
        ["bindings"] = new JsonObject { ["ws"] = new JsonObject { ["method"] = "GET" } },
        ["x-close-codes"] = new JsonObject(Enum.GetValues<CloseCode>().Where(code => code != CloseCode.None).Select(code => new KeyValuePair<string, JsonNode?>(
            ((int)code).ToString(CultureInfo.InvariantCulture), _docs.Summary(typeof(CloseCode), code.ToString())))),
    };

    /// <summary>The one answer that belongs to no family serves all of them.</summary>
    private string Family(string type) => type == nameof(ResponseStatusMessage) ? nameof(Statuses) : _families.Of(type);

    private static Type Record(string type) => Records.GetType($"Messenger.Protocol.{type}", throwOnError: true)!;

    private static JsonObject Reference(string to) => new() { ["$ref"] = $"#/{to}" };
}
