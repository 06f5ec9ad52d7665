using Messenger.Ports;
using Microsoft.Extensions.Hosting;

namespace Messenger.Providers.Relational;

/// <summary>How a store is tried out, by the ways that its work takes.</summary>
internal interface IStoreTrial
{
    /// <summary>Writes more than fits into what is there already, and leaves nothing behind.</summary>
    Task Write();

    /// <summary>Reads by the pool of the grains' state.</summary>
    Task ReadState();
}

/// <summary>
/// Tries what has not gone well of itself, so that a process nobody asks anything knows what it could do: a read where none was made, and the rest
/// only while the last piece of it was refused. One small statement every two seconds of an idle process; nothing of a busy one.
/// </summary>
internal sealed class StoreProbe(IDatabase database, IStoreTrial trial, MainWork work, TimeProvider timeProvider) : BackgroundService
{
    /// <summary>Some tries within <see cref="WorkHealth.Timeout"/>.</summary>
    internal static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var period = new PeriodicTimer(Period, timeProvider);
        try
        {
            while (await period.WaitForNextTickAsync(stoppingToken))
            {
                await Round();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    internal async Task Round()
    {
        if (!work.Reads.SucceededWithin(Period))
        {
            // The database itself notes how it ended.
            await Try(() => database.Read("select 1", reader => Task.FromResult(reader.HasRows)));
        }

        if (work.StateReads.InDoubt)
        {
            await Try(trial.ReadState, work.StateReads);
        }

        // Requests fail of any of the others; where those go well again, the next request tells.
        if (work.Commits.InDoubt || work.Writes.InDoubt || work.StateWrites.InDoubt || work.Requests.InDoubt)
        {
            await Try(trial.Write, work.Commits, work.Writes, work.StateWrites, work.Requests);
        }
    }

    /// <summary>A trial that fails proves nothing new about the work, which failed itself; it only clears nobody.</summary>
    private static async Task Try(Func<Task> trial, params IReadOnlyList<WorkHealth> proven)
    {
        try
        {
            await trial();
        }
#pragma warning disable CA1031 // Whatever it is, the store did not take it.
        catch (Exception)
#pragma warning restore CA1031
        {
            return;
        }

        foreach (var one in proven)
        {
            one.Probed();
        }
    }
}
