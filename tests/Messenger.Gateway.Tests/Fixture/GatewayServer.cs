using System.Collections.Concurrent;
using System.Net;
using System.Reflection;
using Messenger.Contracts;
using Messenger.Gateway.Delivery;
using Messenger.Gateway.Hosting;
using Messenger.Gateway.Sessions;
using Messenger.Ports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Orleans.Runtime;

namespace Messenger.Gateway.Tests.Fixture;

/// <summary>The gateway on Kestrel at a port of its own, its grains stubs, its clock the test's.</summary>
public sealed class GatewayServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Lines _lines = new();

    private GatewayServer(Action<GatewayOptions>? configure, MemoryBudgets memory)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Logging.ClearProviders().AddProvider(_lines).SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddSingleton<TimeProvider>(Time);
        builder.Services.AddSingleton(Grains.Factory);
        builder.Services.AddSingleton(DispatchProxy.Create<ILocalSiloDetails, SiloDetails>());
        builder.Services.AddSingleton<Subscriptions>();
        builder.Services.AddSingleton(Memory = memory);
        builder.Services.AddGateway(options =>
        {
            // The clock is the test's: who is refused would wait for it.
            options.RefusedLoginAfter = TimeSpan.Zero;
            configure?.Invoke(options);
        });
        _app = builder.Build();
        _app.MapMessenger();
    }

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.UnixEpoch.AddYears(50));

    public StubGrains Grains { get; } = new();

    public MemoryBudgets Memory { get; }

    public SessionTable Sessions => Get<SessionTable>();

    /// <summary>Warnings and worse, of the gateway and of Kestrel.</summary>
    public string[] Log => [.. _lines.Written];

    public Uri Address { get; private set; } = null!;

    /// <param name="total">The memory that the process is said to have.</param>
    public static async Task<GatewayServer> Start(Action<GatewayOptions>? configure = null, MemoryOptions? memory = null, long? total = null)
    {
        memory ??= new MemoryOptions();
        var server = new GatewayServer(configure, total is { } bytes ? new MemoryBudgets(memory, bytes) : new MemoryBudgets(memory));
        await server._app.StartAsync();
        server.Address = new Uri(server._app.Urls.First().Replace("http", "ws", StringComparison.Ordinal) + "/ws");
        return server;
    }

    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    public Task<TestClient> Connect() => TestClient.Connect(Address);

    /// <summary>Connected and authenticated as application <paramref name="uuid"/>.</summary>
    public async Task<TestClient> Login(string uuid = "app")
    {
        var client = await Connect();
        await client.Send($$$"""{"type":"RequestAuthenticationByApplication","payload":{"userId":"{{{TestClient.User}}}","uuid":"{{{uuid}}}"}}""");
        Assert.Equal("ok", (await client.Status()).Status);
        return client;
    }

    /// <summary>What the device of the one session there is tells it.</summary>
    internal void Publish(GatewayEvent hint)
    {
        var subscriptions = Get<Subscriptions>();
        subscriptions.Receive(new GatewayBatch([hint with { Session = subscriptions.All.Single().Session }]));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var session in Sessions.All)
        {
            session.Abort();
        }

        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    public class SiloDetails : DispatchProxy
    {
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            targetMethod!.ReturnType == typeof(SiloAddress) ? StubGrains.Silo : null;
    }

    private sealed class Lines : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Written { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                Written.Enqueue(formatter(state, exception));
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Dispose()
        {
        }
    }
}
