using System.Net;
using Messenger.Contracts;
using Messenger.Protocol;
using Microsoft.AspNetCore.Http.Features;

namespace Messenger.Host.Admin;

/// <summary>How calls of the operator's are answered, and what their arguments must be.</summary>
internal static class Answers
{
    private const int MaxPage = 200;
    private const int MaxReason = 500;

    public static int Page(int? size, int most = MaxPage) => size switch
    {
        null => Math.Min(50, most),
        >= 1 when size <= most => size.Value,
        _ => throw new BadHttpRequestException($"size takes a whole number from 1 to {most}"),
    };

    public static IUserOperations User(IGrainFactory grains, Whom whom) => grains.GetGrain<IUserOperations>(whom.Id());

    /// <summary>What takes something away for good is done for a reason, which the audit log keeps.</summary>
    public static void Reason(string? reason)
    {
        if (reason is not { Length: > 0 and <= MaxReason } || reason.All(char.IsWhiteSpace))
        {
            throw new BadHttpRequestException($"give a reason of at most {MaxReason} characters, such as the number of the court's order: the audit log keeps it");
        }
    }

    public static Guid Uuid(string? text, string name) => Guid.TryParseExact(text, "D", out var uuid)
        ? uuid
        : throw new BadHttpRequestException($"{name} takes a uuid");

    public static IResult ToHttpResult<T>(Result<T> answer, HttpContext? http = null, Func<T, string>? outcome = null)
        where T : class
    {
        if (answer.Error is { } refusal)
        {
            return Refused(refusal);
        }

        if (http is not null && outcome is not null)
        {
            http.Features.GetRequiredFeature<Trail>().Outcome = outcome(answer.Value!);
        }

        return Results.Ok(answer.Value);
    }

    /// <summary>What was done, or would be, in one sentence: for the caller and for the audit log.</summary>
    public static IResult ToEffect<T>(Result<T> answer, HttpContext http, bool dryRun, Func<T, (bool Changes, string Effect)> tell)
        where T : class
    {
        if (answer.Error is { } refusal)
        {
            return Refused(refusal);
        }

        var (changes, effect) = tell(answer.Value!);
        var told = !changes ? effect : $"{(dryRun ? "would" : "did")}: {effect}";
        http.Features.GetRequiredFeature<Trail>().Outcome = told;
        return Results.Ok(new Effect(dryRun, changes, told));
    }

    public static IResult Failed(HttpStatusCode status, string error) => Results.Json(new Failure(error), statusCode: (int)status);

    private static IResult Refused(Error refusal) => Failed(
        refusal.Status switch
        {
            Statuses.NotFound => HttpStatusCode.NotFound,
            Statuses.Conflict => HttpStatusCode.Conflict,
            Statuses.BadRequest => HttpStatusCode.BadRequest,
            Statuses.Unavailable => HttpStatusCode.ServiceUnavailable,
            _ => HttpStatusCode.Forbidden,
        },
        refusal.Description);
}

/// <param name="Changed">False where there was nothing to do any more.</param>
/// <param name="Text">What was done, or would be.</param>
internal sealed record Effect(bool DryRun, bool Changed, [property: System.Text.Json.Serialization.JsonPropertyName("effect")] string Text);
