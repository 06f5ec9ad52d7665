using System.Diagnostics.Metrics;
using Messenger.Telemetry;

namespace Messenger.Ports;

/// <summary>Bytes of each class, or 0 for its share of the memory that the process has.</summary>
public sealed class MemoryOptions
{
    public long Guests { get; set; }

    public long ReadBuffers { get; set; }

    public long Outboxes { get; set; }

    public long Conversations { get; set; }
}

/// <summary>The budgets of this process.</summary>
/// <remarks>
/// Those of a gateway are half of its memory, those of a worker 36 %: the rest is code, grains, and garbage that is not collected yet. A process that is
/// both has 86 % in budgets, but an answer is in one of three at a time: pages, then answers, then outboxes.
/// </remarks>
public sealed class MemoryBudgets
{
    private static readonly Meter Meter = new("Messenger.Memory");

    public MemoryBudgets(MemoryOptions options)
        : this(options, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)
    {
    }

    /// <param name="options">What is configured.</param>
    /// <param name="memory">The heap's hard limit, or the container's, or the machine's.</param>
    public MemoryBudgets(MemoryOptions options, long memory)
    {
        ArgumentNullException.ThrowIfNull(options);
        Guests = Budget("guests", options.Guests, .05);
        ReadBuffers = Budget("read_buffers", options.ReadBuffers, .10);
        Outboxes = Budget("outboxes", options.Outboxes, .20);
        Conversations = Budget("conversations", options.Conversations, .20);
        Answers = Budget("answers", 0, .15);
        Pages = Budget("pages", 0, .15);
        Signals = Budget("signals", 0, .01);
        All = [Guests, ReadBuffers, Outboxes, Conversations, Answers, Pages, Signals];

        MemoryBudget Budget(string owner, long bytes, double share) => new(owner, bytes > 0 ? bytes : (long)(memory * share));
    }

    /// <summary>Connections that have not logged in.</summary>
    public MemoryBudget Guests { get; }

    /// <summary>Requests of members: what came of them, and what is being served.</summary>
    public MemoryBudget ReadBuffers { get; }

    /// <summary>Answers and notifications that wait to be written.</summary>
    public MemoryBudget Outboxes { get; }

    /// <summary>Messages that conversations keep in memory, or have under way.</summary>
    public MemoryBudget Conversations { get; }

    /// <summary>Large answers that a gateway makes, until they wait to be written.</summary>
    public MemoryBudget Answers { get; }

    /// <summary>Pages of history that a worker reads.</summary>
    public MemoryBudget Pages { get; }

    /// <summary>Signals under way, and those of calls that ring.</summary>
    public MemoryBudget Signals { get; }

    public IReadOnlyList<MemoryBudget> All { get; }

    /// <summary>Called once, when somebody listens.</summary>
    public void Begin()
    {
        Telemetry.Signals.MemoryUsed.Gauges(Meter, () => All.Select(budget => new Measurement<double>(budget.Used, Labels.MemoryOwner.Is(budget.Owner))));
        Telemetry.Signals.MemoryLimit.Gauges(Meter, () => All.Select(budget => new Measurement<double>(budget.Limit, Labels.MemoryOwner.Is(budget.Owner))));
        Telemetry.Signals.MemoryShed.Sums(Meter, () => All.Select(budget => new Measurement<long>(budget.Sheds, Labels.MemoryOwner.Is(budget.Owner))));
    }
}
