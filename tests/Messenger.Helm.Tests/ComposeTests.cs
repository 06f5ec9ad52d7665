using System.Text.Json;
using System.Text.RegularExpressions;

namespace Messenger.Helm.Tests;

/// <summary>docs/compose: by the specification's schema, and beside what the server, the chart and the image know.</summary>
public sealed partial class ComposeTests
{
    private static readonly string Folder = Path.Combine(Tool.Root, "docs", "compose");

    private static readonly JsonElement Compose = JsonDocument.Parse(
        Tool.Done("node", Path.Combine(Tool.Tests, "compose.js"), Tool.Folder, Path.Combine(Folder, "compose.yaml"))).RootElement;

    private static IEnumerable<JsonProperty> Services => Compose.GetProperty("services").EnumerateObject();

    private static IEnumerable<JsonProperty> Servers => Services.Where(service => service.Value.GetProperty("image").GetString()!.StartsWith("${MESSENGER_IMAGE", StringComparison.Ordinal));

    [Fact]
    public void Without_a_profile_it_is_one_server_and_with_one_a_cluster()
    {
        Assert.Equal(["prepare", "embedded"], Services.Where(service => !service.Value.TryGetProperty("profiles", out _)).Select(service => service.Name));
        Assert.Equal(
            ["migrate", "worker-1", "worker-2", "gateway-1", "gateway-2", "postgres", "redis", "prometheus", "grafana"],
            Services.Where(service => service.Value.TryGetProperty("profiles", out _)).Select(service => service.Name));
    }

    [Fact]
    public void Every_key_of_a_server_is_one_that_the_server_knows()
    {
        var help = Tool.Done("dotnet", Path.Combine(Tool.Root, "src", "Messenger.Host", "bin", "Release", "net10.0", "Messenger.Host.dll"), "--help");
        var known = KeyLine().Matches(help).Select(match => match.Groups[1].Value.Replace(":", "__", StringComparison.Ordinal)).ToHashSet();
        Assert.True(known.Count > 50, help);
        Assert.NotEmpty(Servers);
        Assert.All(Servers, server => Assert.All(server.Value.GetProperty("environment").EnumerateObject(), key => Assert.Contains(key.Name, known)));
    }

    /// <summary>What a server writes to is a volume that the account of the image owns, or memory.</summary>
    [Fact]
    public void A_server_has_no_more_rights_than_in_the_chart()
    {
        var prepared = Compose.GetProperty("services").GetProperty("prepare").GetProperty("volumes").EnumerateArray().Select(volume => volume.GetString());
        Assert.All(Servers, server =>
        {
            Assert.True(server.Value.GetProperty("read_only").GetBoolean());
            Assert.Equal("ALL", server.Value.GetProperty("cap_drop")[0].GetString());
            Assert.All(
                server.Value.TryGetProperty("volumes", out var volumes) ? volumes.EnumerateArray().Select(volume => volume.GetString()).ToList() : [],
                volume => Assert.Contains(volume, prepared));
        });
    }

    [Fact]
    public void Every_file_that_is_mounted_is_there_and_every_variable_is_explained()
    {
        foreach (var volume in Services.SelectMany(service => service.Value.TryGetProperty("volumes", out var volumes) ? volumes.EnumerateArray().Select(one => one.GetString()!) : []))
        {
            if (volume.StartsWith('.'))
            {
                Assert.True(Path.Exists(Path.Combine(Folder, volume.Split(':')[0])), volume);
            }
        }

        var text = File.ReadAllText(Path.Combine(Folder, "compose.yaml"));
        var explained = File.ReadAllText(Path.Combine(Folder, ".env.example")) + text[..text.IndexOf("\nname:", StringComparison.Ordinal)];
        var secrets = Variable().Matches(text).Select(match => match.Groups[1].Value).Where(name => !name.EndsWith("PORT", StringComparison.Ordinal) && !name.StartsWith("SMS", StringComparison.Ordinal)).Distinct();
        Assert.All(secrets, name => Assert.Contains(name, explained, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"^  ([A-Z]\w+:[\w:]+) ", RegexOptions.Multiline)]
    private static partial Regex KeyLine();

    [GeneratedRegex(@"\$\{(\w+)")]
    private static partial Regex Variable();
}
