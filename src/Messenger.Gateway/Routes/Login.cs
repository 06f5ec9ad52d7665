using Messenger.Contracts;
using Messenger.Gateway.Delivery;
using Messenger.Gateway.RateLimits;
using Messenger.Gateway.Requests;
using Messenger.Gateway.Routes;
using Messenger.Protocol;
using Microsoft.Extensions.Options;
using Orleans;

namespace Messenger.Gateway.Routes;

/// <summary>Makes a guest's connection an application's.</summary>
internal sealed class Login(
    IGrainFactory grains, Subscriptions subscriptions, UserLimits limits, GuestAdmission admission, IOptions<GatewayOptions> options)
{
    /// <summary>The <c>description</c> of an <c>ok</c> whose cursor cannot be continued.</summary>
    public const string Resync = "resync";

    /// <summary>
    /// An <c>ok</c> says what the session becomes; whoever finds that the request was answered meanwhile disposes of that. Notifications
    /// wait until the answer is written.
    /// </summary>
    public async Task<RequestOutcome> Enter(IGuest session, InFlightRequest pending, RequestAuthenticationByApplication request)
    {
        if (session.Caller is { } already)
        {
            return already.UserId == request.UserId && already.Credential == ApplicationNames.Of(request.Uuid)
                ? RequestOutcome.Of(Result.Ok)
                : Error.Conflict("this connection is another application's: open a new one");
        }

        if (!session.TryBeginLogin())
        {
            return Error.Unavailable("the login before this one has no outcome yet: try again later, or on a new connection");
        }

        try
        {
            var (place, shed) = await admission.Enter(session.Address, request.UserId);
            using (place)
            {
                return shed ?? (pending.IsAnswered ? Failures.NotBegun : await Authenticate(session, pending, request));
            }
        }
        finally
        {
            session.EndLogin();
        }
    }

    private async Task<RequestOutcome> Authenticate(IGuest session, InFlightRequest pending, RequestAuthenticationByApplication request)
    {
        var answer = await admission.Lacks(session.Address, request.UserId)
            ? Strangers.NoApplication
            : await grains.User(request.UserId).Authenticate(request.Uuid);
        if (answer is not { Value: { } caller })
        {
            return limits.AfterLogin(answer.Error, session.Address, request.UserId) ?? throw new InvalidOperationException("an answer with neither caller nor refusal");
        }

        if (pending.IsAnswered)
        {
            // Too late: it must not displace what its client has connected since.
            return Failures.Unavailable;
        }

        var features = FeatureNames.Parse(request.Features) & options.Value.Offered;
        if (request.NextUuid is { } next && (features & Features.Lock) != 0
            && (await grains.GetGrain<IUserLock>(request.UserId).Rotate(caller, next)).Error is { } error)
        {
            return error;
        }

        var subscription = subscriptions.Attach(caller.Device, session);
        try
        {
            if (await subscription.Connect(request.ResumeCursor, request.Attempt) is not { } connected)
            {
                await subscription.DisposeAsync();
                return Error.Unavailable("the connection was closed meanwhile");
            }

            if (connected.Superseded)
            {
                await subscription.DisposeAsync();
                return Error.Conflict("a later attempt of the same run of this client is connected");
            }

            return new RequestOutcome(null, Note: connected.Resync ? Resync : null)
            {
                Resync = request.ResumeCursor is null ? null : connected.Resync,
                Entry = new Entry(caller with { Origin = session.Origin, Features = features, Credential = ApplicationNames.Of(request.Uuid) }, subscription),
            };
        }
        catch
        {
            await subscription.DisposeAsync();
            throw;
        }
    }
}
