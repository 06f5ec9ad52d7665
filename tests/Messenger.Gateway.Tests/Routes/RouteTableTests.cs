using System.Text.Json;
using Messenger.Gateway.Links;
using Messenger.Gateway.RateLimits;
using Messenger.Gateway.Routes;
using Messenger.Gateway.Tests.Fixture;
using Messenger.Protocol;
using Microsoft.Extensions.Options;

namespace Messenger.Gateway.Tests.Routes;

/// <summary>The table serves what the seed prints, all of it and nothing else.</summary>
public class RouteTableTests
{
    private readonly RouteTable _table = new(
        new StubGrains().Factory,
        new ServerInfo(
            Options.Create(new GatewayOptions()), Options.Create(new SettingsOptions()), Options.Create(new FilesOptions()), new LiveNotice(), TimeProvider.System),
        new Login(null!, null!, null!, null!, Options.Create(new GatewayOptions()), Options.Create(new SettingsOptions())),
        new RegistrationLimit(Options.Create(new GatewayOptions()), TimeProvider.System, new StubGrains().Factory),
        null!,
        null!,
        new FileAnswers(null!, null!),
        new CallServers(Options.Create(new CallsOptions()), TimeProvider.System),
        new LinkWaiting(null!, null!, null!, null!));

    [Fact]
    public void ServesEveryRequestOfTheSeedAndNoOther()
    {
        using var seed = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Data", "catalogue.json")));
        var requests = seed.RootElement.GetProperty("exchanges").EnumerateArray()
            .Select(exchange => exchange.GetProperty("request").GetString()!).Distinct();

        var served = _table.All.Where(route => route.Feature == Features.None).Select(route => route.Type).ToList();
        Assert.Equal(requests.Order(), served.Order());
        Assert.Equal(56, served.Count);
    }

    [Fact]
    public void ServesEveryRequestOfTheFeaturesThatAreOffered()
    {
        var requests = typeof(Protocol.IRequest).Assembly.GetTypes()
            .Where(type => type.IsClass && type.IsAssignableTo(typeof(Protocol.IRequest)) && (FeatureNames.Of(type) & FeatureNames.Served) != 0)
            .Select(type => type.Name);

        Assert.Equal(requests.Order(), _table.All.Where(route => route.Feature != Features.None).Select(route => route.Type).Order());
    }

    [Fact]
    public void ServesFiveToGuestsAndOneOfLinking() => Assert.Equal(
        [
            nameof(RequestAuthenticationByApplication), nameof(RequestConfirmRegistration), nameof(RequestGetServerSettings), nameof(RequestLinkDevice),
            nameof(RequestPing), nameof(RequestRegisterApplication),
        ],
        _table.All.Where(route => route.IsGuest).Select(route => route.Type).Order());

    [Fact]
    public void BatchesWhatClientsSendInRows() => Assert.Equal(
        [nameof(MessageDelivered), nameof(RequestAddMessage), nameof(RequestMessagesReaded)],
        _table.All.Where(route => route.IsBatched).Select(route => route.Type).Order());
}
