using Messenger.Host.Logging;
using Orleans.Runtime;

namespace Messenger.Host.Composition;

/// <summary>
/// What Orleans calls when a silo must not go on: it was declared dead, or its membership cannot be read. Orleans' own aborts the process (SIGABRT), which
/// looks like a crash to an orchestrator and leaves a core dump. Nothing is settled here: the others have taken over already.
/// </summary>
internal sealed class FatalErrors(ILogger<FatalErrors> logger) : IFatalErrorHandler
{
    public bool IsUnexpected(Exception exception) => true;

    public void OnFatalException(object? sender, string? context, Exception? exception)
    {
        Log.DeclaredDead(logger, exception?.GetType().Name ?? "no exception", context ?? "no reason given");
        ProcessEnd.With(ProcessEnd.DeclaredDead);
    }
}
