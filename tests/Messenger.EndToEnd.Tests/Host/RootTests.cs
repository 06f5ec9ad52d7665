using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using Messenger.EndToEnd.Tests.Harness;

namespace Messenger.EndToEnd.Tests.Host;

/// <summary>The address that the start prints answers something, whatever the environment.</summary>
public sealed partial class RootTests
{
    [Theory]
    [InlineData("Development", 5)]
    [InlineData("Production", 4)]
    public async Task The_root_says_what_this_is_and_all_its_links_answer(string environment, int links)
    {
        await using var server = await ServerProcess.StartAsync(ServerSettings.Embedded(
            ("ASPNETCORE_ENVIRONMENT", environment), ("DOTNET_ENVIRONMENT", environment), ("Sms__CodesInLog", "true"), ("Limits__Enabled", "true"), ("Web__Enabled", "false"),
            ("Registration__FixedCode", environment == "Development" ? ServerSettings.Code : "")));
        using var http = new HttpClient { BaseAddress = server.Settings.Http };
        var told = JsonDocument.Parse(await http.GetStringAsync(new Uri("/", UriKind.Relative))).RootElement;
        Assert.Equal("messenger", told.GetProperty("service").GetString());
        Assert.Equal("all", told.GetProperty("role").GetString());

        http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("text/html"));
        using var page = await http.GetAsync(new Uri("/", UriKind.Relative));
        Assert.Equal("text/html", page.Content.Headers.ContentType?.MediaType);
        Assert.Contains("default-src 'none'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        var linked = Link().Matches(await page.Content.ReadAsStringAsync()).Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(links, linked.Count);
        Assert.Equal(linked, told.GetProperty("links").EnumerateObject().Select(link => link.Value.GetString()));
        foreach (var path in linked)
        {
            using var answer = await http.GetAsync(new Uri(path, UriKind.Relative));
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{path}: {answer.StatusCode}");
        }
    }

    [GeneratedRegex("href=\"([^\"]+)\"")]
    private static partial Regex Link();
}
