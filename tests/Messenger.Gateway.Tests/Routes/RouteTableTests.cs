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
    private readonly RouteTable table = new(
        new StubGrains().Factory,
        new OwnAnswers(Options.Create(new GatewayOptions()), Options.Create(new SettingsOptions())),
        new Login(null!, null!, null!, null!),
        new RegistrationLimit(Options.Create(new GatewayOptions()), TimeProvider.System, new StubGrains().Factory),
        null!,
        null!,
        new FileAnswers(null!, null!));

    [Fact]
    public void ServesEveryRequestOfTheSeedAndNoOther()
    {
        using var seed = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Data", "catalogue.json")));
        var requests = seed.RootElement.GetProperty("exchanges").EnumerateArray()
            .Select(exchange => exchange.GetProperty("request").GetString()!).Distinct();

        Assert.Equal(requests.Order(), table.All.Select(route => route.Type).Order());
        Assert.Equal(56, table.All.Count());
    }

    [Fact]
    public void ServesFiveToGuests() => Assert.Equal(
        [
            nameof(RequestAuthenticationByApplication), nameof(RequestConfirmRegistration), nameof(RequestGetServerSettings), nameof(RequestPing),
            nameof(RequestRegisterApplication),
        ],
        table.All.Where(route => route.IsGuest).Select(route => route.Type).Order());

    [Fact]
    public void BatchesWhatClientsSendInRows() => Assert.Equal(
        [nameof(MessageDelivered), nameof(RequestAddMessage), nameof(RequestMessagesReaded)],
        table.All.Where(route => route.IsBatched).Select(route => route.Type).Order());
}
