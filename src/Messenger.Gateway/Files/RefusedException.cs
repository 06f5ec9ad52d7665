using Messenger.Protocol;
using Microsoft.AspNetCore.Http;

namespace Messenger.Gateway.Files;

/// <summary>
/// Ends a request for a file with an answer. Here and nowhere else a refusal is thrown: what handles a body is several calls deep, and costs more than a throw.
/// </summary>
/// <param name="code">The HTTP status; null for the one that belongs to the refusal's.</param>
#pragma warning disable CA1032, CA1064 // Made and caught in this folder.
internal sealed class RefusedException(Error error, int? code = null) : Exception(error.Description)
#pragma warning restore CA1032, CA1064
{
    public Error Error => error;

    public int Code => code ?? error.Status switch
    {
        Statuses.BadRequest => StatusCodes.Status400BadRequest,
        Statuses.Unauthenticated => StatusCodes.Status401Unauthorized,
        Statuses.Forbidden => StatusCodes.Status403Forbidden,
        Statuses.NotFound => StatusCodes.Status404NotFound,
        Statuses.Conflict => StatusCodes.Status409Conflict,
        Statuses.TooManyRequests => StatusCodes.Status429TooManyRequests,
        Statuses.Unavailable => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };

    public static RefusedException BadRequest(string description, int? code = null) => new(Error.BadRequest(description), code);
}

/// <summary>From answers of grains to exceptions.</summary>
internal static class ResultExtensions
{
    public static T OrThrow<T>(this Result<T> answer)
        where T : class => answer.Value ?? throw new RefusedException(answer.Error!);

    public static void OrThrow(this Result answer)
    {
        if (answer.Error is { } error)
        {
            throw new RefusedException(error);
        }
    }
}
