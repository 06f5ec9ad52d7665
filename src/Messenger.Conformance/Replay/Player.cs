using System.Text.Json;
using System.Text.Json.Nodes;
using Messenger.Conformance.Phones;

namespace Messenger.Conformance.Replay;

/// <summary>Plays a transcript again on a server, with fresh people, and tells what is otherwise.</summary>
public sealed class Player(Transcript transcript, Target target) : IAsyncDisposable
{
    private readonly Substitutes _substitutes = new(transcript.ServerMade);
    private readonly Dictionary<string, Wire> _wires = [];
    private readonly Dictionary<string, string> _phones = transcript.Sides.Values.ToDictionary(side => side.Name, side => side.OpenUserId);
    private readonly List<Difference> _differences = [];
    private readonly List<Step> _awaited = [];

    /// <param name="keepPeople">The people of the transcript are used as they are: they must be registered as they were.</param>
    /// <param name="done">Told after each line.</param>
    /// <exception cref="System.Net.WebSockets.WebSocketException">Nobody answers there.</exception>
    public async Task<IReadOnlyList<Difference>> Play(bool keepPeople = false, Action<Step>? done = null, CancellationToken cancellation = default)
    {
        Timeouts.Use(target.Timeout);
        if (!keepPeople)
        {
            await MakePeople();
        }

        foreach (var step in transcript.Steps)
        {
            cancellation.ThrowIfCancellationRequested();
            await Play(step);
            done?.Invoke(step);
        }

        await AwaitAll();
        foreach (var (side, wire) in _wires)
        {
            Surplus(side, wire);
        }

        return _differences;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var wire in _wires.Values)
        {
            await wire.DisposeAsync();
        }
    }

    private async Task Play(Step step)
    {
        if (step.Direction == "received" || (step.Direction == "closed" && step.ByServer))
        {
            _awaited.Add(step);
            return;
        }

        await AwaitAll();
        switch (step.Direction)
        {
            case "opened":
                if (_wires.Remove(step.Side, out var old))
                {
                    await old.DisposeAsync();
                }

                await (_wires[step.Side] = new Wire()).Open(target.Url);
                break;
            case "sent":
                await Send(step);
                break;
            default:
                if (_wires.Remove(step.Side, out var wire))
                {
                    await wire.Close(step.Code ?? 1000);
                    Surplus(step.Side, wire);
                    await wire.DisposeAsync();
                }

                break;
        }
    }

    private async Task Send(Step step)
    {
        if (!_wires.TryGetValue(step.Side, out var wire))
        {
            _differences.Add(new Difference(step.Line, step.Side, string.Empty, "a connection to send on", "none is open"));
            return;
        }

        var frame = step.Frame is null ? null : (JsonObject)_substitutes.Apply(step.Frame, making: true)!;
        if (frame is not null && WasRight(step))
        {
            var code = await target.Codes(_phones[step.Side]);
            foreach (var name in new[] { "smsCode", "code" }.Where(name => frame["payload"]?[name] is not null))
            {
                frame["payload"]![name] = code;
            }
        }

        try
        {
            await wire.Send(frame?.ToJsonString() ?? step.Text!);
        }
        catch (Exception fault) when (fault is System.Net.WebSockets.WebSocketException or InvalidOperationException)
        {
            _differences.Add(new Difference(step.Line, step.Side, string.Empty, "a connection to send on", "the server has closed it"));
        }
    }

    private async Task AwaitAll()
    {
        foreach (var step in _awaited)
        {
            var wire = _wires.GetValueOrDefault(step.Side);
            if (step.Frame is null)
            {
                // A connection that could not be opened then is not tried now.
                var code = wire is null ? step.Code : await wire.Closed();
                if (code != step.Code)
                {
                    _differences.Add(new Difference(step.Line, step.Side, "code", $"{step.Code}", code is null ? "still open" : $"{code}"));
                }

                continue;
            }

            var actual = wire is null ? null : await wire.Take(frame => Corresponds(step.Frame, frame));
            if (actual is null)
            {
                _differences.Add(new Difference(step.Line, step.Side, string.Empty, Comparison.Show(_substitutes.Apply(step.Frame, making: false)), "it did not come"));
                continue;
            }

            _substitutes.Learn(step.Frame, actual);
            _differences.AddRange(Comparison.Of(_substitutes.Apply(step.Frame, making: false), actual)
                .Select(found => new Difference(step.Line, step.Side, found.Place, found.Expected, found.Actual)));
        }

        _awaited.Clear();
    }

    private void Surplus(string side, Wire wire) =>
        _differences.AddRange(wire.Left().Select(frame => new Difference(null, side, string.Empty, "nothing more", Comparison.Show(frame))));

    /// <summary>An answer to the answer of the same request; a notification to the next one of its type.</summary>
    private static bool Corresponds(JsonObject recorded, JsonObject frame) => IsNotification(recorded)
        ? JsonNode.DeepEquals(recorded["type"], frame["type"])
        : !IsNotification(frame) && JsonNode.DeepEquals(recorded["id"], frame["id"]);

    private static bool IsNotification(JsonObject frame) => frame["type"]?.ToString().Contains("Notification", StringComparison.Ordinal) is true;

    /// <summary>Whether this request was answered by <c>ok</c>.</summary>
    private bool WasRight(Step request) => Answer(request) is { } answer && answer["payload"]?["status"]?.ToString() is null or "ok";

    private JsonObject? Answer(Step request) => transcript.Steps.FirstOrDefault(step =>
        step.Direction == "received" && step.Side == request.Side && step.Line > request.Line && !IsNotification(step.Frame!) && JsonNode.DeepEquals(step.Frame!["id"], request.Frame!["id"]))?.Frame;

    /// <summary>Somebody fresh for each person; who was registered before the transcript began is registered now.</summary>
    private async Task MakePeople()
    {
        var people = new Dictionary<string, Account>();
        foreach (var side in transcript.Sides.Values)
        {
            var known = people.TryGetValue(side.OpenUserId, out var person);
            var account = known ? person!.Another() : Account.New(target.Prefix);
            people.TryAdd(side.OpenUserId, account);
            _phones[side.Name] = account.OpenUserId;
            _substitutes.Replace(side.OpenUserId, account.OpenUserId);
            _substitutes.Replace(side.UserId, account.UserId);
            _substitutes.Replace(side.Uuid, account.Application);
            if (!transcript.Steps.Any(step => step.Side == side.Name && step.Direction == "sent" && step.Frame?["type"]?.ToString() == "RequestConfirmRegistration" && WasRight(step)))
            {
                await using var phone = new Phone(account, target.Codes);
                await phone.Connect(target.Url);
                await phone.Register();
            }
        }
    }
}
