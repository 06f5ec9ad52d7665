using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;

namespace Messenger.Helm.Tests;

/// <summary>What <c>.ci/release</c> makes, installed from its folder and used: here for this machine's platform, and without images, which ImageTests build.</summary>
public sealed class ReleaseTests : IDisposable
{
    private const string Version = "9.8.7-test.1";
    private const string Rid = "linux-x64";

    private readonly string _folder = Directory.CreateTempSubdirectory("messenger-release-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void It_is_made_from_the_sources_and_what_it_made_works()
    {
        var made = Path.Combine(_folder, "made");
        Tool.Done(Path.Combine(Tool.Root, ".ci", "release"), Version, "--out", made, "--only", "packages,binaries,chart", "--rids", Rid, "--quick");

        The_sums_are_of_all_files(made);
        The_notes_are_the_changelogs(made);
        The_parts_are_listed(made);
        The_chart_renders_and_names_its_image(made);
        The_packages_have_symbols_and_the_tool_runs(made);
        The_binaries_run_without_an_SDK(made);
    }

    [Theory]
    [InlineData("1.2", "is no version")]
    [InlineData("v1.2.3", "is no version")]
    [InlineData("1.2.3", "is not empty")]
    public void A_mistake_is_refused_before_anything_is_made(string version, string sentence)
    {
        File.WriteAllText(Path.Combine(_folder, "there"), "something");
        var (code, output) = Tool.Run(Path.Combine(Tool.Root, ".ci", "release"), [version, "--out", _folder]);
        Assert.NotEqual(0, code);
        Assert.Contains(sentence, output, StringComparison.Ordinal);
    }

    private static void The_sums_are_of_all_files(string made)
    {
        var sums = File.ReadAllLines(Path.Combine(made, "SHA256SUMS")).ToDictionary(line => line[66..], line => line[..64]);
        var files = Directory.EnumerateFiles(made, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(made, path)).Where(name => name != "SHA256SUMS").ToList();
        Assert.Equal(files.Order(StringComparer.Ordinal), sums.Keys.Order(StringComparer.Ordinal));
        Assert.All(files, name => Assert.Equal(sums[name], Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(made, name))))));
    }

    private static void The_notes_are_the_changelogs(string made)
    {
        var notes = File.ReadAllText(Path.Combine(made, "notes.md"));
        Assert.StartsWith($"# Messenger.Actors {Version}\n", notes, StringComparison.Ordinal);
        Assert.Contains("### Operation", notes, StringComparison.Ordinal);
    }

    private static void The_parts_are_listed(string made)
    {
        using var bom = JsonDocument.Parse(File.ReadAllText(Path.Combine(made, "sbom.cdx.json")));
        Assert.Equal("CycloneDX", bom.RootElement.GetProperty("bomFormat").GetString());
        var parts = bom.RootElement.GetProperty("components").EnumerateArray().ToDictionary(part => part.GetProperty("name").GetString()!);
        Assert.All(["Npgsql", "Microsoft.Orleans.Server", "StackExchange.Redis", "System.CommandLine"], name =>
        {
            Assert.Contains(name, parts.Keys);
            Assert.Equal(128, parts[name].GetProperty("hashes")[0].GetProperty("content").GetString()!.Length);
        });
        Assert.DoesNotContain(parts.Keys, name => name.StartsWith("xunit", StringComparison.OrdinalIgnoreCase));
    }

    private static void The_chart_renders_and_names_its_image(string made)
    {
        var (code, text) = Tool.Helm("kubectl-v35", "template", "chat", Path.Combine(made, $"messenger-{Version}.tgz"), "--kube-version", "1.33",
            "--set", "postgres.existingSecret=stores", "--set", "redis.existingSecret=stores");
        Assert.True(code == 0, text);
        Assert.Contains($"image: messenger:{Version}\n", text, StringComparison.Ordinal);
    }

    private void The_packages_have_symbols_and_the_tool_runs(string made)
    {
        foreach (var (name, assembly) in new[] { ("Messenger.Protocol", "Messenger.Protocol"), ("Messenger.Client", "Messenger.Client"), ("Messenger.Cli", "messenger") })
        {
            using var package = ZipFile.OpenRead(Path.Combine(made, "packages", $"{name}.{Version}.nupkg"));
            Assert.Contains(package.Entries, entry => entry.Name == $"{assembly}.dll");
            using var symbols = ZipFile.OpenRead(Path.Combine(made, "packages", $"{name}.{Version}.snupkg"));
            Assert.Contains(symbols.Entries, entry => entry.Name == $"{assembly}.pdb");
        }

        var tools = Path.Combine(_folder, "tools");
        Tool.Done("dotnet", "tool", "install", "Messenger.Cli", "--version", Version, "--source", Path.Combine(made, "packages"), "--tool-path", tools);
        Assert.StartsWith(Version, Tool.Done(Path.Combine(tools, "messenger"), "--version"), StringComparison.Ordinal);
    }

    private void The_binaries_run_without_an_SDK(string made)
    {
        var name = $"messenger-{Version}-{Rid}";
        using (var zipped = File.OpenRead(Path.Combine(made, "binaries", $"{name}.tar.gz")))
        using (var tar = new GZipStream(zipped, CompressionMode.Decompress))
        {
            TarFile.ExtractToDirectory(tar, _folder, overwriteFiles: false);
        }

        // As on a machine that has never seen .NET.
        string[] bare = ["-i", "PATH=/usr/bin:/bin", $"HOME={_folder}"];
        var server = Path.Combine(_folder, name, "Messenger.Host");
        Assert.Equal(Version, Tool.Done("env", [.. bare, server, "--version"]).Trim());
        Assert.Equal(0, Tool.Run("env", [.. bare, $"Data__Directory={_folder}/data", server, "migrate"]).Code);
        Assert.True(File.Exists(Path.Combine(_folder, "data", "messenger.db")));
        Assert.StartsWith(Version, Tool.Done("env", [.. bare, Path.Combine(_folder, name, "messenger"), "--version"]), StringComparison.Ordinal);
        Assert.True(Directory.GetFiles(Path.Combine(_folder, name)).Length <= 8, string.Join(", ", Directory.GetFiles(Path.Combine(_folder, name))));
    }
}
