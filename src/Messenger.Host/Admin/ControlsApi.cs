using System.Net;
using Messenger.Contracts;
using Messenger.Host.Starting;
using Messenger.Ports;
using Microsoft.AspNetCore.Http.Features;
using Orleans.Runtime;

namespace Messenger.Host.Admin;

/// <summary>What is set while the server runs: a notice, registration, which processes take connections. Every process follows within seconds.</summary>
internal static class ControlsApi
{
    private const int MaxText = 500;

    /// <summary>Users of a step: each is an actor that wakes and writes what it has.</summary>
    private const int ResealPage = 100;

    public static void MapControls(this RouteGroupBuilder api)
    {
        api.MapGet("/controls", async (IServerControls controls) => Results.Ok(new Controls((await controls.List()).Where(control => control.Name != ServerControlNames.CredentialCanary))));
        api.MapPost("/notice", (ControlOrder order, HttpContext http, IServerControls controls, TimeProvider timeProvider) =>
            Set(ServerControlNames.Notice, Text(order.Text), http, controls, timeProvider, order.DryRun, text => text is null
                ? "take the notice back" : "show a notice to everybody"));
        api.MapPost("/registration/pause", (ControlOrder order, HttpContext http, IServerControls controls, TimeProvider timeProvider) =>
            Set(ServerControlNames.RegistrationPaused, Text(order.Text) ?? "maintenance", http, controls, timeProvider, order.DryRun, _ =>
                "send no more codes to those who register, until it is resumed"));
        api.MapPost("/registration/resume", (ControlOrder order, HttpContext http, IServerControls controls, TimeProvider timeProvider) =>
            Set(ServerControlNames.RegistrationPaused, null, http, controls, timeProvider, order.DryRun, _ => "let people register again"));
        api.MapPost("/credential-key/accept", Accept);
        api.MapPost("/credential-key/reseal", Reseal);
        api.MapGet("/processes", async (IServerControls controls, IClusterMembershipService membership) => Results.Ok(new Processes(await All(controls, membership))));
        api.MapPost("/processes/drain", (ProcessOrder order, HttpContext http, IServerControls controls, IClusterMembershipService membership, TimeProvider timeProvider) =>
            Drain(order, order.Reason is { Length: > 0 } why ? Text(why) : "maintenance", http, controls, membership, timeProvider));
        api.MapPost("/processes/resume", (ProcessOrder order, HttpContext http, IServerControls controls, IClusterMembershipService membership, TimeProvider timeProvider) =>
            Drain(order, null, http, controls, membership, timeProvider));
    }

    /// <summary>A gateway has no such key.</summary>
    private static async Task<IResult> Accept(ControlOrder order, HttpContext http, IServiceProvider services)
    {
        if (services.GetService<CredentialCanary>() is not { } canary)
        {
            return Answers.Failed(HttpStatusCode.Conflict, "this process has no key of credentials: ask a worker's operator port");
        }

        var fits = await canary.Check();
        if (!fits && !order.DryRun)
        {
            await canary.Accept(http.Features.GetRequiredFeature<Trail>().Actor);
        }

        return Answers.ToEffect(new Protocol.Result<string>("", null), http, order.DryRun, _ => fits
            ? (false, "the key is the one that credentials are sealed with")
            : (true, "take the configured key for the right one: what the old one sealed stays unreadable"));
    }

    /// <summary>A page of users after another: whoever rotates the key asks until there is no next.</summary>
    private static async Task<IResult> Reseal(ResealOrder order, HttpContext http, IOperatorDirectory directory, IGrainFactory grains)
    {
        var page = await directory.Users(null, order.After, ResealPage);

        // Who was erased in between is left out.
        var done = (await Task.WhenAll(page.Select(user => grains.GetGrain<IUserOperations>(user.UserId).Reseal(order.DryRun))))
            .Select(one => one.Value).OfType<Resealed>().ToList();
        http.Features.GetRequiredFeature<Trail>().Outcome = $"{(order.DryRun ? "would seal" : "sealed")} what {done.Count} users have";
        return Results.Ok(new ResealStep(
            done.Count, done.Sum(one => one.Credentials), done.Sum(one => one.Lost), done.Count(one => one.OlderLock), page.Count == ResealPage ? page[^1].UserId : null));
    }

    private static async Task<IResult> Drain(
        ProcessOrder order, string? why, HttpContext http, IServerControls controls, IClusterMembershipService membership, TimeProvider timeProvider)
    {
        var known = await All(controls, membership);
        return known.FirstOrDefault(one => one.Name == order.Process) is { } process
            ? await Set(ServerControlNames.Drain(process.Name), why, http, controls, timeProvider, order.DryRun, text => text is null
                ? $"let {process.Name} take connections again"
                : $"close the connections of {process.Name}, and let it take no new ones until it is resumed")
            : Answers.Failed(HttpStatusCode.NotFound, "there is no such process: GET /admin/v1/processes names them");
    }

    private static async Task<IResult> Set(
        string name, string? value, HttpContext http, IServerControls controls, TimeProvider timeProvider, bool dryRun, Func<string?, string> tell)
    {
        var before = (await controls.List()).FirstOrDefault(control => control.Name == name)?.Value;
        if (!dryRun)
        {
            await controls.Set(name, value, http.Features.GetRequiredFeature<Trail>().Actor, timeProvider.GetUtcNow().ToUnixTimeMilliseconds());
        }

        return Answers.ToEffect(new Protocol.Result<string>(name, null), http, dryRun, _ => (before != value, before == value ? $"it is so already: {tell(value)}" : tell(value)));
    }

    /// <summary>Those of the cluster that live, and those that are drained and away.</summary>
    private static async Task<IReadOnlyList<Process>> All(IServerControls controls, IClusterMembershipService membership)
    {
        var drained = (await controls.List())
            .Select(control => (Name: ServerControlNames.Drained(control.Name), control.Value))
            .Where(one => one.Name is not null).ToDictionary(one => one.Name!, one => one.Value, StringComparer.Ordinal);
        var present = membership.CurrentSnapshot.Members.Values.Where(member => member.Status == SiloStatus.Active).Select(member => member.Name).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. present.Select(name => new Process(name, Present: true, drained.GetValueOrDefault(name))),
            .. drained.Where(one => !present.Contains(one.Key)).Select(one => new Process(one.Key, Present: false, one.Value)),
        ];
    }

    private static string? Text(string? text) => string.IsNullOrWhiteSpace(text) ? null
        : text.Length <= MaxText ? text
        : throw new BadHttpRequestException($"the text takes at most {MaxText} characters");
}

/// <param name="Text">A notice, or why registration is paused.</param>
internal sealed record ControlOrder(string? Text, bool DryRun);

/// <param name="After">What the step before gave as next; null for the first.</param>
internal sealed record ResealOrder(string? After, bool DryRun);

/// <param name="Credentials">Sealed with another key than the newest before this step.</param>
/// <param name="Lost">Those that no key opens.</param>
/// <param name="OlderLocks">Registration locks that were set under an older key: it has to stay until their owners gave them once.</param>
internal sealed record ResealStep(int Users, int Credentials, int Lost, int OlderLocks, string? Next);

internal sealed record ProcessOrder(string? Process, string? Reason, bool DryRun);

internal sealed record Controls(IEnumerable<ServerControl> Items);

/// <param name="Present">Whether it is in the cluster now.</param>
/// <param name="Drained">Why it takes no connections; null for one that does.</param>
internal sealed record Process(string Name, bool Present, string? Drained);

internal sealed record Processes(IEnumerable<Process> Items);
