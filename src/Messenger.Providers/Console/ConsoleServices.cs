using Messenger.Ports;
using Microsoft.Extensions.DependencyInjection;

namespace Messenger.Providers.Console;

/// <summary>SMS and pushes that go to the log.</summary>
public static class ConsoleServices
{
    /// <summary>Adds an <see cref="ISmsSender"/> and an <see cref="IPushSender"/> that write to the log instead of sending.</summary>
    public static IServiceCollection AddConsole(this IServiceCollection services) => services
        .AddSingleton<ISmsSender, ConsoleSmsSender>()
        .AddSingleton<IPushSender, ConsolePushSender>();
}
