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
        new Command("reports", "What people reported") { ReportCommands.List(), ReportCommands.Resolve(), ReportCommands.Dismiss() },
        new Command("users", "Who is registered") { UserCommands.Find(), UserCommands.Suspend(), UserCommands.Restore(), UserCommands.Unlock() },
        new Command("connections", "Who is connected") { UserCommands.CloseConnections() },
        new Command("push", "How devices are woken") { UserCommands.TestPush() },
        new Command("accounts", "Accounts without a phone, such as the support's") { UserCommands.CreateAccount() },
        StoreCommands.Counts(),
        StoreCommands.Retention(),
        StoreCommands.Audit(),
    };

    private static Command Token()
    {
        var name = new Argument<string>("name") { Description = "Whose it is: the audit log says so" };
        var days = new Option<int?>("--days") { Description = "After how many days it expires; never when left out" };
        var command = new Command("token", "Makes a token and the entry for Admin:Tokens; asks no server. Example: messenger admin token alice --days 90") { name, days };
        command.SetAction(parsed =>
        {
            var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TokenBytes));
            var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
            var until = parsed.GetValue(days) is { } count ? DateTime.UtcNow.AddDays(count).ToString(":yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture) : "";
            Console.WriteLine($"Token, for its holder alone:  {token}");
            Console.WriteLine($"Entry for Admin:Tokens:       {parsed.GetValue(name)}:{hash}{until}");
            return ExitCodes.Done;
        });
        return command;
    }
}
