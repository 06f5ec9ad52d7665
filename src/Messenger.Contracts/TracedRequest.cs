using System.Diagnostics;
using Orleans;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Messenger.Contracts;

/// <summary>A call of a grain's method that answers: a span around it where its caller is part of a trace, and nothing where not.</summary>
/// <remarks>
/// Orleans' own way are filters around every call. One that does nothing makes a call within a process a third dearer, and every call of a server
/// that sends its signals to somebody would have two: see docs/notes/performance.md.
/// </remarks>
/// <typeparam name="TResult">What the method answers.</typeparam>
[SerializerTransparent]
public abstract class TracedRequest<TResult> : RequestBase
{
    /// <inheritdoc/>
    public sealed override ValueTask<Response> Invoke()
    {
        try
        {
            var call = Traces.Caller is { } caller ? Traced(caller) : InvokeInner();
            return call.IsCompletedSuccessfully ? new(Response.FromResult(call.Result)) : Answer(call);
        }
#pragma warning disable CA1031 // An exception is an answer: it goes back to whoever called.
        catch (Exception e)
        {
            return new(Response.FromException(e));
        }
    }

    /// <summary>The method itself.</summary>
    /// <returns>Its answer.</returns>
    protected abstract Task<TResult> InvokeInner();

    private static async ValueTask<Response> Answer(Task<TResult> call)
    {
        try
        {
            return Response.FromResult(await call);
        }
        catch (Exception e)
        {
            return Response.FromException(e);
        }
    }
#pragma warning restore CA1031

    private async Task<TResult> Traced(string caller)
    {
        using var step = Traces.Call(this, caller);
        try
        {
            return await InvokeInner();
        }
        catch
        {
            step?.SetStatus(ActivityStatusCode.Error);
            throw;
        }
    }
}

/// <summary>A call of a grain's method that answers nothing but that it was done; else as <see cref="TracedRequest{TResult}"/>.</summary>
[SerializerTransparent]
public abstract class TracedRequest : RequestBase
{
    /// <inheritdoc/>
    public sealed override ValueTask<Response> Invoke()
    {
        try
        {
            var call = Traces.Caller is { } caller ? Traced(caller) : InvokeInner();
            return call.IsCompletedSuccessfully ? new(Response.Completed) : Answer(call);
        }
#pragma warning disable CA1031 // An exception is an answer: it goes back to whoever called.
        catch (Exception e)
        {
            return new(Response.FromException(e));
        }
    }

    /// <summary>The method itself.</summary>
    /// <returns>When it is done.</returns>
    protected abstract Task InvokeInner();

    private static async ValueTask<Response> Answer(Task call)
    {
        try
        {
            await call;
            return Response.Completed;
        }
        catch (Exception e)
        {
            return Response.FromException(e);
        }
    }
#pragma warning restore CA1031

    private async Task Traced(string caller)
    {
        using var step = Traces.Call(this, caller);
        try
        {
            await InvokeInner();
        }
        catch
        {
            step?.SetStatus(ActivityStatusCode.Error);
            throw;
        }
    }
}
