using Microsoft.Extensions.Logging;

namespace Messenger.Simulation.Cluster;

/// <summary>What a silo logs goes into the diary of a run that somebody reads.</summary>
internal sealed class DiaryLog<T>(Silo silo) : ILogger<T>
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => silo.Scheduler.Notes;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        silo.Scheduler.Note($"{silo}: {formatter(state, exception)}{(exception is null ? "" : $" ({exception.GetType().Name}: {exception.Message})")}");
}
