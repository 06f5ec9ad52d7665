using System.CommandLine;
using System.Text.Json;
using Messenger.Cli.Terminal;
using Messenger.Client.Profiles;
using Messenger.Conformance.Phones;
using Messenger.Protocol;

namespace Messenger.Cli.Commands;

/// <summary>Sends one request of the protocol as somebody who registered, and shows what came.</summary>
internal static class RequestCommand
{
    public static Command Create()
    {
        var session = new Session();
        var type = new Argument<string>("type") { Description = "As in the protocol, such as RequestGetContactList" };
        var payload = new Argument<string>("payload") { Description = "A JSON object; - takes it from standard input", DefaultValueFactory = _ => "{}" };
        var feature = new Option<string[]>("--feature") { Description = "A feature that this client understands; may be given again" };
        var listen = new Option<double>("--listen") { Description = "Seconds to show notifications for, after the answer" };
        var guest = new Option<bool>("--guest") { Description = "Does not log in: for what is served before that" };
        var trace = new Option<bool>("--trace") { Description = "Shows every frame, not the answer alone; credentials are left out" };
        var command = new Command("request", "Sends one request of the protocol and shows its answer") { type, payload, feature, listen, guest, trace };
        command.Examples(
            "messenger request RequestGetContactList",
            "messenger request RequestSync '{\"token\":null,\"limit\":20}' --feature sync",
            "messenger request RequestGetServerSettings '{\"features\":[]}' --guest");
        session.AddTo(command);
        command.SetAction((parsed, cancellation) => ExitCodes.Run(session.Url(parsed), async () =>
        {
            var json = parsed.GetValue(payload) is { } given and not "-" ? given : await Console.In.ReadToEndAsync(cancellation);
            using var body = Parse(json);
            using var profile = parsed.GetValue(guest) ? null : session.Take(parsed);
            var frames = new History(userId: string.Empty, application: string.Empty);
            await using var connection = await RawConnection.Connect(session.Url(parsed), frames);
            var features = parsed.GetValue(feature) ?? [];
            connection.Features = features;
            if (profile is not null)
            {
                var login = await LogIn(connection, profile.Load(), features);
                if (login.Status != "ok")
                {
                    Write(login.Type, login.Payload);
                    return ExitCodes.Refused;
                }
            }

            var answer = await connection.Ask(parsed.GetValue(type)!, body.RootElement);
            await Task.WhenAny(connection.Ended, Task.Delay(TimeSpan.FromSeconds(parsed.GetValue(listen)), cancellation));
            if (parsed.GetValue(trace))
            {
                Trace(frames);
            }
            else
            {
                Write(answer.Type, answer.Payload);
                frames.Entries().OfType<Notified>().ToList().ForEach(one => Write(one.Type, one.Payload));
            }

            return answer.Status is null or "ok" ? ExitCodes.Done : ExitCodes.Refused;
        }));
        return command;
    }

    private static JsonDocument Parse(string json)
    {
        try
        {
            var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document : throw new UsageException("The payload must be a JSON object, such as '{\"limit\":20}'.");
        }
        catch (JsonException fault)
        {
            throw new UsageException($"The payload is no JSON: {fault.Message}");
        }
    }

    private static Task<Response> LogIn(RawConnection connection, ProfileData profile, IReadOnlyCollection<string> features) =>
        profile is { Phone: { } phone, ApplicationUuid: { } uuid }
            ? connection.Ask("RequestAuthenticationByApplication", new { userId = UserIds.FromPhone(phone), uuid, features })
            : throw new InvalidOperationException("Nobody is registered in this profile: run 'messenger register' first, name another with --profile, or ask as a --guest");

    private static void Trace(History frames)
    {
        foreach (var entry in frames.Entries())
        {
            switch (entry)
            {
                case Asked { Type: "RequestAuthenticationByApplication" } login:
                    Console.WriteLine($"> {login.Type} (credential left out)");
                    break;
                case Asked asked:
                    Console.WriteLine($"> {Line(asked.Type, asked.Payload)}");
                    break;
                case Answered answered:
                    Console.WriteLine($"< {Line(answered.Type, answered.Payload)}");
                    break;
                case Notified notified:
                    Console.WriteLine($"< {Line(notified.Type, notified.Payload)}");
                    break;
            }
        }
    }

    private static void Write(string type, JsonElement payload) => Console.WriteLine(Line(type, payload));

    private static string Line(string type, JsonElement payload) => JsonSerializer.Serialize(new { type, payload }, Lines.Json);
}
