using System.Collections.Concurrent;
using Messenger.Ports;

namespace Messenger.Grains.Tests.Fakes;

/// <summary>Reports, in memory: one per person and thing.</summary>
internal sealed class FakeReports : IReportStore
{
    private readonly ConcurrentDictionary<(string Kind, string Reporter, string Subject), ReportRow> _reports = [];

    public IReadOnlyCollection<ReportRow> All => [.. _reports.Values];

    public Task<bool> Add(ReportRow report) => Task.FromResult(_reports.TryAdd((report.Kind, report.ReporterId, report.Subject), report));
}
