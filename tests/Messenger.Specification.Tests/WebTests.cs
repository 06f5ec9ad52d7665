using System.Net;
using System.Net.Http.Headers;
using Messenger.Testing.Processes;

namespace Messenger.Specification.Tests;

/// <summary>The messenger in the browser, in a real one, on a real server; and who is served it.</summary>
[Collection(NodeCollection.Name)]
public sealed class WebTests(Node node)
{
    [Fact]
    public async Task Three_people_spend_a_day_with_it_and_axe_finds_nothing()
    {
        await using var server = await ServerProcess.StartAsync(ServerSettings.Embedded(("Registration__CoolingHours", "24")));
        var report = await node.Script("web.mjs", server.Settings.Http.ToString().TrimEnd('/'));
        Assert.DoesNotContain("not ok", report, StringComparison.Ordinal);
        Assert.Contains("ok - two phones side by side", report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Outside_Development_it_is_served_where_it_is_switched_on_and_knows_no_code()
    {
        await using var off = await ServerProcess.StartAsync(Production("false"));
        await using var on = await ServerProcess.StartAsync(Production("true"));
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("text/html"));

        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(new Uri(off.Settings.Http, "/web/app.js"))).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(new Uri(off.Settings.Http, "/demo"))).StatusCode);
        Assert.DoesNotContain("/web/app.js", await http.GetStringAsync(off.Settings.Http), StringComparison.Ordinal);

        using var page = await http.GetAsync(on.Settings.Http);
        Assert.Contains("/web/app.js", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Contains("\"fixedCode\":null", await http.GetStringAsync(new Uri(on.Settings.Http, "/web/setup.json")), StringComparison.Ordinal);
    }

    private static ServerSettings Production(string web) => ServerSettings.Embedded(
        ("ASPNETCORE_ENVIRONMENT", "Production"), ("DOTNET_ENVIRONMENT", "Production"), ("Registration__FixedCode", ""), ("Limits__Enabled", "true"),
        ("Sms__CodesInLog", "true"), ("Web__Enabled", web));
}
