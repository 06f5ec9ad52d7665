using System.Collections.Concurrent;
using Messenger.Ports;

namespace Messenger.Grains.Tests.Fakes;

/// <summary>Reports, in memory: one per person and thing.</summary>
internal sealed class FakeReports : IReportStore
{
    private readonly ConcurrentDictionary<(string Kind, string Reporter, string Subject), ReportRow> _reports = [];

    public IReadOnlyCollection<ReportRow> All => [.. _reports.Values];

    /// <summary>Runs when a report is kept and not confirmed yet: a test's barrier.</summary>
    public Func<Task>? AfterAdd { get; set; }

    public async Task<bool> Add(ReportRow report)
    {
        var fresh = _reports.TryAdd((report.Kind, report.ReporterId, report.Subject), report);
        await (AfterAdd?.Invoke() ?? Task.CompletedTask);
        return fresh;
    }
}
