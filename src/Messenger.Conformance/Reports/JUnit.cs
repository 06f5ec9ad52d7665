using System.Globalization;
using System.Text;
using System.Xml.Linq;

namespace Messenger.Conformance.Reports;

/// <summary>JUnit's XML: a suite for each group of rules, a case for each rule.</summary>
public static class JUnit
{
    public static string Write(IReadOnlyList<Verdict> verdicts)
    {
        ArgumentNullException.ThrowIfNull(verdicts);
        var suites = verdicts.GroupBy(verdict => verdict.Rule.Group).Select(group => new XElement(
            "testsuite", new XAttribute("name", group.Key), Counters(group.ToList()), group.Select(Case)));
        var document = new XDocument(new XElement("testsuites", new XAttribute("name", "messenger conformance"), Counters(verdicts), suites));
        return "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n" + document + "\n";
    }

    private static XElement Case(Verdict verdict)
    {
        var element = new XElement(
            "testcase", new XAttribute("classname", verdict.Rule.Group), new XAttribute("name", $"{verdict.Rule.Id} {Clean(verdict.Rule.Text)}"), Time(verdict.Took));
        if (verdict.Result == Result.Broken)
        {
            element.Add(new XElement("failure", new XAttribute("message", Clean(verdict.Message?.Split('\n')[0])), Clean(verdict.Message)));
        }
        else if (verdict.Result != Result.Holds)
        {
            element.Add(new XElement("skipped", new XAttribute("message", Clean(verdict.Message))));
        }

        return element;
    }

    private static object[] Counters(IReadOnlyCollection<Verdict> verdicts) =>
    [
        new XAttribute("tests", verdicts.Count),
        new XAttribute("failures", verdicts.Count(verdict => verdict.Result == Result.Broken)),
        new XAttribute("skipped", verdicts.Count(verdict => verdict.Result is Result.NotTried or Result.NotCheckable)),
        Time(verdicts.Aggregate(TimeSpan.Zero, (sum, verdict) => sum + verdict.Took)),
    ];

    private static XAttribute Time(TimeSpan took) => new("time", took.TotalSeconds.ToString("F3", CultureInfo.InvariantCulture));

    /// <summary>What a server sent may hold what XML may not.</summary>
    private static string Clean(string? text)
    {
        var clean = new StringBuilder();
        foreach (var c in text ?? string.Empty)
        {
            clean.Append(System.Xml.XmlConvert.IsXmlChar(c) ? c : '?');
        }

        return clean.ToString();
    }
}
