namespace Messenger.Host.Configuration;

/// <summary>Where a server listens, as it is told to in any of ASP.NET's ways.</summary>
internal static class ListeningUrls
{
    /// <summary>Where the server will listen, however it is told to.</summary>
    public static IEnumerable<string> Urls(IConfiguration configuration, IHostEnvironment environment)
    {
        var given = (configuration[WebHostDefaults.ServerUrlsKey] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var ports = ((string[])["HTTP_PORTS", "HTTPS_PORTS"]).Select(key => configuration[key]).Where(value => !string.IsNullOrEmpty(value)).Select(port => $"http://*:{port}");
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"]).OfType<string>();
        var all = given.Concat(ports).Concat(endpoints).ToList();
        return all.Count > 0 ? all : [Default(environment)];
    }

    /// <summary>The host of such a URL, which may be * or +.</summary>
    public static string Host(string url) => BindingAddress.Parse(url).Host;

    /// <summary>A developer's machine serves itself; a container serves its network.</summary>
    public static string Default(IHostEnvironment environment) => environment.IsDevelopment() ? "http://localhost:8080" : "http://*:8080";
}
