using System.Globalization;
using Messenger.Contracts;
using Messenger.Ports;
using Messenger.Protocol;

namespace Messenger.Host.Admin;

/// <summary>What the operator looks at: what is known about people and conversations, and never what they say.</summary>
internal static class DirectoryApi
{
    /// <summary>People of a conversation that are named: more are counted.</summary>
    private const int People = 200;

    /// <summary>Users of a page with their devices: each costs a call of an actor.</summary>
    private const int MaxDevicesPage = 50;

    public static void MapDirectory(this RouteGroupBuilder api)
    {
        api.MapGet("/reports/{id:long}/context", Context);
        api.MapGet("/users/list", async (string? part, string? after, int? size, IOperatorDirectory directory) =>
        {
            var page = Answers.Page(size);
            var found = await directory.Users(Part(part), after, page);
            return Results.Ok(new Listed<UserSummary>(found, found.Count == page ? found[^1].UserId : null));
        });
        api.MapGet("/devices", async (string? part, string? after, int? size, IOperatorDirectory directory, IGrainFactory grains) =>
        {
            var page = Answers.Page(size, MaxDevicesPage);
            var found = await directory.Users(Part(part), after, page);

            // Who was erased in between is left out.
            var cards = await Task.WhenAll(found.Select(user => grains.GetGrain<IUserOperations>(user.UserId).LookUp()));
            return Results.Ok(new Listed<UserCard>(cards.Select(card => card.Value).OfType<UserCard>(), found.Count == page ? found[^1].UserId : null));
        });
        api.MapGet("/conversations", async (string? conversation, IOperatorDirectory directory) =>
            await directory.Conversation(Answers.Uuid(conversation, nameof(conversation)), People) is { } found ? Results.Ok(found) : None("conversation"));
        api.MapGet("/messages", async (string? conversation, string? message, IOperatorDirectory directory) =>
            await directory.Message(Answers.Uuid(conversation, nameof(conversation)), Answers.Uuid(message, nameof(message))) is { } found ? Results.Ok(found) : None("message"));
        api.MapGet("/push/queue", PushQueue);
        api.MapGet("/statistics", Statistics);
    }

    private static async Task<IResult> Context(long id, IReportDesk desk, IOperatorDirectory directory, IUserDirectory users)
    {
        if (await desk.Find(id) is not { } filed)
        {
            return None("report");
        }

        var report = filed.Report;
        var author = report.AuthorId is { } one ? await users.Find(one) : null;
        return Results.Ok(new ReportContext(
            Report.Of(filed),
            author is null ? null : new UserSummary(author.UserId, author.Suspended, author.Created, author.LastLogin, author.PublicKey is not null, filed.AuthorReports),
            report is { Kind: "message", Conversation: { } place } && Guid.TryParse(report.Subject, out var uuid) ? await directory.Message(place, uuid) : null,
            report.Conversation is { } conversation ? await directory.Conversation(conversation, People) : null));
    }

    private static async Task<IResult> PushQueue(string? after, int? size, IOperatorDirectory directory)
    {
        var page = Answers.Page(size);
        (long, Guid)? from = null;
        if (after is not null)
        {
            from = after.Split('~') is [var due, var id] && long.TryParse(due, NumberStyles.None, CultureInfo.InvariantCulture, out var at) && Guid.TryParse(id, out var uuid)
                ? (at, uuid)
                : throw new BadHttpRequestException("after takes what the page before gave as next");
        }

        var found = await directory.PushQueue(from, page);
        return Results.Ok(new Listed<WaitingPush>(
            found.Select(push => new WaitingPush(
                DeviceKeys.UserOf(push.Device), DeviceKeys.ApplicationOf(push.Device)[..16], push.ApplicationType, push.Conversation, push.Queued, push.Due, push.Tries)),
            found.Count == page ? string.Create(CultureInfo.InvariantCulture, $"{found[^1].Due}~{found[^1].Id}") : null));
    }

    private static async Task<IResult> Statistics(int? days, IDailyFigures figures, TimeProvider timeProvider)
    {
        if (days is not (null or (>= 1 and <= IDailyFigures.DaysKept)))
        {
            throw new BadHttpRequestException($"days takes a whole number from 1 to {IDailyFigures.DaysKept}");
        }

        var today = timeProvider.GetUtcNow().ToUnixTimeSeconds() / 86_400;
        var found = await figures.List(today - (days ?? 30) + 1, today);
        return Results.Ok(new Days(found.GroupBy(figure => figure.Day).Select(day => new OrderedDictionary<string, object>(
            DailyFigureNames.All.Select(name => KeyValuePair.Create<string, object>(name, day.FirstOrDefault(figure => figure.Name == name)?.Amount ?? 0))
                .Prepend(KeyValuePair.Create<string, object>("date", DateTimeOffset.UnixEpoch.AddDays(day.Key).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)))))));
    }

    /// <summary>Ids are Base64; what else is asked for is in none of them.</summary>
    private static string? Part(string? part) => part switch
    {
        null or "" => null,
        { Length: <= UserIds.Length } when part.All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '/' or '=') => part,
        _ => throw new BadHttpRequestException($"part takes at most {UserIds.Length} letters of an id"),
    };

    private static IResult None(string what) => Answers.Failed(System.Net.HttpStatusCode.NotFound, $"there is no such {what}");
}

/// <param name="Next">Give it as after for the next page; null when there is none.</param>
internal sealed record Listed<T>(IEnumerable<T> Items, string? Next);

/// <summary>What a decision about a report needs: who wrote it, who was there, how often each was reported.</summary>
internal sealed record ReportContext(Report Report, UserSummary? Author, MessageSummary? Message, ConversationSummary? Conversation);

/// <summary>A push that waits; its device as a look-up names it.</summary>
internal sealed record WaitingPush(string UserId, string Device, string ApplicationType, Guid Conversation, long Queued, long Due, int Tries);

internal sealed record Days([property: System.Text.Json.Serialization.JsonPropertyName("days")] IEnumerable<OrderedDictionary<string, object>> Items);
