using Microsoft.Extensions.Logging.Console;

namespace Messenger.Host.Composition;

/// <summary>The log on the console: for people in Development, a JSON object a line elsewhere.</summary>
internal sealed class ConsoleLog
{
    /// <summary>False while the server starts: what stops the start is told in one sentence, and not in a framework's stack traces too.</summary>
    public bool Started { get; set; }

    public static ConsoleLog Add(WebApplicationBuilder builder)
    {
        var log = new ConsoleLog();
        builder.Logging.ClearProviders();
        builder.Logging.AddConsole(options => options.FormatterName = builder.Environment.IsDevelopment() ? "plain" : "lines")
            .AddConsoleFormatter<PlainLines, ConsoleFormatterOptions>()
            .AddConsoleFormatter<JsonLines, ConsoleFormatterOptions>();
        builder.Services.AddSingleton(log);
        builder.Services.AddSingleton(new Repetitions(TimeProvider.System));
        if (!IsVerbose(builder.Configuration))
        {
            builder.Logging.AddFilter("Microsoft", level => log.Shows(level));
            builder.Logging.AddFilter("Orleans", level => log.Shows(level));

            // At its first look it takes the machine's uptime for a stall.
            builder.Logging.AddFilter("Orleans.Runtime.Watchdog", level => log.Started && level >= LogLevel.Warning);
        }

        return log;
    }

    /// <summary>Whether somebody looks for a fault, and wants everything.</summary>
    public static bool IsVerbose(IConfiguration configuration) =>
        Enum.TryParse<LogLevel>(configuration["Logging:LogLevel:Default"], out var level) && level <= LogLevel.Debug;

    private bool Shows(LogLevel level) => Started ? level >= LogLevel.Warning : level == LogLevel.Warning;
}
