using System.CommandLine;
using System.Text.Json.Nodes;

namespace Messenger.Cli.Admin;

/// <summary>The third step of another key: what the older one sealed is sealed with the newest.</summary>
internal static class ResealCommand
{
    private static readonly string[] Counts = ["users", "credentials", "lost", "olderLocks"];

    public static Command Create()
    {
        var dry = new Option<bool>("--dry-run") { Description = "Only counts" };
        return AdminSession.Command(
            "reseal", "Seals with the newest Data:CredentialKey what older ones sealed, user by user; can be repeated. Example: messenger admin credential-key reseal",
            command => command.Add(dry),
            async (parsed, session, call) =>
            {
                var sum = Counts.ToDictionary(name => name, _ => 0L, StringComparer.Ordinal);
                string? after = null;
                do
                {
                    var step = await call(HttpMethod.Post, "/credential-key/reseal", new JsonObject { ["after"] = after, ["dryRun"] = parsed.GetValue(dry) });
                    foreach (var name in Counts)
                    {
                        sum[name] += step[name]!.GetValue<long>();
                    }

                    after = step["next"]?.ToString();
                }
                while (after is not null);
                session.Show(parsed, new JsonObject(sum.Select(one => KeyValuePair.Create(one.Key, (JsonNode?)one.Value))), Told);
            });
    }

    private static IEnumerable<string> Told(JsonObject sum)
    {
        yield return $"Users: {sum["users"]}. Credentials that an older key sealed: {sum["credentials"]}; that no key opens: {sum["lost"]}.";
        yield return sum["olderLocks"]!.GetValue<long>() == 0
            ? "No registration lock needs an older key: it can be taken out of Data:CredentialKey."
            : $"Registration locks under an older key: {sum["olderLocks"]}. Without that key their owners' PINs are wrong; 'messenger admin users unlock' takes one off.";
    }
}
