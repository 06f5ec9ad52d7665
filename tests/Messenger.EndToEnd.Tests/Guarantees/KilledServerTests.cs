using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Load;

namespace Messenger.EndToEnd.Tests.Guarantees;

/// <summary>Guarantees 1 to 4 while the process dies: whatever was acknowledged is there once, and everybody gets it once.</summary>
public class KilledServerTests
{
    private const int Rounds = 3;
    private const int MessagesARound = 200;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(20);

    [Fact]
    public async Task Kill_9_under_load_loses_nothing_that_was_acknowledged_and_doubles_nothing()
    {
        await using var server = await ServerProcess.StartAsync(ServerSettings.Embedded());
        await using var crowd = await Crowd.Gather(people: 12, groupSize: 4, () => server.Settings.WebSocket);
        crowd.Start(Pace);
        for (var round = 0; round < Rounds; round++)
        {
            await crowd.Progress(MessagesARound);
            server.Kill9();
            await server.Restart();
        }

        await crowd.Progress(MessagesARound);
        await crowd.Prove();
    }

    [Fact]
    public async Task A_stop_by_SIGTERM_under_load_tells_the_phones_to_go_and_loses_nothing()
    {
        await using var server = await ServerProcess.StartAsync(ServerSettings.Embedded());
        await using var crowd = await Crowd.Gather(people: 8, groupSize: 4, () => server.Settings.WebSocket);
        crowd.Start(Pace);
        await crowd.Progress(MessagesARound);

        await server.Terminate();
        await server.Restart();

        await crowd.Progress(MessagesARound);
        await crowd.Prove();
        var ends = crowd.Clients.SelectMany(commuter => commuter.Phone.History.Entries()).OfType<Ended>().ToList();
        Assert.All(ends, end => Assert.Equal(1001, end.Code));
        Assert.All(ends, end => Assert.Matches("reconnect-after-ms=[0-9]+", end.Reason));
    }
}
