using System.Text.Json;
using Messenger.Conformance.Rules;

namespace Messenger.Conformance.Phones;

/// <summary>An answer.</summary>
public sealed record Response(string Type, JsonElement Payload)
{
    /// <summary>As it came; null where there was none.</summary>
    public JsonElement? Id { get; init; }

    /// <summary>The status; null where the request has a response of its own and succeeded.</summary>
    public string? Status => Type == "ResponseStatusMessage" ? Payload.Text("status") : null;

    public string? Description => Type == "ResponseStatusMessage" ? Payload.Text("description") : null;

    /// <summary>Fails the test unless it was done; returns the payload.</summary>
    public JsonElement Done()
    {
        Expect.True(Status is null or "ok", $"{Payload.GetRawText()}");
        return Payload;
    }

    /// <summary>Fails the test unless it was refused with this status (or one of these, where the protocol leaves it open), in words.</summary>
    public void Refused(params string[] status)
    {
        Expect.True(status.Contains(Status), $"{string.Join(" or ", status)} expected: {Type} {Payload.GetRawText()}");
        Expect.False(string.IsNullOrWhiteSpace(Description), "a refusal says what to do");
    }
}

/// <summary>Short ways into JSON.</summary>
public static class JsonReading
{
    public static string? Text(this JsonElement element, string name) => element.GetProperty(name).GetString();

    public static long Number(this JsonElement element, string name) => element.GetProperty(name).GetInt64();

    public static bool Flag(this JsonElement element, string name) => element.GetProperty(name).GetBoolean();

    public static JsonElement[] Items(this JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray()];

    public static string[] Texts(this JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray().Select(item => item.GetString()!)];

    public static bool IsNull(this JsonElement element, string name) => element.GetProperty(name).ValueKind == JsonValueKind.Null;

    /// <summary>UUIDs compare without case.</summary>
    public static bool Is(this JsonElement element, string name, string uuid) => string.Equals(element.Text(name), uuid, StringComparison.OrdinalIgnoreCase);
}
