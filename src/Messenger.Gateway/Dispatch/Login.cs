using Messenger.Gateway.Delivery;
using Messenger.Gateway.Routes;
using Messenger.Gateway.Sessions;
using Messenger.Grains;
using Messenger.Protocol;
using Orleans;

namespace Messenger.Gateway.Dispatch;

/// <summary>Makes a guest's connection an application's.</summary>
internal sealed class Login(IGrainFactory grains, Subscriptions subscriptions, UserLimits limits)
{
    /// <summary>The <c>description</c> of an <c>ok</c> whose cursor cannot be continued.</summary>
    public const string Resync = "resync";

    /// <summary>After an <c>ok</c> the session has its caller, and its notifications wait until the answer is written.</summary>
    public async Task<Answer> Enter(Session session, RequestAuthenticationByApplication request)
    {
        if (session.Caller is { } already)
        {
            return already.UserId == request.UserId && already.Application == ApplicationNames.Of(request.Uuid)
                ? Answer.Ok
                : Refused.Conflict("this connection is another application's: open a new one");
        }

        if (limits.RefuseLogin(session.Address) is { } tooMany)
        {
            return tooMany;
        }

        var answer = await grains.User(request.UserId).Authenticate(request.Uuid);
        if (answer is not { Value: { } caller })
        {
            if (answer.Refusal?.Status == Statuses.Unauthenticated)
            {
                limits.LoginFailed(session.Address);
            }

            return answer.Refusal ?? throw new InvalidOperationException("an answer with neither caller nor refusal");
        }

        var subscription = subscriptions.Attach(caller.Device, session);
        try
        {
            if (await subscription.Connect(request.ResumeCursor) is not { } connected)
            {
                await subscription.DisposeAsync();
                return Refused.Unavailable("the connection was closed meanwhile");
            }

            session.Enter(caller with { Origin = session.Origin }, subscription);
            return new Answer(null, connected.Resync ? Resync : null);
        }
        catch
        {
            await subscription.DisposeAsync();
            throw;
        }
    }
}
