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
    IGrainFactory grains, Subscriptions subscriptions, UserLimits limits, GuestAdmission admission, IOptions<GatewayOptions> options, IOptions<SettingsOptions> settings)
{
    /// <summary>The <c>description</c> of an <c>ok</c> whose cursor cannot be continued.</summary>
    public const string Resync = "resync";

    private readonly Dictionary<string, string> _minVersions = settings.Value.MinClientVersion;

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
            var came = admission.Came();
            var (place, shed) = await admission.Enter(session.Address, request.UserId);
            RequestOutcome outcome;
            using (place)
            {
                outcome = shed ?? (pending.IsAnswered ? Failures.NotBegun : await Authenticate(session, pending, request));
            }

            if (outcome.Error is not null)
            {
                await admission.Level(came);
            }

            return outcome;
        }
        finally
        {
            session.EndLogin();
        }
    }

    private async Task<RequestOutcome> Authenticate(IGuest session, InFlightRequest pending, RequestAuthenticationByApplication request)
    {
        var lacks = await admission.Lacks(session.Address, request.UserId);
        if (!lacks && request.ClientVersion is not null && _minVersions.Count > 0
            && await grains.User(request.UserId).Verify(request.Uuid) is { Value: { } known } && TooOld(session, known, request) is { } early)
        {
            // Before anybody is told of a login.
            return early;
        }

        var answer = lacks ? Strangers.NoApplication : await grains.User(request.UserId).Authenticate(request.Uuid);
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
            if (await subscription.Connect(request.ResumeCursor, request.Attempt, features) is not { } connected)
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
                Entry = new Entry(caller with { Origin = session.Origin, Address = session.Address, Features = features, Credential = ApplicationNames.Of(request.Uuid) }, subscription),
            };
        }
        catch
        {
            await subscription.DisposeAsync();
            throw;
        }
    }

    /// <summary>Refuses who says a version that is older than the operator takes, and closes: it cannot help itself, and would come back.</summary>
    private RequestOutcome? TooOld(IGuest session, Caller caller, RequestAuthenticationByApplication request)
    {
        if (request.ClientVersion is not { } version || caller.ApplicationType is not { } type || !_minVersions.TryGetValue(type, out var least) || !ClientVersion.IsOlder(version, least))
        {
            return null;
        }

        return new RequestOutcome(Error.Forbidden($"this client is too old: {type} has to be {least} or newer"))
        {
            Then = () => session.Close(CloseCode.ClientTooOld, $"{type} has to be {least} or newer"),
        };
    }
}
