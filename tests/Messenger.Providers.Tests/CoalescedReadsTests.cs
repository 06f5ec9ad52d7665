using Messenger.Providers.Relational;
using Xunit;

namespace Messenger.Providers.Tests;

public sealed class CoalescedReadsTests
{
    private readonly List<IReadOnlyCollection<string>> _statements = [];
    private readonly CoalescedReads<string> _reads;
    private TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public CoalescedReadsTests() => _reads = new(async keys =>
    {
        Task gate;
        lock (_statements)
        {
            _statements.Add(keys);
            gate = _open.Task;
        }

        await gate;
        return keys.Distinct().Where(key => key != "nobody").ToLookup(key => key, key => $"row of {key}");
    });

    [Fact]
    public async Task What_is_asked_while_statements_run_goes_in_the_next()
    {
        var first = new List<Task<IEnumerable<string>>>();
        while (first.Count < CoalescedReads<string>.MaxConcurrency)
        {
            first.Add(_reads.Of($"{first.Count}"));
            await Until.True(() => Task.FromResult(Statements == first.Count));
        }

        var later = Enumerable.Range(0, 1000).Select(i => _reads.Of($"later {i}")).ToList();
        Assert.Equal(CoalescedReads<string>.MaxConcurrency, Statements);

        _open.SetResult();
        for (var i = 0; i < later.Count; i++)
        {
            Assert.Equal([$"row of later {i}"], await later[i]);
        }

        Assert.Equal(["row of 0"], await first[0]);
        Assert.All(_statements, keys => Assert.InRange(keys.Count, 1, CoalescedReads<string>.MaxBatch));
        Assert.InRange(Statements, CoalescedReads<string>.MaxConcurrency + 4, CoalescedReads<string>.MaxConcurrency + 8);
    }

    [Fact]
    public async Task A_key_without_rows_has_none_and_one_that_is_asked_twice_has_them_twice()
    {
        _open.SetResult();
        var answers = await Task.WhenAll(_reads.Of("nobody"), _reads.Of("ann"), _reads.Of("ann"));

        Assert.Empty(answers[0]);
        Assert.Equal(["row of ann"], answers[1]);
        Assert.Equal(["row of ann"], answers[2]);
    }

    [Fact]
    public async Task Who_shares_a_statement_shares_its_failure_and_the_next_is_tried_again()
    {
        var asked = Enumerable.Range(0, 100).Select(i => _reads.Of($"{i}")).ToList();
        await Until.True(() => Task.FromResult(Statements > 0));
        TaskCompletionSource failing;
        lock (_statements)
        {
            failing = _open;
            _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        failing.SetException(new InvalidOperationException("the store is away"));
        _open.SetResult();

        var failed = 0;
        foreach (var one in asked)
        {
            await one.ContinueWith(done => failed += done.IsFaulted ? 1 : 0, TaskScheduler.Default);
        }

        Assert.InRange(failed, 1, 100);
        Assert.Equal(["row of ann"], await _reads.Of("ann"));
    }

    private int Statements
    {
        get
        {
            lock (_statements)
            {
                return _statements.Count;
            }
        }
    }
}
