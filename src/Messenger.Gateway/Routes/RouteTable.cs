using System.Collections.Frozen;
using Messenger.Contracts;
using Messenger.Gateway.Links;
using Messenger.Gateway.RateLimits;
using Messenger.Gateway.Requests;
using Messenger.Protocol;
using Orleans;

namespace Messenger.Gateway.Routes;

/// <summary>Every request that is served. One line each, in the family's file.</summary>
internal sealed class RouteTable
{
    private readonly Dictionary<string, Route> _routes = new(StringComparer.Ordinal);
    private readonly FrozenDictionary<string, Route> _frozen;
    private readonly Features _offered;
    private readonly CoolingGate _gate;

    public RouteTable(
        IGrainFactory grains, ServerInfo own, Login login, RegistrationLimit registrations, UserLimits limits, GuestAdmission admission,
        FileAnswers files, CallServers calls, LinkWaiting links)
    {
        _offered = own.Offered;
        _gate = new CoolingGate(grains);
        var budgeted = new Budgeted(grains, limits);
        RegistrationRoutes.Add(this, grains, own, login, registrations, limits, admission);
        LockRoutes.Add(this, grains);
        LinkRoutes.Add(this, grains, links, limits);
        ProfileRoutes.Add(this, grains, own);
        ContactsRoutes.Add(this, grains);
        ConversationsRoutes.Add(this, grains, budgeted, limits);
        SessionKeysRoutes.Add(this, grains);
        MessagesRoutes.Add(this, grains, budgeted);
        FilesRoutes.Add(this, files);
        ReportsRoutes.Add(this, grains);
        CallsRoutes.Add(this, calls, limits);
        _frozen = _routes.ToFrozenDictionary(StringComparer.Ordinal);
    }

    public IEnumerable<Route> All => _frozen.Values;

    public Route? Find(string type) => _frozen.GetValueOrDefault(type);

    /// <summary>Served to who has authenticated: the caller is the proof.</summary>
    public void User<TRequest>(Func<Caller, TRequest, Task<Result>> call)
        where TRequest : class, IRequest => Add(new UserRoute<TRequest>(_gate.Around(call)));

    /// <inheritdoc cref="User{TRequest}"/>
    public void User<TRequest, TResponse>(Func<Caller, TRequest, Task<Result<TResponse>>> call)
        where TRequest : class, IRequest
        where TResponse : class => Add(new UserRoute<TRequest, TResponse>(_gate.Around(call)));

    /// <summary>As <see cref="User{TRequest}"/>, and what one connection sent to one conversation meanwhile goes in one call.</summary>
    public void Batch<TRequest>(Func<Caller, TRequest[], Task<Result[]>> call)
        where TRequest : class, IConversationRequest =>
        Add(new BatchRoute<TRequest, Result>(nameof(ResponseStatusMessage), call, RequestOutcome.Of));

    /// <summary>As <see cref="Batch{TRequest}(Func{Caller, TRequest[], Task{Result[]}})"/>; the grain gives the response's JSON.</summary>
    public void Batch<TRequest>(Func<Caller, TRequest[], Task<Result<SerializedResponse>[]>> call)
        where TRequest : class, IConversationRequest =>
        Add(new BatchRoute<TRequest, Result<SerializedResponse>>(
            nameof(ResponseAddedMessage), call, answer => new RequestOutcome(answer.Error, Json: answer.Value?.Payload) { Additions = answer.Value?.Additions }));

    /// <summary>Served before authentication too.</summary>
    public void Guest<TRequest>(Func<IGuest, TRequest, Task<Result>> call)
        where TRequest : class, IRequest => Add(new GuestRoute<TRequest>(async (guest, _, request) => RequestOutcome.Of(await call(guest, request))));

    /// <summary>Served before authentication too; looks at its deadline by itself.</summary>
    public void Guest<TRequest>(Func<IGuest, InFlightRequest, TRequest, Task<RequestOutcome>> call)
        where TRequest : class, IRequest => Add(new GuestRoute<TRequest>(async (guest, pending, request) => await call(guest, pending, request)));

    /// <summary>Served before authentication too, by the gateway itself.</summary>
    public void Guest<TRequest>(Func<IGuest, TRequest, object> answer)
        where TRequest : class, IRequest =>
        Add(new GuestRoute<TRequest>((guest, _, request) => ValueTask.FromResult(new RequestOutcome(null, answer(guest, request)))));

    /// <summary>A request of a feature that is not offered is an unknown type.</summary>
    private void Add(Route route)
    {
        if ((route.Feature & ~_offered) == 0)
        {
            _routes.Add(route.Type, route);
        }
    }
}
