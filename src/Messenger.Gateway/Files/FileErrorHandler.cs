using Messenger.Ports;
using Messenger.Protocol;
using Microsoft.AspNetCore.Http;

namespace Messenger.Gateway.Files;

/// <summary>The one catch around everything that is served of files: every request ends with an answer, and a refusal is told in words.</summary>
internal sealed class FileErrorHandler(FailureLog failures)
{
    /// <summary>Seconds after which a client may try again what was unavailable.</summary>
    private const string RetrySoon = "2";

    public RequestDelegate Around(RequestDelegate handler) => async context =>
    {
        try
        {
            await handler(context);
        }
        catch (RefusedException refused)
        {
            await Refuse(context, refused.Error, refused.Code);
        }
        catch (BadHttpRequestException fault)
        {
            await Refuse(context, Error.BadRequest(fault.Message), fault.StatusCode);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be answered.
            context.Abort();
        }
        catch (FileBusyException)
        {
            await Refuse(context, Failures.Unavailable, StatusCodes.Status503ServiceUnavailable);
        }
#pragma warning disable CA1031 // The one catch.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            var error = failures.Refuse(context.Request.Method, fault);
            await Refuse(context, error, error.Status == Statuses.Unavailable ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status500InternalServerError);
        }
        finally
        {
            FilesMeter.Answered(context.Request.Method, context.Response.StatusCode);
        }
    };

    private static async Task Refuse(HttpContext context, Error error, int code)
    {
        var response = context.Response;
        if (response.HasStarted || context.RequestAborted.IsCancellationRequested)
        {
            // What was promised cannot be kept: the client sees a body that is cut short. Or nobody is there any more.
            context.Abort();
            return;
        }

        response.StatusCode = code;
        response.ContentType = "application/json";
        response.Headers.CacheControl = "no-store";
        if (code == StatusCodes.Status401Unauthorized)
        {
            response.Headers.WWWAuthenticate = "Basic realm=\"messenger\", charset=\"UTF-8\"";
        }
        else if (code is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status423Locked)
        {
            response.Headers.RetryAfter = RetrySoon;
        }

        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.Body.WriteAsync(FrameWriter.Payload(new ResponseStatusMessage(null, error.Status, error.Description)), context.RequestAborted);
        }
    }
}
