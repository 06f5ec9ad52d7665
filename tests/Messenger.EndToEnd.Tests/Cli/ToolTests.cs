using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Host;

namespace Messenger.EndToEnd.Tests.Cli;

/// <summary>The command line as people get it: packed, installed as a .NET tool, run.</summary>
public class ToolTests
{
    [Fact]
    public async Task It_is_packed_installed_and_runs()
    {
        using var folder = new Folder();
        var (feed, tools) = (Path.Combine(folder.Path, "feed"), Path.Combine(folder.Path, "tools"));
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        (await CliRun.Start("dotnet", null, "pack", Path.Combine(Built.Root, "src", "Messenger.Cli"), "-c", configuration, "--no-build", "-o", feed)).Good();
        await File.WriteAllTextAsync(
            Path.Combine(folder.Path, "nuget.config"), "<configuration><packageSources><clear/><add key=\"local\" value=\"feed\"/></packageSources></configuration>");

        (await CliRun.Start("dotnet", folder.Path, "tool", "install", "Messenger.Cli", "--tool-path", tools)).Good();

        Assert.Contains("conformance", (await CliRun.Start(Path.Combine(tools, "messenger"), folder.Path, "--help")).Good().Out, StringComparison.Ordinal);
        Assert.Contains("REG-12", (await CliRun.Start(Path.Combine(tools, "messenger"), folder.Path, "conformance", "--list")).Good().Out, StringComparison.Ordinal);
    }
}
