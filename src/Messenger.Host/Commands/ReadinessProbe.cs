namespace Messenger.Host.Commands;

/// <summary>The command check: for "helm test" and for images that have no shell and no curl.</summary>
internal static class ReadinessProbe
{
    /// <summary>Longer than any answer about health takes.</summary>
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(10);

    /// <returns>The exit code.</returns>
    public static async Task<int> IsReady(Uri server)
    {
        using var http = new HttpClient { Timeout = RequestTimeout };
        try
        {
            using var answer = await http.GetAsync(new Uri(server, "/health/ready"));
            Console.WriteLine($"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
            return answer.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException)
        {
            await Console.Error.WriteLineAsync($"{server} does not answer: {fault.Message}");
            return 1;
        }
    }
}
