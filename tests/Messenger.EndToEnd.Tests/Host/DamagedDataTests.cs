using Messenger.EndToEnd.Tests.Harness;

namespace Messenger.EndToEnd.Tests.Host;

/// <summary>An embedded store that cannot be relied on stops the start, with a sentence.</summary>
public sealed class DamagedDataTests
{
    [Theory]
    [InlineData("messenger.db")]
    [InlineData("messenger.grains.db")]
    public async Task Damaged_pages_are_found_at_the_start(string name)
    {
        using var folder = new Folder();
        Assert.Equal(0, (await Run.ToEnd(folder.Path, "migrate")).Code);

        // The first page, with the schema, stays whole: what opens the file notices nothing.
        var path = Path.Combine(folder.Path, "data", name);
        await using (var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite))
        {
            const int page = 4096;
            Assert.True(file.Length >= 3 * page, $"{name} has {file.Length} bytes");
            file.Position = page;
            await file.WriteAsync(Enumerable.Repeat((byte)0xA5, (int)file.Length - page).ToArray());
        }

        var sentence = (await Run.ToEnd(folder.Path, "--urls", "http://127.0.0.1:0")).Sentence;
        Assert.Contains($"{name} is damaged (", sentence, StringComparison.Ordinal);
        Assert.Contains("restore the backup", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disk_without_room_stops_the_start()
    {
        Assert.True(Environment.IsPrivilegedProcess, "a small disk needs root");
        using var folder = new Folder();
        await Tool("mount", "-t", "tmpfs", "-o", "size=512k", "messenger-test", folder.Path);
        try
        {
            Assert.Contains("whose disk takes no more", (await Run.ToEnd(folder.Path, "--urls", "http://127.0.0.1:0")).Sentence, StringComparison.Ordinal);
        }
        finally
        {
            await Tool("umount", folder.Path);
        }
    }

    private static async Task Tool(string program, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(program, arguments);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }
}
