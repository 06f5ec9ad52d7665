using Messenger.Host.Configuration;

namespace Messenger.Host.Starting;

/// <summary>What a developer sees first.</summary>
internal static class StartupBanner
{
    public static IEnumerable<string> Lines(Settings settings, string? cluster, IEnumerable<string> urls)
    {
        yield return "";
        yield return $"Messenger {Release.Version} listens on {string.Join(" and ", urls)} (WebSocket at /ws).";
        yield return settings.Embedded
            ? $"Embedded: one process, its data in {settings.Data.Directory}"
            : $"Cluster '{cluster}', as {settings.Silo.Role}.";
        if (settings.Registration.FixedCode is { } code)
        {
            yield return $"Development: every code by SMS is {code}.";
        }

        if (settings.Web)
        {
            yield return $"A messenger in the browser: {urls.FirstOrDefault()}   two phones side by side: {urls.FirstOrDefault()}/demo";
        }

        if (settings.Explorer)
        {
            yield return $"Every request in the browser: {urls.FirstOrDefault()}/explorer";
        }

        yield return "";
        yield return "Next, in a second terminal:  dotnet run --project src/Messenger.Cli -- demo";
        yield return "README.md says what you see there. Ctrl+C stops this server.";
        yield return "";
    }
}
