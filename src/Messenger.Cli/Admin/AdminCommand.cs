using System.Buffers.Text;
using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using Messenger.Cli.Terminal;

namespace Messenger.Cli.Admin;

/// <summary>What the operator does, over the server's operator port.</summary>
internal static class AdminCommand
{
    /// <summary>Nobody guesses 256 bits.</summary>
    private const int TokenBytes = 32;

    public static Command Create() => new("admin", "For the operator: reports, users, pushes, retention, over the server's Admin:Port")
    {
        Token(),
        Vapid(),
        new Command("reports", "What people reported") { ReportCommands.List(), Lookups.Report(), ReportCommands.Resolve(), ReportCommands.Dismiss() },
        new Command("users", "Who is registered")
        {
            UserCommands.Find(), Lookups.Users(), UserCommands.Suspend(), UserCommands.Restore(), UserCommands.Unlock(), Orders.EraseUser(), ExportCommand.Create(),
        },
        new Command("devices", "What people log in with") { Lookups.Devices(), Orders.RevokeDevice() },
        new Command("phones", "Limits of phones") { Lookups.Phone(), Orders.ClearPhone() },
        new Command("conversations", "What is known about conversations; never what is in them") { Lookups.Conversation(), Orders.DeleteConversation() },
        new Command("messages", "What is known about messages; never what they say") { Lookups.Message(), Orders.DeleteMessage() },
        new Command("avatars", "Pictures of users and conversations") { Orders.DeleteAvatar() },
        new Command("connections", "Who is connected") { UserCommands.CloseConnections() },
        new Command("push", "How devices are woken") { UserCommands.TestPush(), Lookups.PushQueue() },
        new Command("accounts", "Accounts without a phone, such as the support's") { UserCommands.CreateAccount() },
        new Command("notice", "What everybody is told") { Orders.SetNotice(), Orders.ClearNotice() },
        new Command("registration", "Whether people may register") { Orders.PauseRegistration(), Orders.ResumeRegistration() },
        new Command("processes", "Which processes take connections") { Lookups.Processes(), Orders.Drain(), Orders.ResumeProcess() },
        new Command("credential-key", "The key that credentials are sealed with") { ResealCommand.Create(), Orders.AcceptKey() },
        Lookups.WhoAmI(),
        Lookups.Controls(),
        Lookups.Statistics(),
        StoreCommands.Counts(),
        StoreCommands.Retention(),
        StoreCommands.Audit(),
    };

    private static Command Token()
    {
        var name = new Argument<string>("name") { Description = "Whose it is: the audit log says so" };
        var days = new Option<int?>("--days") { Description = "After how many days it expires; never when left out" };
        var reader = new Option<bool>("--reader") { Description = "It only looks: no call that changes something, and no person's export" };
        var command = new Command("token", "Makes a token and the entry for Admin:Tokens; asks no server. Example: messenger admin token alice --days 90") { name, days, reader };
        command.SetAction(parsed =>
        {
            var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TokenBytes));
            var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
            var until = parsed.GetValue(days) is { } count ? DateTime.UtcNow.AddDays(count).ToString(":yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture) : "";
            Console.WriteLine($"Token, for its holder alone:  {token}");
            Console.WriteLine($"Entry for Admin:Tokens:       {parsed.GetValue(name)}:{hash}{until}{(parsed.GetValue(reader) ? ":reader" : "")}");
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Vapid()
    {
        var command = new Command("vapid", "Makes a key for pushes to browsers (Push:Web:VapidKeys); asks no server");
        command.SetAction(_ =>
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var made = key.ExportParameters(includePrivateParameters: true);
            Console.WriteLine($"Entry for Push:Web:VapidKeys, a secret:  {Base64Url.EncodeToString(made.D)}");
            Console.WriteLine($"Its public half, as browsers are told:   {Base64Url.EncodeToString([4, .. made.Q.X!, .. made.Q.Y!])}");
            return ExitCodes.Done;
        });
        return command;
    }
}
