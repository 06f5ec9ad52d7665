using System.Text.Json.Nodes;
using Messenger.Protocol;

namespace Messenger.Specification;

/// <summary>What the records' types do not say: the values of <c>status</c> and of <c>eventType</c>, and an example of each kind of status message.</summary>
internal static class StatusMessages
{
    /// <summary>Generators keep <c>Status</c> for themselves.</summary>
    public const string StatusName = "AnswerStatus";

    public static IEnumerable<Example> Examples =>
    [
        Of(nameof(RequestRegisterApplication), Statuses.Ok, null),
        Of(nameof(RequestAuthenticationByApplication), Statuses.Ok, "resync"),
        Of(nameof(RequestGetMessages), Statuses.BadRequest, "size must lie between 1 and 100"),
        Of(nameof(RequestAddMessage), Statuses.Unauthenticated, "authenticate first, with RequestAuthenticationByApplication"),
        Of(nameof(RequestKickUser), Statuses.Forbidden, "only an admin may remove somebody"),
        Of(nameof(RequestGetMessages), Statuses.NotFound, "there is no such conversation"),
        Of(nameof(RequestAddMember), Statuses.Conflict, "sessionKeyUuid is not the current session key"),
        Of(nameof(RequestGetRegisteredUsers), Statuses.TooManyRequests, "too many contact look-ups; try again in 60 s"),
        Of(nameof(RequestAddMessage), Statuses.Unavailable, "the server cannot tell now; send the same request again later"),
        Of(null, Statuses.BadRequest, "a frame must be one JSON object"),
    ];

    /// <summary>The values of <c>status</c>: a closed set, and a schema of its own so that generated models have a name for it.</summary>
    public static JsonObject Status(Docstrings docs) => new()
    {
        ["type"] = "string",
        ["enum"] = new JsonArray([.. Constants(typeof(Statuses)).Select(constant => JsonValue.Create(constant.Value))]),
        ["description"] = string.Join('\n', Constants(typeof(Statuses)).Select(constant => $"{constant.Value}: {docs.Summary(typeof(Statuses), constant.Name)}")),
    };

    public static void Refine(IReadOnlyDictionary<string, JsonObject> schemas)
    {
        schemas[nameof(ResponseStatusMessage)]["properties"]!["status"] = new JsonObject { ["$ref"] = $"#/components/schemas/{StatusName}" };

        // Not an enum: a client that reads an event type it does not know shows nothing, and must not fail.
        var eventType = schemas[nameof(Message)]["properties"]!["eventType"]!.AsObject();
        var events = Constants(typeof(EventTypes)).Select(constant => constant.Value).ToList();
        eventType["x-extensible-enum"] = new JsonArray([.. events.Select(value => JsonValue.Create(value))]);
        eventType["description"] = $"Of an event: {string.Join(", ", events)}, or one that came later; show what you do not know as nothing. Null of a message.";
    }

    private static IEnumerable<(string Name, string Value)> Constants(Type of) => of.GetFields().Select(field => (field.Name, (string)field.GetRawConstantValue()!));

    private static Example Of(string? request, string status, string? description) => new(
        nameof(ResponseStatusMessage), new JsonObject { ["requestType"] = request, ["status"] = status, ["description"] = description });
}
