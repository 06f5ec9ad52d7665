using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Net.Http.Headers;

namespace Messenger.Gateway.Files;

/// <summary>The framework's own answer to ranges, conditions and HEAD, without its way of sending the bytes.</summary>
internal sealed class FileHeaders() : FileResultExecutorBase(NullLogger.Instance)
{
    private static readonly RouteData NoRoute = new();
    private static readonly ActionDescriptor NoAction = new();

    /// <summary>Sets status and headers; returns the bytes to send, or null for none.</summary>
    public (long From, long Count)? Set(HttpContext context, long size, string contentType, DateTimeOffset changed, EntityTagHeaderValue tag)
    {
        var (range, length, body) = SetHeadersAndLog(
            new ActionContext(context, NoRoute, NoAction), new FileContentResult([], contentType), size, enableRangeProcessing: true, changed, tag);
        return body ? range is null ? (0, size) : (range.From ?? 0, length) : null;
    }
}
