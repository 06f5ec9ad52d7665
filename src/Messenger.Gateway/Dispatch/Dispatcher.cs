using Messenger.Gateway.Requests;
using Messenger.Gateway.Routes;
using Messenger.Gateway.Sessions;
using Messenger.Gateway.Transport;
using Messenger.Ports;
using Messenger.Protocol;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Messenger.Gateway.Dispatch;

/// <summary>From a frame to its answer: route, shape, call. Every frame is answered once, and nothing that a frame does is thrown from here.</summary>
/// <remarks>
/// What a hot request allocates: its id, its record and strings, a queue's entry, and what Orleans does. The answer is written into the
/// thread's buffer and copied to the outbox.
/// </remarks>
internal sealed class Dispatcher(
    RouteTable routes, RequestCheck check, AnswerWriter answers, RequestTraces traces, FailureLog failures, MainWork work, LargeAnswers large, IOptions<GatewayOptions> options,
    TimeProvider timeProvider, ILogger<Dispatcher> logger)
{
    // The sweep comes once a period: what it finds due must not have become overdue since the last one.
    private readonly long _requestTimeout = Ticks(options.Value.RequestDeadline - SessionSweeper.Period, timeProvider);
    private readonly long _loginTimeout = Ticks(options.Value.LoginRequestDeadline - SessionSweeper.Period, timeProvider);

    /// <summary>
    /// Called for one frame after another. Completes when the next may come: at once, but for guests' requests, which are answered first,
    /// so that a client can send requests behind its authentication without waiting.
    /// </summary>
    /// <param name="utf8">Read until this returns its task, not after.</param>
    public ValueTask Dispatch(Session session, ReadOnlyMemory<byte> utf8)
    {
        var arrived = timeProvider.GetTimestamp();
        var frame = Frame.Read(utf8, out var fault);
        var route = fault is null ? routes.Find(frame.Type!) : null;
        if (route is null)
        {
            Garbage(session, frame, fault ?? $"type is unknown: {RequestCheck.Quote(frame.Type!)}");
            return default;
        }

        var span = traces.Start(route.Type, frame.TraceParent.Span);
        if (check.Fault(session, route, frame, out var request) is { } error)
        {
            answers.Send(session, new InFlightRequest(route, request!, null, frame.Id.ToArray(), 0, arrived) { Span = span }, error);
            return default;
        }

        var pending = new InFlightRequest(route, request!, session.Caller, frame.Id.ToArray(), utf8.Length, arrived)
        {
            Due = arrived + (route.IsLogin ? _loginTimeout : _requestTimeout),
            Span = span,
        };
        session.InFlight.Enter(pending);
        if (route.IsGuest)
        {
            return ServeGuest(session, pending);
        }

        if (request is not IConversationRequest about)
        {
            _ = ServeAlone(session, pending);
            return default;
        }

        pending.Conversation = Guid.Parse(about.ConversationUuid);
        if (session.Queues.Enter(pending))
        {
            _ = ServeQueue(session, pending);
        }

        return default;
    }

    /// <summary>
    /// Once a second: answers <c>unavailable</c> what is due. What still waits is taken out of its queue and never begun; of what was begun the
    /// outcome is dropped when it comes.
    /// </summary>
    public void Expire(Session session)
    {
        while (session.InFlight.TakeOverdue(timeProvider.GetTimestamp()) is { } pending)
        {
            if (pending.TryAnswer(out var begun))
            {
                Note(pending, Statuses.Unavailable);
                answers.Send(session, pending, begun ? Failures.Unavailable : Failures.NotBegun);
                session.Served(pending, behind: begun);
                pending.Tell();
                if (!begun)
                {
                    session.Queues.Prune(pending.Conversation);
                }
            }
        }
    }

    /// <summary>Completes when it is answered, which may be before its call has ended.</summary>
    private ValueTask ServeGuest(Session session, InFlightRequest pending)
    {
        return !pending.TryBegin() || CallGuest(session, pending).IsCompleted ? default : new ValueTask(pending.WhenTold());
    }

    private async Task CallGuest(Session session, InFlightRequest pending)
    {
        RequestOutcome outcome;
        RequestTraces.Enter(pending);
        try
        {
            outcome = await pending.Route.Call(session, pending);
        }
#pragma warning disable CA1031 // The one catch: see Refuse.
        catch (Exception e)
#pragma warning restore CA1031
        {
            outcome = Refuse(pending.Route, e);
        }

        if (!Finish(session, pending, outcome) && outcome.Entry is { } late)
        {
            // Its client was told that it is no application's connection, and may have another by now.
            await late.Subscription.DisposeAsync();
        }
    }

    private async Task ServeAlone(Session session, InFlightRequest pending)
    {
        if (pending.TryBegin())
        {
            await Serve(session, pending);
        }
    }

    /// <summary>A large answer waits until there is memory for it.</summary>
    private ValueTask Serve(Session session, InFlightRequest pending) =>
        LargeAnswers.BytesOf(pending.Request) is > 0 and var bytes ? ServeLarge(session, pending, bytes) : CallAndFinish(session, pending);

    private async ValueTask ServeLarge(Session session, InFlightRequest pending, long bytes)
    {
        if (!await large.TryEnter(session, bytes))
        {
            Finish(session, pending, Failures.NotBegun);
            return;
        }

        try
        {
            // Its connection may have ended while it waited, and its deadline may be over: nobody waits for the answer.
            if (session.IsCut || pending.IsAnswered)
            {
                Drop(session, pending);
            }
            else
            {
                await CallAndFinish(session, pending);
            }
        }
        finally
        {
            large.Leave(session, bytes);
        }
    }

    private async ValueTask CallAndFinish(Session session, InFlightRequest pending)
    {
        if (!pending.Route.HoldsNotices || session.Subscription is not { } subscription)
        {
            Finish(session, pending, await Call(pending));
            return;
        }

        // What was told before this is on disk before the page is read: so it is in the page. What comes meanwhile follows the answer.
        subscription.Hold();
        try
        {
            Finish(session, pending, await Call(pending));
        }
        finally
        {
            subscription.Release();
        }
    }

    /// <summary>Runs a queue until nothing waits in it.</summary>
    private async Task ServeQueue(Session session, InFlightRequest first)
    {
        if (first.TryBegin())
        {
            await Serve(session, first);
        }

        List<InFlightRequest>? batch = null;
        while (session.Queues.Next(first.Conversation, batch ??= []))
        {
            if (session.IsCut)
            {
                batch.ForEach(pending => Drop(session, pending));
            }
            else if (batch.Count == 1)
            {
                await Serve(session, batch[0]);
            }
            else
            {
                await ServeBatch(session, batch);
            }
        }
    }

    /// <summary>Nobody is left to be answered.</summary>
    private static void Drop(Session session, InFlightRequest pending)
    {
        if (pending.TryAnswer(out _))
        {
            session.Served(pending);
            pending.Span?.Stop();
        }
        else
        {
            session.InFlight.Settle();
        }
    }

    private async Task ServeBatch(Session session, List<InFlightRequest> batch)
    {
        var route = batch[0].Route;
        GatewayMeter.Batched(batch.Count);
        RequestTraces.Enter(batch[0]);
        for (var i = 1; i < batch.Count; i++)
        {
            RequestTraces.Joins(batch[i], batch[0]);
        }

        RequestOutcome[] outcomes;
        try
        {
            outcomes = await route.Call(batch[0].Me!, batch);
        }
#pragma warning disable CA1031 // The one catch: see Refuse.
        catch (Exception e)
#pragma warning restore CA1031
        {
            outcomes = new RequestOutcome[batch.Count];
            Array.Fill(outcomes, Refuse(route, e));
        }

        for (var i = 0; i < outcomes.Length; i++)
        {
            Finish(session, batch[i], outcomes[i]);
        }
    }

    private async ValueTask<RequestOutcome> Call(InFlightRequest pending)
    {
        RequestTraces.Enter(pending);
        try
        {
            return await pending.Route.Call(pending.Me!, pending.Request);
        }
#pragma warning disable CA1031 // The one catch: see Refuse.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return Refuse(pending.Route, e);
        }
    }

    private Error Refuse(Route route, Exception e) => failures.Refuse(route.Type, e);

    /// <summary>Its call has ended; false when it was answered before.</summary>
    private bool Finish(Session session, InFlightRequest pending, in RequestOutcome outcome)
    {
        if (!pending.TryAnswer(out _))
        {
            session.InFlight.Settle();
            return false;
        }

        if (outcome.Entry is { } entry)
        {
            session.Enter(entry.Caller, entry.Subscription);
        }

        Note(pending, outcome.Status);
        answers.Send(session, pending, outcome);
        session.Served(pending);
        if (pending.Route.IsGuest)
        {
            session.Answered();
            outcome.Then?.Invoke();
            pending.Tell();
        }

        return true;
    }

    /// <summary>How a call ended, for the readiness of this process. Whatever else the status says, the way to the actors is open.</summary>
    private void Note(InFlightRequest pending, string status)
    {
        if (pending.Route.IsGuest)
        {
            // Refused for reasons of its own too: an SMS provider that is away, the queue of logins.
            return;
        }

        if (status == Statuses.Unavailable)
        {
            work.Requests.Failed("no answer came in time, or the store did not take it");
        }
        else
        {
            work.Requests.Succeeded();
        }
    }

    private void Garbage(Session session, in Frame sent, string fault)
    {
        var frame = FrameBuffer.Take();
        FrameWriter.Answer(frame, sent.Id.Span, new ResponseStatusMessage(sent.Type, Statuses.BadRequest, fault));
        session.Send(frame);
        if (session.RateLimiter.AddGarbage())
        {
            Log.Garbage(logger);
            session.Close(CloseCode.PolicyViolation, "too many frames that are no request");
        }
    }

    private static long Ticks(TimeSpan span, TimeProvider timeProvider) => (long)(span.TotalSeconds * timeProvider.TimestampFrequency);
}
