using Messenger.Ports;
using Microsoft.Extensions.DependencyInjection;

namespace Messenger.Providers.Console;

/// <summary>SMS and pushes that go to the log.</summary>
public static class ConsoleServices
{
    /// <summary>Adds an <see cref="ISmsSender"/> that writes to the log instead of sending.</summary>
    public static IServiceCollection AddConsoleSms(this IServiceCollection services) => services.AddSingleton<ISmsSender, ConsoleSmsSender>();

    /// <summary>Adds an <see cref="IPushSender"/> that writes to the log instead of sending.</summary>
    public static IServiceCollection AddConsolePush(this IServiceCollection services) => services.AddSingleton<IPushSender, ConsolePushSender>();
}
