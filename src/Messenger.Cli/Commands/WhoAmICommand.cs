using System.CommandLine;
using System.Text.Json;
using Messenger.Cli.Terminal;
using Messenger.Client.Profiles;
using Messenger.Protocol;

namespace Messenger.Cli.Commands;

/// <summary>Tells who is registered here; asks no server.</summary>
internal static class WhoAmICommand
{
    public static Command Create()
    {
        var (profile, json) = (CommonOptions.Profile(), CommonOptions.Json());
        var command = new Command("whoami", "Tells who is registered in the profile") { profile, json };
        command.Examples("messenger whoami", "messenger whoami --json --profile ./alice");
        command.SetAction(parsed =>
        {
            var directory = parsed.GetValue(profile)!;
            if (FileProfile.Peek(directory) is not { Phone: { } phone } data)
            {
                Console.Error.WriteLine($"Nobody is registered in {directory}: run 'messenger register'.");
                return ExitCodes.Refused;
            }

            var userId = UserIds.FromPhone(phone);
            Console.WriteLine(parsed.GetValue(json)
                ? JsonSerializer.Serialize(new { phone, userId, applicationUuid = data.ApplicationUuid, registered = data.PrivateKeyEncrypted is not null }, Lines.Json)
                : $"{phone}  {userId}  (application {data.ApplicationUuid})");
            return ExitCodes.Done;
        });
        return command;
    }
}
