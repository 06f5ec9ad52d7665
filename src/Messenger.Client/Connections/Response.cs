using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Messenger.Protocol;

namespace Messenger.Client.Connections;

/// <summary>An answer as it came.</summary>
/// <param name="Type">Its type on the wire.</param>
/// <param name="Payload">Its JSON.</param>
public sealed record Response(string Type, ReadOnlyMemory<byte> Payload)
{
    /// <summary>The refusal, or null when the request was done.</summary>
    public Error? Error =>
        Type == nameof(ResponseStatusMessage) && Read(WireJson.Default.ResponseStatusMessage) is ResponseStatusMessage { Status: not Statuses.Ok } status
            ? new Error(status.Status, status.Description ?? "", Pauses.Seconds(status), status.ConversationUuid, status.RegistrationLock == true)
            : null;

    /// <summary>The response, or the refusal: nothing is thrown for what a server may rightly say.</summary>
    /// <exception cref="ProtocolException">The server answered with another type.</exception>
    public Result<TResponse> ToResult<TResponse>()
        where TResponse : class
    {
        if (Error is { } error)
        {
            return error;
        }

        return Type == typeof(TResponse).Name && WireJson.Default.GetTypeInfo(typeof(TResponse)) is { } json
            ? (TResponse)Read(json)
            : throw new ProtocolException($"the server answered {Type} where {typeof(TResponse).Name} belongs");
    }

    /// <summary>The response.</summary>
    /// <exception cref="RefusedException">The server refused.</exception>
    /// <exception cref="ProtocolException">The server answered with another type.</exception>
    public TResponse As<TResponse>()
        where TResponse : class
    {
        var answer = ToResult<TResponse>();
        return answer.Value ?? throw new RefusedException(answer.Error!);
    }

    private object Read(JsonTypeInfo json)
    {
        try
        {
            return JsonSerializer.Deserialize(Payload.Span, json) ?? throw new ProtocolException($"the server answered null as {Type}");
        }
        catch (JsonException fault)
        {
            throw new ProtocolException($"the server's {Type} has another shape than the protocol's", fault);
        }
    }
}

/// <summary>A notification as it came.</summary>
/// <param name="Cursor">Where to resume after it; null on what is not replayed.</param>
public sealed record Received(string Type, string? Cursor, ReadOnlyMemory<byte> Payload)
{
    /// <summary>The notification; null for a type that this library does not know.</summary>
    /// <exception cref="ProtocolException">It has another shape than the protocol's.</exception>
    public INotification? Read()
    {
        try
        {
            return TypeNames.Find(Type) is { } json ? JsonSerializer.Deserialize(Payload.Span, json) as INotification : null;
        }
        catch (JsonException fault)
        {
            throw new ProtocolException($"the server's {Type} has another shape than the protocol's", fault);
        }
    }
}

/// <summary>How a connection ended.</summary>
/// <param name="Code">The close code (see <see cref="CloseCode"/>); null when the socket broke or was never open.</param>
/// <param name="Reason">What the server said, or null.</param>
/// <param name="Fault">What broke, or null.</param>
public sealed record Ending(int? Code, string? Reason, Exception? Fault)
{
    public override string ToString() =>
        Code is { } code ? $"closed with {code}{(string.IsNullOrEmpty(Reason) ? "" : $", {Reason}")}" : Fault?.Message ?? "the connection broke";
}
