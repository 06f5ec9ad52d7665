using System.Text.Json.Nodes;

namespace Messenger.EndToEnd.Tests.Conformance;

/// <summary>Both directions of one connection through the proxy.</summary>
/// <param name="ToServer">Sends a frame on to the server.</param>
/// <param name="ToClient">Sends a frame on to the client.</param>
public sealed record Way(Func<JsonObject, Task> ToServer, Func<JsonObject, Task> ToClient)
{
    /// <summary>Answers a request in the server's place.</summary>
    public Task Pretend(JsonObject request, string status = "ok") => ToClient(new JsonObject
    {
        ["type"] = "ResponseStatusMessage",
        ["id"] = request["id"]?.DeepClone(),
        ["payload"] = new JsonObject { ["requestType"] = request["type"]!.DeepClone(), ["status"] = status, ["description"] = status == "ok" ? null : "a defect" },
    });
}

/// <summary>What a proxy does with the frames of one connection. By itself it does nothing to them.</summary>
public class Tampering
{
    public virtual Task Up(JsonObject frame, Way way) => way.ToServer(frame);

    public virtual Task Down(JsonObject frame, Way way) => way.ToClient(frame);

    public virtual int Close(int code) => code;

    /// <summary>The subprotocol that is chosen of the one that was offered.</summary>
    public virtual string? Subprotocol(string? offered) => offered;

    /// <summary>Changes the answer to a request over HTTP in place.</summary>
    public virtual void Http(HttpResponseMessage answer)
    {
    }
}

/// <summary>Changes the requests of some types in place.</summary>
public sealed class Requests(Action<JsonObject> change, params string[] types) : Tampering
{
    public override Task Up(JsonObject frame, Way way)
    {
        if (types.Contains(frame["type"]?.ToString()) && frame["payload"] is JsonObject payload)
        {
            change(payload);
        }

        return way.ToServer(frame);
    }
}

/// <summary>Changes whole frames from the server in place.</summary>
public sealed class Frames(Action<JsonObject> change, params string[] types) : Tampering
{
    public override Task Down(JsonObject frame, Way way)
    {
        if (types.Contains(frame["type"]!.ToString()))
        {
            change(frame);
        }

        return way.ToClient(frame);
    }
}

/// <summary>Swallows requests of a type and says that they were done.</summary>
public sealed class Lying(string type) : Tampering
{
    public override Task Up(JsonObject frame, Way way) => frame["type"]?.ToString() == type ? way.Pretend(frame) : way.ToServer(frame);
}

/// <summary>Sends each notification of a type so many times.</summary>
public sealed class Times(int times, string type) : Tampering
{
    public override async Task Down(JsonObject frame, Way way)
    {
        for (var i = 0; i < (frame["type"]!.ToString() == type ? times : 1); i++)
        {
            await way.ToClient(frame);
        }
    }
}

/// <summary>Lets each second message overtake the one before.</summary>
public sealed class Swapped(string type) : Tampering
{
    private JsonObject? _held;

    public override async Task Down(JsonObject frame, Way way)
    {
        if (frame["type"]!.ToString() != type || frame["payload"]!["message"]!["isEvent"]!.GetValue<bool>())
        {
            await way.ToClient(frame);
        }
        else if (_held is null)
        {
            _held = frame;
        }
        else
        {
            await way.ToClient(frame);
            await way.ToClient(_held);
            _held = null;
        }
    }
}

/// <summary>Closes with another code than the server did.</summary>
public sealed class OtherCode(int from, int to) : Tampering
{
    public override int Close(int code) => code == from ? to : code;
}
