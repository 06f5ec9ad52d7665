using System.Text.Json.Nodes;

namespace Messenger.Monitoring.Tests.Offline;

/// <summary>The dashboards against Grafana's own types.</summary>
public sealed class DashboardTypeTests
{
    /// <summary>Enumerations are told by their values in JSON.</summary>
    private const string Header = """
        import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
        type Told<T> = T extends string ? `${T}` : T extends number | boolean | null | undefined ? T : T extends (infer E)[] ? Told<E>[] : T extends object ? { [K in keyof T]: Told<T[K]> } : T;

        """;

    [Fact]
    public void Grafana_knows_every_member() => Check(Dashboard.All, _ => { });

    /// <summary>The check would see a wrong one.</summary>
    [Fact]
    public void A_wrong_member_is_seen() =>
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Check([Dashboard.All[0]], dashboard => dashboard["panels"]![0]!["gridPos"]!["w"] = "wide"));

    private static void Check(IReadOnlyList<Dashboard> dashboards, Action<JsonNode> change)
    {
        var folder = Directory.CreateTempSubdirectory("messenger-dashboards-").FullName;
        try
        {
            Directory.CreateSymbolicLink(Path.Combine(folder, "node_modules"), Tool.Modules);
            var files = new List<string>();
            foreach (var dashboard in dashboards)
            {
                var json = dashboard.Json.DeepClone();

                // What a data source is asked has no type of its own in the schema.
                json["panels"]!.AsArray().ToList().ForEach(panel => panel!.AsObject().Remove("targets"));
                change(json);
                files.Add(Path.Combine(folder, Path.ChangeExtension(dashboard.Name, ".ts")));
                File.WriteAllText(files[^1], $"{Header}export const dashboard: Told<Dashboard> = {json.ToJsonString()};\n");
            }

            Tool.Done("node", [Path.Combine(Tool.Modules, "typescript", "bin", "tsc"), "--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--moduleResolution", "nodenext", .. files]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
