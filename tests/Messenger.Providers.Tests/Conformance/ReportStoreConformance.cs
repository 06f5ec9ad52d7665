using Messenger.Ports;
using Xunit;

namespace Messenger.Providers.Tests.Conformance;

/// <summary>What <see cref="IReportStore"/> promises, whatever is behind it.</summary>
public abstract class ReportStoreConformance(Store store)
{
    [Fact]
    public async Task One_report_stands_per_person_and_thing()
    {
        var ann = Sample.User("ann");
        var report = new ReportRow("message", ann, "subject", Guid.NewGuid(), "spam", 1, ann);

        Assert.True(await store.Reports.Add(report));
        Assert.False(await store.Reports.Add(report with { Reason = "other", Created = 2 }));
        Assert.True(await store.Reports.Add(report with { Kind = "user", Conversation = null, Reason = null }));
        Assert.True(await store.Reports.Add(report with { ReporterId = Sample.User("bob") }));
    }
}
