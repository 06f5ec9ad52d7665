using Messenger.EndToEnd.Tests.Files;
using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Phones;

namespace Messenger.EndToEnd.Tests.Access;

/// <summary>An application that came by a code alone: the column of the matrix that needs a server with cooling.</summary>
public class CoolingTests
{
    [Fact]
    public async Task A_cooling_application_may_what_is_listed_and_nothing_else()
    {
        await using var server = await ServerProcess.StartAsync(ServerSettings.Embedded(("Registration__CoolingHours", "24")));
        await using var participants = await Participants.Gather(server.Settings);
        await using var thief = await participants.Admin.Second(server.Settings);
        var wrong = new List<string>();
        var shared = await participants.Place();
        foreach (var row in Matrix.Rows)
        {
            var place = Matrix.AboutConversations.Contains(row) ? await participants.Place() : shared;
            var tried = place.For(Role.Admin) with { Me = thief };
            var reply = await thief.Ask(row.Request, row.Payload(tried));
            var expected = Matrix.CoolingMay.Contains(row.Request) ? Expected(row) : "forbidden";
            if ((reply.Status ?? "ok") != expected)
            {
                wrong.Add($"{row.Request} {row.Variant}: {reply.Status} ({reply.Description}), expected {expected}");
            }
            else if (expected == "forbidden" && row.Expected[(int)Role.Admin] != "forbidden" && !Matrix.CoolingMay.Contains(row.Request))
            {
                Assert.Contains("may not do that before 20", reply.Description, StringComparison.Ordinal);
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));

        // Nor over HTTP: a file to a message, and no avatar.
        using var files = new FileClient(server.Settings.Http, thief);
        using var avatar = await files.Send(HttpMethod.Delete, $"/avatar/user_{thief.UserId.Replace('+', '-').Replace('/', '_').TrimEnd('=')}");
        Assert.Equal(403, (int)avatar.StatusCode);
        using var file = await files.OneShot(shared.Group, shared.InGroup, "name", [1, 2, 3]);
        Assert.Equal(201, (int)file.StatusCode);

        // The owner throws it out.
        var listed = (await participants.Admin.Ask("RequestGetApplicationsFull", new { confirmed = true })).Done().GetProperty("applications").EnumerateArray();
        var name = listed.First(application => application.GetProperty("uuid").GetString() != participants.Admin.Account.Application).GetProperty("uuid").GetString();
        (await participants.Admin.Ask("RequestDeleteApplication", new { uuid = name })).Done();
    }

    /// <summary>Of an account without keys it may add the first; this one has some.</summary>
    private static string Expected(Row row) => row switch
    {
        // There is none to give.
        { Request: "RequestGiveRegistrationLock" } => "conflict",

        // What names the asker's own application names another of the owner's here.
        { Request: "RequestUpdateDeviceTokenByApplication", Variant: "the owner's" } => "not_found",
        _ => row.Expected[(int)Role.Admin],
    };
}
