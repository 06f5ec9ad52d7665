using System.Text.Json;

namespace Messenger.Host.Tests;

/// <summary>The levels in appsettings*.json, which nothing else holds to the names of the code.</summary>
public sealed class LogLevelTests
{
    [Theory]
    [InlineData("appsettings.json")]
    [InlineData("appsettings.Development.json")]
    public void Every_category_of_ours_is_a_type_or_a_namespace(string file)
    {
        using var settings = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, file)));
        var ours = settings.RootElement.GetProperty("Logging").GetProperty("LogLevel").EnumerateObject()
            .Select(level => level.Name).Where(name => name.StartsWith("Messenger.", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(ours);
        Assert.Equal([], ours.Where(name => !Names(name)));
    }

    private static bool Names(string category) => Directory.EnumerateFiles(AppContext.BaseDirectory, "Messenger.*.dll")
        .Where(file => !Path.GetFileName(file).Contains("Tests", StringComparison.Ordinal))
        .Any(file => System.Reflection.Assembly.Load(Path.GetFileNameWithoutExtension(file)).GetTypes()
            .Any(type => $"{type.FullName}.".StartsWith($"{category}.", StringComparison.Ordinal)));
}
