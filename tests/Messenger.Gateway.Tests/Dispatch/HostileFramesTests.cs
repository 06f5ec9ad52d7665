using System.Text;
using System.Text.Json;
using Messenger.Gateway.Routes;
using Messenger.Gateway.Tests.Fixture;
using Messenger.Protocol;
using Microsoft.Extensions.Options;

namespace Messenger.Gateway.Tests.Dispatch;

/// <summary>Frames made from the catalogue's own examples by damaging them: the reader and every shape check answer, and none throws.</summary>
public class HostileFramesTests
{
    /// <summary>Fixed, so that a failure comes again; MESSENGER_FUZZ_SEED gives another.</summary>
    private static readonly int Seed = int.TryParse(Environment.GetEnvironmentVariable("MESSENGER_FUZZ_SEED"), out var seed) ? seed : 20_260_101;

    private static readonly string[] Values =
        ["null", "true", "-1", "1e999", "9223372036854775808", "\"\"", "\"\\ud800\"", "\"\\u0000\"", "[]", "{}", "[[[[[[[[]]]]]]]]", "\"../../etc/passwd\"", "\"' or 1=1 --\""];

    /// <summary>Ten thousand of each kind of damage.</summary>
    [Theory]
    [InlineData("bytes")]
    [InlineData("cut")]
    [InlineData("values")]
    [InlineData("names")]
    [InlineData("nested")]
    public void NoDamageThrows(string kind)
    {
        var random = new Random(Seed);
        var routes = new RouteTable(
            new StubGrains().Factory, new ServerInfo(
                Options.Create(new GatewayOptions()), Options.Create(new SettingsOptions()), Options.Create(new FilesOptions()), new LiveNotice(), TimeProvider.System),
            null!, null!, null!, null!, null!, null!, null!);
        var types = routes.All.Select(route => route.Type).Order(StringComparer.Ordinal).ToArray();
        using var seed = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Data", "catalogue.json")));
        var payloads = Payloads(seed.RootElement.GetProperty("exchanges")).ToArray();
        Assert.NotEmpty(payloads);
        for (var at = 0; at < 10_000; at++)
        {
            var type = types[random.Next(types.Length)];
            var frame = Damaged(kind, Encoding.UTF8.GetBytes($$"""{"type":"{{type}}","id":{{at}},"payload":{{payloads[random.Next(payloads.Length)]}}}"""), random);
            try
            {
                var read = Frame.Read(frame, out var fault);
                if (fault is null && routes.Find(read.Type!) is { } route)
                {
                    _ = route.Read(read.Payload.Span)?.Fault();
                }
            }
            catch (JsonException)
            {
                // What the dispatcher answers with bad_request.
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {Seed}, frame {at}: {e.GetType().Name} {e.Message} by {Encoding.UTF8.GetString(frame)}");
            }
        }
    }

    private static byte[] Damaged(string kind, byte[] frame, Random random)
    {
        var text = Encoding.UTF8.GetString(frame);
        switch (kind)
        {
            case "bytes":
                for (var damage = random.Next(1, 8); damage > 0; damage--)
                {
                    frame[random.Next(frame.Length)] = (byte)random.Next(256);
                }

                return frame;
            case "cut":
                return frame[..random.Next(frame.Length)];
            case "values":
                var colons = Enumerable.Range(0, text.Length).Where(at => text[at] == ':').ToArray();
                var from = colons[random.Next(colons.Length)] + 1;
                var to = text.IndexOfAny([',', '}'], from);
                return Encoding.UTF8.GetBytes(text[..from] + Values[random.Next(Values.Length)] + text[(to < 0 ? text.Length : to)..]);
            case "names":
                return Encoding.UTF8.GetBytes(text.Replace("uid", random.Next(2) == 0 ? "" : "UID", StringComparison.Ordinal));
            default:
                var depth = random.Next(1, 500);
                return Encoding.UTF8.GetBytes(text.Replace("\"payload\":", "\"payload\":" + new string('[', depth), StringComparison.Ordinal) + new string(']', depth));
        }
    }

    /// <summary>Every object of the catalogue's exchanges that may stand as a payload.</summary>
    private static IEnumerable<string> Payloads(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                yield return element.GetRawText();
                foreach (var inner in element.EnumerateObject().SelectMany(property => Payloads(property.Value)))
                {
                    yield return inner;
                }

                break;
            case JsonValueKind.Array:
                foreach (var inner in element.EnumerateArray().SelectMany(Payloads))
                {
                    yield return inner;
                }

                break;
        }
    }
}
