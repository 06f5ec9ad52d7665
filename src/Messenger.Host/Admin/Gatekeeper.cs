using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Messenger.Contracts;
using Messenger.Grains;
using Messenger.Host.Configuration;
using Messenger.Host.Logging;
using Messenger.Ports;
using Messenger.Protocol;
using Orleans.Runtime;

namespace Messenger.Host.Admin;

/// <summary>
/// Stands before everything on the operator's port: lets nobody in without a token that is valid now, and nothing happen without an entry in the
/// audit log. What cannot be entered is not done.
/// </summary>
internal sealed class Gatekeeper(
    RequestDelegate next, TokenGuard guard, IAuditLog audit, TimeProvider timeProvider, ILogger<Gatekeeper> logger)
{
    /// <summary>A call is some words; more is somebody else's mistake.</summary>
    private const int MaxBytes = 16 * 1024;

    /// <summary>Characters of a call's arguments that are kept.</summary>
    private const int MaxDetail = 600;

    /// <summary>Rejected calls that are entered in a minute: whoever knocks without end must not fill the disk. Past that they are counted alone.</summary>
    private const int RejectionsPerMinute = 60;

    private readonly Lock _gate = new();
    private long _minute;
    private int _rejections;

    public async Task InvokeAsync(HttpContext http)
    {
        var (token, why) = await Check(http);
        var entry = new AuditEntry(
            Guid.NewGuid(), timeProvider.GetUtcNow().ToUnixTimeMilliseconds(), token?.Name, $"{http.Request.Method} {Short(http.Request.Path)}", Target: null,
            http.Connection.RemoteIpAddress?.ToString());
        try
        {
            await (token is null ? Reject(http, entry, why!) : Serve(http, entry, token));
        }
        catch (StoreUnavailableException fault)
        {
            Log.AdminUnavailable(logger, fault);
            await Say(http, HttpStatusCode.ServiceUnavailable, "the store is away: try again later");
        }
    }

    private async ValueTask<(AdminToken? Token, string? Why)> Check(HttpContext http)
    {
        const string scheme = "Bearer ";
        var authorization = http.Request.Headers.Authorization.ToString();
        return authorization.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) && authorization.Length > scheme.Length
            ? await guard.Check(http.Connection.RemoteIpAddress, authorization[scheme.Length..].Trim(), http.RequestAborted)
            : (null, "a token is missing: send 'Authorization: Bearer TOKEN'");
    }

    private async Task Reject(HttpContext http, AuditEntry entry, string why)
    {
        http.Response.Headers.WWWAuthenticate = "Bearer";
        if (why == TokenGuard.TooMany || !MayEnter())
        {
            await Say(http, HttpStatusCode.TooManyRequests, TokenGuard.TooMany);
            return;
        }

        await audit.Enter(entry with { Status = (int)HttpStatusCode.Unauthorized, Detail = why });
        Log.AdminCall(logger, "nobody", entry.Action, (int)HttpStatusCode.Unauthorized);
        await Say(http, HttpStatusCode.Unauthorized, why);
    }

    private bool MayEnter()
    {
        lock (_gate)
        {
            var minute = timeProvider.GetUtcNow().ToUnixTimeSeconds() / 60;
            _rejections = minute == _minute ? _rejections + 1 : 1;
            _minute = minute;
            return _rejections <= RejectionsPerMinute;
        }
    }

    private async Task Serve(HttpContext http, AuditEntry entry, AdminToken token)
    {
        var trail = new Trail(token);
        http.Features.Set(trail);
        var (arguments, fault) = await Arguments(http.Request);
        await audit.Enter(entry with { Target = Target(arguments), Detail = Shown(arguments) });
        if (!token.MayChange && IsChange(http.Request))
        {
            await Say(http, HttpStatusCode.Forbidden, "this token is a reader's: the call takes an operator's");
        }
        else if (fault is null)
        {
            await Call(http);
        }
        else
        {
            await Say(http, HttpStatusCode.BadRequest, fault);
        }

        Log.AdminCall(logger, entry.Actor!, entry.Action, http.Response.StatusCode);
        await audit.Close(entry.Id, http.Response.StatusCode, trail.Outcome is { } outcome ? $"{Shown(arguments)} -> {outcome}" : null);
    }

    /// <summary>What is more than a look: a reader's token does not reach it.</summary>
    private static bool IsChange(HttpRequest request) =>
        !HttpMethods.IsGet(request.Method) || request.Path.StartsWithSegments(ExportApi.Path, StringComparison.OrdinalIgnoreCase);

    private async Task Call(HttpContext http)
    {
        try
        {
            await next(http);
            if (http.Response is { StatusCode: StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed, HasStarted: false })
            {
                await Say(http, (HttpStatusCode)http.Response.StatusCode, "there is no such call: see docs/admin-openapi.yaml");
            }
            else if (http.Response is { StatusCode: StatusCodes.Status400BadRequest or StatusCodes.Status415UnsupportedMediaType, HasStarted: false })
            {
                await Say(http, HttpStatusCode.BadRequest, "the arguments are not as they must be: see docs/admin-openapi.yaml");
            }
        }
        catch (Exception fault) when (!http.Response.HasStarted)
        {
            switch (fault)
            {
                case BadHttpRequestException bad:
                    await Say(http, HttpStatusCode.BadRequest, bad.Message);
                    break;
                case var away when TransientErrors.IsTransient(away):
                    Log.AdminUnavailable(logger, fault);
                    await Say(http, HttpStatusCode.ServiceUnavailable, "a part of the server is away: the call may or may not have had an effect, and can be repeated");
                    break;
                default:
                    Log.AdminFailed(logger, fault);
                    await Say(http, HttpStatusCode.InternalServerError, "the server failed: its log says how");
                    break;
            }
        }
    }

    /// <summary>Query and body as one object; read here, so that they are entered before anything is done.</summary>
    private static async Task<(JsonObject Arguments, string? Fault)> Arguments(HttpRequest request)
    {
        var arguments = new JsonObject();
        foreach (var (name, value) in request.Query)
        {
            arguments[name] = value.ToString();
        }

        // What the store could not keep is not entered either, and not done.
        if (request.Query.Any(one => !StorableText.Takes(one.Key) || !StorableText.Takes(one.Value.ToString())))
        {
            return ([], "the query must not hold the character U+0000");
        }

        if (!HttpMethods.IsPost(request.Method))
        {
            return (arguments, null);
        }

        var body = new MemoryStream();
        var buffer = new byte[4096];
        for (var read = await request.Body.ReadAsync(buffer); read > 0; read = await request.Body.ReadAsync(buffer))
        {
            body.Write(buffer, 0, read);
            if (body.Length > MaxBytes)
            {
                return (arguments, $"the body takes at most {MaxBytes} bytes");
            }
        }

        try
        {
            if (StorableJson.Fault(body.ToArray()) is { } unstorable)
            {
                return (arguments, unstorable);
            }

            if (body.Length > 0)
            {
                if (JsonNode.Parse(body.ToArray()) is not JsonObject members)
                {
                    return (arguments, "the body must be a JSON object");
                }

                foreach (var (name, value) in members)
                {
                    arguments[name] = value?.DeepClone();
                }
            }
        }
        catch (JsonException)
        {
            return (arguments, "the body must be a JSON object");
        }

        body.Position = 0;
        request.Body = body;
        return (arguments, null);
    }

    /// <summary>Whom it is about, if anybody; a phone number by the id it makes.</summary>
    private static string? Target(JsonObject arguments)
    {
        string? Word(string name) => arguments[name] is JsonValue value && value.TryGetValue<string>(out var text) && text.Length > 0 ? text : null;
        return Word("userId") is { } user ? Cut(user, 64)
            : (Word("phone") ?? Word("name")) is { } hashed ? UserIds.FromPhone(hashed)
            : Word("conversation") is { } conversation ? Cut(conversation, 64)
            : null;
    }

    /// <summary>The arguments without what is told otherwise or must not be kept.</summary>
    private static string? Shown(JsonObject arguments)
    {
        var shown = arguments.DeepClone().AsObject();
        shown.Remove("phone");
        shown.Remove("userId");
        return shown.Count == 0 ? null : Cut(shown.ToJsonString(), MaxDetail);
    }

    private static string Short(PathString path) => Cut(new StringBuilder(path.Value).Replace('\n', ' ').Replace('\r', ' ').ToString(), 120);

    /// <summary>Never through the middle of a character: half of one is nothing that a store takes.</summary>
    private static string Cut(string text, int most) =>
        text.Length <= most ? text : char.IsHighSurrogate(text[most - 1]) ? text[..(most - 1)] : text[..most];

    private static Task Say(HttpContext http, HttpStatusCode status, string error)
    {
        http.Response.StatusCode = (int)status;
        return http.Response.WriteAsJsonAsync(new Failure(error));
    }
}

/// <summary>What a call adds to its entry in the audit log.</summary>
internal sealed class Trail(AdminToken token)
{
    public AdminToken Token { get; } = token;

    /// <summary>The name of the token.</summary>
    public string Actor => Token.Name;

    /// <summary>What came of it, in a few words; no number, no token.</summary>
    public string? Outcome { get; set; }
}
