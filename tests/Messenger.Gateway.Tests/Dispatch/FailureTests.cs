using System.Data.Common;
using System.Net.Sockets;
using Messenger.Contracts;
using Messenger.Gateway.Dispatch;
using Messenger.Gateway.Tests.Fixture;
using Messenger.Grains;
using Messenger.Ports;
using Messenger.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Orleans.Runtime.Messaging;
using Orleans.Serialization;
using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace Messenger.Gateway.Tests.Dispatch;

/// <summary>What an outage throws is <c>unavailable</c> and a line a second; what a mistake throws is <c>internal</c>.</summary>
public sealed class FailureTests
{
    public static TheoryData<Exception> Passing =>
    [
        new TimeoutException(),
        new StoreUnavailableException("away"),
        new OrleansException("No active nodes are compatible with grain registration and interface IRegistrationGrain version 0."),
        new SiloUnavailableException(),
        new ConnectionFailedException("refused"),
        new GatewayTooBusyException(),
        new InconsistentStateException(),
        new OperationCanceledException(),
        new OrleansException("Error from storage provider", new BrokenDatabaseException(transient: true)),
        new BrokenDatabaseException(transient: true),
        new SocketException(),
        new IOException("broken pipe"),
        new InvalidOperationException("an activation failed", new StoreUnavailableException("away")),
        new AggregateException(new InvalidOperationException(), new TimeoutException()),
    ];

    public static TheoryData<Exception> Faults =>
    [
        new InvalidOperationException(),
        new ArgumentException("ours"),
        new FileNotFoundException(),
        new BrokenDatabaseException(transient: false),
        new OrleansException("Error from storage provider", new BrokenDatabaseException(transient: false)),
        new GrainExtensionNotInstalledException(),
        new RemoteFaultException("stack"),
    ];

    [Theory]
    [MemberData(nameof(Passing))]
    public void AnOutageIsPassing(Exception fault) => Assert.True(TransientErrors.IsTransient(fault));

    [Theory]
    [MemberData(nameof(Faults))]
    public void AMistakeIsNot(Exception fault) => Assert.False(TransientErrors.IsTransient(fault));

    [Fact]
    public async Task WithNoWorkerEverythingIsUnavailableAndALineASecond()
    {
        await using var server = await GatewayServer.Start();
        server.Grains.On(nameof(IUserGrain.Authenticate), _ => Task.FromException<Result<Caller>>(
            new OrleansException("No active nodes are compatible with grain user and interface IUserGrain version 0.")));
        using var client = await server.Connect();
        for (var i = 0; i < 20; i++)
        {
            await client.Send($$$"""{"type":"RequestAuthenticationByApplication","payload":{"userId":"{{{TestClient.User}}}","uuid":"app"}}""");
            Assert.Equal(Statuses.Unavailable, (await client.Status()).Status);
        }

        server.Time.Advance(SessionSweeper.Period);
        Assert.Equal("20 requests were answered unavailable within a second (OrleansException)", Assert.Single(server.Log));
    }

    [Fact]
    public async Task AFaultIsInternalAndTellsOneStackASecond()
    {
        await using var server = await GatewayServer.Start();
        server.Grains.On(nameof(IUserGrain.Authenticate), _ => Task.FromException<Result<Caller>>(new InvalidOperationException("ours")));
        using var client = await server.Connect();
        for (var i = 0; i < 20; i++)
        {
            await client.Send($$$"""{"type":"RequestAuthenticationByApplication","payload":{"userId":"{{{TestClient.User}}}","uuid":"app"}}""");
            Assert.Equal(Statuses.Internal, (await client.Status()).Status);
        }

        server.Time.Advance(SessionSweeper.Period);
        Assert.Equal(
            ["RequestAuthenticationByApplication failed", "20 requests were answered internal within a second (InvalidOperationException)"], server.Log);
    }

    /// <summary>What a library throws in a failed activation, or inside another exception, reaches the caller as one of ours.</summary>
    [Theory]
    [InlineData(true, typeof(StoreUnavailableException))]
    [InlineData(false, typeof(RemoteFaultException))]
    public void ALibrarysExceptionCrossesSilosAsOneOfOurs(bool transient, Type expected)
    {
        var services = new ServiceCollection();
        services.AddSerializer();
        ForeignExceptions.Add(services);
        using var provider = services.BuildServiceProvider();
        var serializer = provider.GetRequiredService<Serializer<Exception>>();

        var alone = serializer.Deserialize(serializer.SerializeToArray(new BrokenDatabaseException(transient)));
        Assert.IsType(expected, alone);
        Assert.Contains(nameof(BrokenDatabaseException), alone.Message, StringComparison.Ordinal);

        var inside = serializer.Deserialize(serializer.SerializeToArray(new OrleansException("activation failed", new BrokenDatabaseException(transient))));
        Assert.IsType(expected, Assert.IsType<OrleansException>(inside).InnerException);
        Assert.Equal(transient, TransientErrors.IsTransient(inside));
    }

    /// <summary>Stands for a driver's, of a type that no silo has a codec for.</summary>
    private sealed class BrokenDatabaseException(bool transient) : DbException("57P01: terminating connection")
    {
        public override bool IsTransient => transient;
    }
}
