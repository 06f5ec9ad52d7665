using System.Net;
using Messenger.Contracts;
using Messenger.Ports;
using Messenger.Protocol;
using Microsoft.AspNetCore.Http.Features;

namespace Messenger.Host.Admin;

/// <summary>What the operator can do: docs/admin-openapi.yaml describes it. Every call can be repeated.</summary>
internal static class AdminApi
{
    /// <summary>Messages removed in one call: a fraction of a second.</summary>
    private const int RetentionStepSize = 10_000;

    public static void MapAdminApi(this IEndpointRouteBuilder endpoints, string version)
    {
        var api = endpoints.MapGroup("/admin/v1");
        api.MapGet("/me", (HttpContext http) =>
        {
            var token = http.Features.GetRequiredFeature<Trail>().Token;
            return Results.Ok(new Holder(token.Name, token.MayChange ? "operator" : "reader", token.Expires?.ToUnixTimeMilliseconds(), version));
        });
        api.MapGet("/reports", ListReports);
        api.MapGet("/reports/{id:long}", FindReport);
        api.MapPost("/reports/{id:long}/resolve", (long id, Note? note, HttpContext http, IReportDesk desk, TimeProvider timeProvider) => Close(id, "resolved", note, http, desk, timeProvider));
        api.MapPost("/reports/{id:long}/dismiss", (long id, Note? note, HttpContext http, IReportDesk desk, TimeProvider timeProvider) => Close(id, "dismissed", note, http, desk, timeProvider));
        api.MapGet("/users", async (string? userId, string? phone, IGrainFactory grains) => Answers.ToHttpResult(await Answers.User(grains, new Whom(userId, phone, null, null)).LookUp()));
        api.MapPost("/users/suspend", async (Whom whom, HttpContext http, IGrainFactory grains) => Answers.ToHttpResult(await Answers.User(grains, whom).Suspend(true), http, Closed));
        api.MapPost("/users/restore", async (Whom whom, HttpContext http, IGrainFactory grains) => Answers.ToHttpResult(await Answers.User(grains, whom).Suspend(false), http, Closed));
        api.MapPost("/users/unlock", async (Whom whom, HttpContext http, IGrainFactory grains) => Answers.ToHttpResult(await Answers.User(grains, whom).Unlock(), http, _ => "the registration lock is gone"));
        api.MapPost("/connections/close", async (Whom whom, HttpContext http, IGrainFactory grains) => Answers.ToHttpResult(await Answers.User(grains, whom).Disconnect(whom.Device), http, Closed));
        api.MapPost("/push/test", async (Whom whom, HttpContext http, IGrainFactory grains) => Answers.ToHttpResult(
            await Answers.User(grains, whom).TestPush(whom.Device), http, trials => string.Join(", ", trials.Devices.Select(trial => $"{trial.Device} {trial.Outcome}"))));
        api.MapPost("/accounts", Open);
        api.MapGet("/counts", async (ICounts counts) => Results.Ok(await counts.Count()));
        api.MapPost("/retention", Retain);
        api.MapGet("/audit", ListAudit);
        api.MapDirectory();
        api.MapModeration();
        api.MapExport();
        api.MapControls();
    }

    private static async Task<IResult> ListReports(string? state, long? before, int? size, IReportDesk desk)
    {
        if (state is not (null or "open" or "resolved" or "dismissed" or "all"))
        {
            throw new BadHttpRequestException("state takes open, resolved, dismissed or all");
        }

        var page = Answers.Page(size);
        var found = await desk.List((state ?? "open") is "all" ? null : state ?? "open", before, page);
        return Results.Ok(new Reports(found.Select(Report.Of), found.Count == page ? found[^1].Id : null));
    }

    private static async Task<IResult> FindReport(long id, IReportDesk desk) =>
        await desk.Find(id) is { } found ? Results.Ok(Report.Of(found)) : NoReport();

    private static async Task<IResult> Close(long id, string state, Note? note, HttpContext http, IReportDesk desk, TimeProvider timeProvider)
    {
        if (note?.Text?.Length > 2000)
        {
            throw new BadHttpRequestException("text takes at most 2000 characters");
        }

        var closed = await desk.Close(id, state, http.Features.GetRequiredFeature<Trail>().Actor, note?.Text, timeProvider.GetUtcNow().ToUnixTimeMilliseconds());
        return await desk.Find(id) switch
        {
            null => NoReport(),

            // The same again is a retry.
            { } report when closed || report.State == state => Results.Ok(Report.Of(report)),
            { } report => Answers.Failed(HttpStatusCode.Conflict, $"this report was {report.State} by {report.ClosedBy} before"),
        };
    }

    private static async Task<IResult> Open(NewAccount account, HttpContext http, IGrainFactory grains)
    {
        // Never a number: whoever has that number could not register any more.
        if (account.Name is not { Length: >= 2 and <= 64 } name || !char.IsAsciiLetterLower(name[0]) || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.'))
        {
            throw new BadHttpRequestException("name takes 2 to 64 lower-case letters, digits, dots, dashes or underscores, a letter first");
        }

        return Answers.ToHttpResult(await grains.GetGrain<IUserOperations>(UserIds.FromPhone(name)).Open(), http, _ => "a credential was given out");
    }

    private static async Task<IResult> Retain(
        RetentionOrder order, HttpContext http, IMessageRetention messages, IFileRetention files, TimeProvider timeProvider)
    {
        if (order.Days < 1)
        {
            throw new BadHttpRequestException("days takes a whole number from 1");
        }

        var before = timeProvider.GetUtcNow().AddDays(-order.Days).ToUnixTimeMilliseconds();
        var step = order.Kind switch
        {
            "messages" => await messages.Step(before, order.After, RetentionStepSize, order.DryRun),
            "files" => await files.Step(before, order.After, RetentionStepSize, order.DryRun),
            _ => throw new BadHttpRequestException("kind takes messages or files"),
        };
        http.Features.GetRequiredFeature<Trail>().Outcome = $"{(order.DryRun ? "would remove" : "removed")} {step.Removed}";
        return Results.Ok(step);
    }

    private static async Task<IResult> ListAudit(
        long? before, long? since, string? actor, string? target, string? action, bool? changes, int? size, IAuditLog audit)
    {
        var page = Answers.Page(size);
        var found = await audit.List(before, page, new AuditFilter(actor, target, action, since, changes is true));
        return Results.Ok(new AuditPage(found, found.Count == page ? found[^1].At : null));
    }

    private static string Closed(Closed closed) => $"{closed.Connections} connections";

    private static IResult NoReport() => Answers.Failed(HttpStatusCode.NotFound, "there is no such report");
}
