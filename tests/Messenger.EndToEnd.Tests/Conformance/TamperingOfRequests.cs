using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Messenger.EndToEnd.Tests.Conformance;

/// <summary>Refuses what should be served.</summary>
internal sealed class Refusing(Func<JsonObject, bool> what) : Tampering
{
    public override Task Up(JsonObject frame, Way way) => what(frame) ? way.Pretend(frame, "bad_request") : way.ToServer(frame);
}

/// <summary>Serves a request once: what is said again is refused.</summary>
/// <param name="what">What makes two of them the same; null for all of the payload.</param>
internal sealed class Once(string type, string status, Func<JsonNode, string>? what = null) : Tampering
{
    private readonly HashSet<string> _served = new(StringComparer.Ordinal);

    public override Task Up(JsonObject frame, Way way) =>
        frame["type"]?.ToString() == type && !_served.Add(what is null ? frame["payload"]!.ToJsonString() : what(frame["payload"]!)) ? way.Pretend(frame, status) : way.ToServer(frame);
}

/// <summary>Lets each request of a type be overtaken by the next one of any.</summary>
internal sealed class Overtaking(string type) : Tampering
{
    private JsonObject? _held;

    public override async Task Up(JsonObject frame, Way way)
    {
        if (_held is null && frame["type"]?.ToString() == type)
        {
            _held = frame;
            return;
        }

        await way.ToServer(frame);
        if (_held is { } held)
        {
            _held = null;
            await way.ToServer(held);
        }
    }
}

/// <summary>Refuses what comes while so many requests are not answered.</summary>
internal sealed class Crowded(int most) : Tampering
{
    private int _open;

    public override async Task Up(JsonObject frame, Way way)
    {
        if (Interlocked.Increment(ref _open) > most)
        {
            Interlocked.Decrement(ref _open);
            await way.Pretend(frame, "too_many_requests");
            return;
        }

        await way.ToServer(frame);
    }

    public override Task Down(JsonObject frame, Way way)
    {
        if (frame.ContainsKey("id"))
        {
            Interlocked.Decrement(ref _open);
        }

        return way.ToClient(frame);
    }
}

/// <summary>Does the first half of a deletion that is refused.</summary>
internal sealed class Halved : Tampering
{
    private readonly ConcurrentDictionary<string, bool> _halved = new();

    public override Task Up(JsonObject frame, Way way)
    {
        if (frame["type"]?.ToString() == "RequestDeleteMessages" && frame["payload"]!["uuids"]!.AsArray() is { Count: > 1 } uuids)
        {
            uuids.RemoveAt(uuids.Count - 1);
            _halved[frame["id"]!.ToString()] = true;
        }

        return way.ToServer(frame);
    }

    public override Task Down(JsonObject frame, Way way)
    {
        if (frame["id"]?.ToString() is { } id && _halved.TryRemove(id, out _) && frame["payload"]!["status"]?.ToString() == "ok")
        {
            frame["payload"]!["status"] = "forbidden";
            frame["payload"]!["description"] = "a defect";
        }

        return way.ToClient(frame);
    }
}

/// <summary>Holds the answer to a login that resumes back until a notification has come.</summary>
internal sealed class Early : Tampering
{
    private bool _resumes;
    private JsonObject? _held;

    public override Task Up(JsonObject frame, Way way)
    {
        _resumes |= frame["payload"]?["resumeCursor"] is not null;
        return way.ToServer(frame);
    }

    public override async Task Down(JsonObject frame, Way way)
    {
        if (_resumes && _held is null && frame["payload"]?["requestType"]?.ToString() == "RequestAuthenticationByApplication")
        {
            _held = frame;
            return;
        }

        await way.ToClient(frame);
        if (_held is { } held && frame["cursor"] is not null)
        {
            _held = null;
            _resumes = false;
            await way.ToClient(held);
        }
    }
}

/// <summary>Tells a device of the message that it sent itself.</summary>
internal sealed class Echo : Tampering
{
    public override async Task Down(JsonObject frame, Way way)
    {
        await way.ToClient(frame);
        if (frame["type"]!.ToString() == "ResponseAddedMessage")
        {
            await way.ToClient(new JsonObject
            {
                ["type"] = "NotificationAddedMessageToConversation",
                ["cursor"] = "1-1",
                ["payload"] = frame["payload"]!.DeepClone(),
            });
        }
    }
}

/// <summary>Goes on at the newest cursor of an application that the server has told.</summary>
/// <param name="known">Of all connections.</param>
/// <param name="older">Where another one is given; else where none is.</param>
internal sealed class Resuming(ConcurrentDictionary<string, string> known, bool older) : Tampering
{
    private string? _application;

    public override Task Up(JsonObject frame, Way way)
    {
        if (frame["type"]?.ToString() == "RequestAuthenticationByApplication" && frame["payload"] is JsonObject payload)
        {
            _application = payload["uuid"]?.ToString();
            if (_application is not null && older == (payload["resumeCursor"] is not null) && known.TryGetValue(_application, out var newest))
            {
                payload["resumeCursor"] = newest;
            }
        }

        return way.ToServer(frame);
    }

    public override Task Down(JsonObject frame, Way way)
    {
        if (_application is not null && frame["cursor"]?.ToString() is { } cursor)
        {
            known[_application] = cursor;
        }

        return way.ToClient(frame);
    }
}

/// <summary>Chooses no subprotocol.</summary>
internal sealed class NoSubprotocol : Tampering
{
    public override string? Subprotocol(string? offered) => null;
}

/// <summary>Answers with another status over HTTP.</summary>
internal sealed class OtherStatus(int from, int to) : Tampering
{
    public override void Http(HttpResponseMessage answer)
    {
        if ((int)answer.StatusCode == from)
        {
            answer.StatusCode = (System.Net.HttpStatusCode)to;
        }
    }
}

/// <summary>Answers with another value of a header over HTTP.</summary>
internal sealed class OtherHeader(string name, string value) : Tampering
{
    public override void Http(HttpResponseMessage answer)
    {
        if (answer.Headers.Remove(name))
        {
            answer.Headers.Add(name, value);
        }
    }
}

/// <summary>Says nothing with a refusal over HTTP.</summary>
internal sealed class NoBody : Tampering
{
    public override void Http(HttpResponseMessage answer)
    {
        if ((int)answer.StatusCode >= 400)
        {
            answer.Content = new ByteArrayContent([]);
        }
    }
}
