using System.Text.Json;
using Messenger.Protocol;

namespace Messenger.Client.Connections;

/// <summary>An answer as it came.</summary>
/// <param name="Type">Its type on the wire.</param>
/// <param name="Payload">Its JSON.</param>
public sealed record Reply(string Type, ReadOnlyMemory<byte> Payload)
{
    /// <summary>The refusal, or null when the request was done.</summary>
    public Refused? Refusal =>
        Type == nameof(ResponseStatusMessage) && As(Payload, WireJson.Default.ResponseStatusMessage) is { Status: not Statuses.Ok } status
            ? new Refused(status.Status, status.Description ?? "")
            : null;

    /// <summary>The response.</summary>
    /// <exception cref="RefusedException">The server refused.</exception>
    public TResponse As<TResponse>()
        where TResponse : class =>
        Refusal is { } refusal
            ? throw new RefusedException(refusal)
            : (TResponse)(JsonSerializer.Deserialize(Payload.Span, WireJson.Default.GetTypeInfo(typeof(TResponse))!)
                ?? throw new JsonException($"the server answered null instead of {typeof(TResponse).Name}"));

    private static T? As<T>(ReadOnlyMemory<byte> payload, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(payload.Span, type);
}

/// <summary>A notification as it came.</summary>
/// <param name="Cursor">Where to resume after it; null on what is not replayed.</param>
public sealed record Received(string Type, string? Cursor, ReadOnlyMemory<byte> Payload)
{
    /// <summary>The notification; null for a type that this library does not know.</summary>
    public INotification? Read() =>
        TypeNames.Find(Type) is { } json ? JsonSerializer.Deserialize(Payload.Span, json) as INotification : null;
}

/// <summary>How a connection ended.</summary>
/// <param name="Code">The close code; null when it broke.</param>
/// <param name="Reason">What the server said.</param>
public sealed record Ending(int? Code, string? Reason, Exception? Fault);

/// <summary>The server refused a request.</summary>
public sealed class RefusedException(Refused refusal) : Exception($"{refusal.Status}: {refusal.Description}")
{
    public Refused Refusal { get; } = refusal;
}

/// <summary>The connection ended while a request was under way: it may have taken effect or not, and may be sent again.</summary>
public sealed class ConnectionLostException(string message, Exception? inner = null) : Exception(message, inner);
