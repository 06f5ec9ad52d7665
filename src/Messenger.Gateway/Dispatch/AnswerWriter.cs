using Messenger.Gateway.Requests;
using Messenger.Gateway.Sessions;
using Messenger.Gateway.Transport;
using Messenger.Protocol;
using Microsoft.Extensions.Options;

namespace Messenger.Gateway.Dispatch;

/// <summary>From an outcome to the frame in its session's outbox, and to the figures.</summary>
internal sealed class AnswerWriter(FailureLog failures, IOptions<GatewayOptions> options, TimeProvider timeProvider)
{
    private readonly int _mostAnswer = options.Value.AnswerBytes;
    private readonly Features _offered = options.Value.Offered;

    /// <summary>Never throws: a response that cannot be written is answered as a failure.</summary>
    public void Send(Session session, InFlightRequest pending, in RequestOutcome outcome)
    {
        var features = session.Features | (pending.Route.IsGuest ? Named(pending.Request) : Features.None);
        var frame = FrameBuffer.Take();
        try
        {
            Write(frame, pending.Id, pending.Route, outcome, features);
            if (frame.Written.Length > _mostAnswer && pending.Request is RequestGetConversationsFull)
            {
                frame = FrameBuffer.Take();
                Write(frame, pending.Id, pending.Route, RequestGetConversationsFull.TooLarge, features);
            }
        }
#pragma warning disable CA1031 // A response that cannot be written must not stop its lane.
        catch (Exception e)
#pragma warning restore CA1031
        {
            frame = FrameBuffer.Take();
            Write(frame, pending.Id, pending.Route, failures.Refuse(pending.Route.Type, e), features);
        }

        session.Send(frame);
        GatewayMeter.Served(pending.Route.Type, outcome.Status, timeProvider.GetElapsedTime(pending.Arrived));
        RequestTraces.End(pending, outcome.Status);
    }

    /// <summary>What a request names that asks before a session can: it counts for its own answer.</summary>
    private Features Named(IRequest? request) => request is INamesFeatures names ? FeatureNames.Parse(names.Features) & _offered : Features.None;

    private static void Write(FrameBuffer frame, byte[] id, Route route, in RequestOutcome outcome, Features features)
    {
        if (outcome.Error is { } error)
        {
            FrameWriter.Answer(frame, id, StatusAnswers.Of(route.Type, error, features));
        }
        else if (outcome.Json is { } json)
        {
            FrameWriter.Answer(frame, id, route.Response, Addition.Merge(json, outcome.Additions, features));
        }
        else if (outcome.Value is { } value)
        {
            FrameWriter.Answer(frame, id, value);
        }
        else if (outcome.Note is not null || outcome.Resync is not null)
        {
            FrameWriter.Answer(frame, id, StatusAnswers.Ok(route.Type, outcome.Note, outcome.Resync, features));
        }
        else
        {
            FrameWriter.Answer(frame, id, nameof(ResponseStatusMessage), route.Ok);
        }
    }
}
