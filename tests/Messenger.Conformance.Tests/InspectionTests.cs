using Messenger.Conformance.Checks;
using Messenger.Conformance.Phones;
using Messenger.Conformance.Rules;

namespace Messenger.Conformance.Tests;

/// <summary>A server that leads a check in circles has broken its rule; it does not stop the kit.</summary>
public class InspectionTests
{
    private static readonly Target Nobody = new([new Uri("ws://127.0.0.1:9/ws")], KnownCodes.Fixed(KnownCodes.Development), Timeout: TimeSpan.FromMilliseconds(10));

    [Fact]
    public async Task A_check_that_comes_to_no_end_is_broken()
    {
        var outcome = await new Inspection(Nobody).Run(new Check("never", [], _ => Task.Delay(Timeout.Infinite))).WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal(Result.Broken, outcome.Result);
        Assert.StartsWith("it came to no end within", outcome.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_takes_its_time_is_let_be()
    {
        var outcome = await new Inspection(Nobody).Run(new Check("slow", [], _ => Task.Delay(100)) { Waits = TimeSpan.FromSeconds(5) });

        Assert.Equal(Result.Holds, outcome.Result);
    }
}
