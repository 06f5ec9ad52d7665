using CsCheck;
using Xunit;

namespace Messenger.Gateway.Tests.Delivery;

/// <summary>
/// The delivery path under schedules that nobody would think of: a device, two connections that displace each other, streams that lose
/// events, fetches and leases that take their time, epochs that end. Each schedule is a list of choices among what could happen next, so it comes
/// again. All short ones are tried, and long ones at random; whatever a schedule does, in the end nobody is left in silence.
/// </summary>
public class SchedulesTests
{
    /// <summary>Choices of a schedule of which every one is tried.</summary>
    private const int Depth = 8;

    [Fact]
    public void Every_short_schedule_keeps_the_promise()
    {
        var tried = 0;
        Explore([], ref tried);
        Assert.True(tried > 10_000, $"only {tried} schedules were tried");
    }

    [Fact]
    public void Random_long_schedules_keep_the_promise() =>
        Gen.Int[0, 1000].Array[20, 200].Sample(choices => Run(choices, choices.Length), iter: 5_000, threads: 2);

    /// <summary>That the search finds what is wrong: without leases a lost tail stays lost.</summary>
    [Fact]
    public void Without_leases_a_schedule_ends_in_silence()
    {
        var tried = 0;
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Explore([], ref tried, leases: false));
    }

    /// <summary>Depth first, from the start each time: states need not be copied, and a failure is its list of choices.</summary>
    private static void Explore(List<int> choices, ref int tried, bool leases = true)
    {
        var left = Run(choices, Depth, leases);
        tried++;
        for (var next = 0; next < left; next++)
        {
            choices.Add(next);
            Explore(choices, ref tried, leases);
            choices.RemoveAt(choices.Count - 1);
        }
    }

    /// <summary>Follows the choices, then lets everything that is under way end. Returns how many things could have happened next; 0 at the limit.</summary>
    private static int Run(IReadOnlyList<int> choices, int limit, bool leases = true)
    {
        var path = new DeliveryPath(leases);
        foreach (var choice in choices)
        {
            var possible = path.Possible();
            possible[choice % possible.Count]();
            path.Check();
        }

        var next = choices.Count < limit ? path.Possible().Count : 0;
        path.Settle();
        path.CheckSettled();
        return next;
    }
}
