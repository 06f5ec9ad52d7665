using Messenger.Ports.Flow;
using Xunit;

namespace Messenger.Grains.Tests.Flow;

public class CoalescerTests
{
    private readonly List<TaskCompletionSource> _calls = [];
    private readonly List<int[]> _batches = [];

    [Fact]
    public async Task What_waits_while_a_call_is_under_way_goes_together_in_the_next_in_order()
    {
        var coalescer = New(new CoalescerBounds(MaxConcurrency: 1, MaxBatch: 100));
        var first = coalescer.Do(0);
        await Until(() => Begun == 1);
        var others = Enumerable.Range(1, 5).Select(item => coalescer.Do(item)).ToArray();
        End(0);
        Assert.Equal("0", await first);
        await Until(() => Begun == 2);
        End(1);
        Assert.Equal(["1", "2", "3", "4", "5"], await Task.WhenAll(others));
        Assert.Equal([[0], [1, 2, 3, 4, 5]], _batches);
    }

    [Fact]
    public async Task A_call_takes_so_many_and_no_more_once_they_weigh_enough()
    {
        var coalescer = New(new CoalescerBounds(MaxConcurrency: 1, MaxBatch: 3, MaxWeight: 10));
        var first = coalescer.Do(0);
        await Until(() => Begun == 1);
        var others = new[] { coalescer.Do(1, 11), coalescer.Do(2, 1), coalescer.Do(3, 1), coalescer.Do(4, 1), coalescer.Do(5, 1) };
        for (var call = 0; call < 4; call++)
        {
            await Until(() => Begun > call);
            End(call);
        }

        await Task.WhenAll([first, .. others]);
        Assert.Equal([[0], [1], [2, 3, 4], [5]], _batches);
    }

    [Fact]
    public async Task So_many_calls_are_under_way_and_not_one_more()
    {
        var coalescer = New(new CoalescerBounds(MaxConcurrency: 2, MaxBatch: 100));
        var (one, two) = (coalescer.Do(1), coalescer.Do(2));
        await Until(() => Begun >= 1);
        var more = coalescer.Do(3);
        await Until(() => _batches.Sum(batch => batch.Length) >= 2);
        Assert.InRange(Begun, 1, 2);
        while (!more.IsCompleted)
        {
            var begun = Begun;
            for (var call = 0; call < begun; call++)
            {
                End(call);
            }

            await Task.Yield();
        }

        await Task.WhenAll(one, two, more);
    }

    [Fact]
    public async Task A_call_that_fails_fails_what_was_in_it_and_nothing_else()
    {
        var coalescer = New(new CoalescerBounds(MaxConcurrency: 1, MaxBatch: 100));
        var first = coalescer.Do(0);
        await Until(() => Begun == 1);
        var second = coalescer.Do(1);
        _calls[0].SetException(new TimeoutException());
        await Assert.ThrowsAsync<TimeoutException>(() => first);
        await Until(() => Begun == 2);
        End(1);
        Assert.Equal("1", await second);
    }

    [Fact]
    public async Task A_call_with_too_few_results_is_a_failure()
    {
        var coalescer = new Coalescer<int, string>(_ => Task.FromResult<string[]>([]), new CoalescerBounds(1, 1));
        await Assert.ThrowsAsync<InvalidOperationException>(() => coalescer.Do(1));
    }

    private int Begun
    {
        get
        {
            lock (_calls)
            {
                return _calls.Count;
            }
        }
    }

    private Coalescer<int, string> New(CoalescerBounds bounds) => new(
        async items =>
        {
            var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (_calls)
            {
                _batches.Add([.. items]);
                _calls.Add(end);
            }

            await end.Task;
            return Array.ConvertAll(items, item => $"{item}");
        },
        bounds);

    private void End(int call)
    {
        lock (_calls)
        {
            _calls[call].TrySetResult();
        }
    }

    private static async Task Until(Func<bool> isSo)
    {
        for (var until = DateTime.UtcNow.AddSeconds(20); !isSo(); await Task.Yield())
        {
            Assert.True(DateTime.UtcNow < until, "it did not come to hold");
        }
    }
}
