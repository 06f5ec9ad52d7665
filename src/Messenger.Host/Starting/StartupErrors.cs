using Messenger.Host.Configuration;
using Microsoft.AspNetCore.Connections;

namespace Messenger.Host.Starting;

/// <summary>Turns what stopped a start into one sentence.</summary>
internal static class StartupErrors
{
    public static string Sentence(Exception fault)
    {
        var chain = Chain(fault).ToList();
        if (chain.OfType<StartRefusedException>().FirstOrDefault() is { } refused)
        {
            return refused.Message;
        }

        if (chain.OfType<AddressInUseException>().Any())
        {
            return $"{Listener(chain)} is taken by another process: stop that one, or choose another address with --urls http://localhost:8081.";
        }

        if (chain.OfType<IOException>().FirstOrDefault(io => io.Message.StartsWith("Failed to bind", StringComparison.Ordinal)) is { } bind)
        {
            return $"{bind.Message.TrimEnd('.')}: choose another address with --urls http://localhost:8081.";
        }

        // What nobody foresaw: its kind and its words; the rest with --Logging:LogLevel:Default=Debug.
        var innermost = chain[^1];
        return $"{innermost.GetType().Name}: {innermost.Message.ReplaceLineEndings(" ")}";
    }

    private static string Listener(IEnumerable<Exception> chain)
    {
        var text = chain.Select(fault => fault.Message).FirstOrDefault(message => message.Contains("://", StringComparison.Ordinal)) ?? "";
        return text.Split(' ').FirstOrDefault(word => word.Contains("://", StringComparison.Ordinal))?.TrimEnd(':', '.') ?? "The HTTP port";
    }

    private static IEnumerable<Exception> Chain(Exception fault)
    {
        for (var next = fault; next is not null; next = next is AggregateException { InnerExceptions: [var first, ..] } ? first : next.InnerException)
        {
            yield return next;
        }
    }
}
