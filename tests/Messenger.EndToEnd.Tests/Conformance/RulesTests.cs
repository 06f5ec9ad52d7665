using Messenger.Conformance;
using Messenger.EndToEnd.Tests.Harness;

namespace Messenger.EndToEnd.Tests.Conformance;

/// <summary>Every check of the conformance kit on the embedded server, each as a test. Those that wait on purpose run with the whole kit instead.</summary>
public class RulesTests(SharedServer server, KitFixture kit) : OnSharedServer(server), IClassFixture<KitFixture>
{
    public static TheoryData<string> Checks => [.. AllChecks.List.Where(check => check.Waits == TimeSpan.Zero).Select(check => check.Title)];

    [Theory]
    [MemberData(nameof(Checks))]
    public async Task It_is_so(string title)
    {
        var outcome = await kit.On(Server).Run(AllChecks.List.Single(check => check.Title == title));

        Assert.True(outcome.Result is Result.Holds or Result.NotTried, outcome.Message);
        if (outcome.Result == Result.NotTried)
        {
            Assert.Equal("this server has its rate limits off", outcome.Message);
        }
    }
}
