using System.Text.Json;
using Messenger.Gateway.Requests;
using Messenger.Gateway.Sessions;
using Messenger.Protocol;

namespace Messenger.Gateway.Dispatch;

/// <summary>Everything that can be said of a request without a call: rate, login, shape.</summary>
internal sealed class RequestCheck(FailureLog failures)
{
    /// <summary>What of a client's text comes back in a description.</summary>
    private const int Quoted = 200;

    /// <summary>Why the request is refused; null: it may be served.</summary>
    public Error? Fault(Session session, Route route, in Frame frame, out IRequest? request)
    {
        request = null;
        if (!session.RateLimiter.TryTake(out var seconds))
        {
            return Error.TooManyRequests("too many requests on this connection", seconds);
        }

        if (!route.IsGuest && session.Caller is null)
        {
            return Error.Unauthenticated("send RequestAuthenticationByApplication first");
        }

        try
        {
            if (StorableJson.Fault(frame.Payload.Span) is { } unstorable)
            {
                return Error.BadRequest(unstorable);
            }

            request = route.Read(frame.Payload.Span);
            return request is null ? Error.BadRequest("payload must be an object")
                : request.Fault() is { } fault ? Error.BadRequest(fault)
                : null;
        }
        catch (JsonException e)
        {
            return Error.BadRequest($"payload{Quote(e.Path?.TrimStart('$'))} is not of the type it must have");
        }
#pragma warning disable CA1031 // A shape check of ours that cannot stand what a client sent must not cost it the connection.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return failures.Refuse(route.Type, e);
        }
    }

    /// <summary>Never cut through the middle of a character.</summary>
    public static string Quote(string? text) =>
        text is not { Length: > Quoted } ? text ?? "" : char.IsHighSurrogate(text[Quoted - 1]) ? text[..(Quoted - 1)] : text[..Quoted];
}
