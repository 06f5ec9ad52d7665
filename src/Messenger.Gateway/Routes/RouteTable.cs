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
    private readonly Dictionary<string, Route> routes = new(StringComparer.Ordinal);
    private readonly FrozenDictionary<string, Route> frozen;
    private readonly Features offered;

    public RouteTable(
        IGrainFactory grains, OwnAnswers own, Login login, RegistrationLimit registrations, UserLimits limits, GuestAdmission admission,
        FileAnswers files)
    {
        offered = own.Offered;
        var budgeted = new Budgeted(grains, limits);
        RegistrationRoutes.Add(this, grains, own, login, registrations, limits, admission);
        ProfileRoutes.Add(this, grains, own);
        ContactsRoutes.Add(this, grains);
        ConversationsRoutes.Add(this, grains, budgeted);
        SessionKeysRoutes.Add(this, grains);
        MessagesRoutes.Add(this, grains, budgeted);
        FilesRoutes.Add(this, files);
        ReportsRoutes.Add(this, grains);
        frozen = routes.ToFrozenDictionary(StringComparer.Ordinal);
    }

    public IEnumerable<Route> All => frozen.Values;

    public Route? Find(string type) => frozen.GetValueOrDefault(type);

    /// <summary>Served to who has authenticated: the caller is the proof.</summary>
    public void User<TRequest>(Func<Caller, TRequest, Task<Answer>> call)
        where TRequest : class, IRequest => Add(new UserRoute<TRequest>(call));

    /// <inheritdoc cref="User{TRequest}"/>
    public void User<TRequest, TResponse>(Func<Caller, TRequest, Task<Answer<TResponse>>> call)
        where TRequest : class, IRequest
        where TResponse : class => Add(new UserRoute<TRequest, TResponse>(call));

    /// <summary>As <see cref="User{TRequest}"/>, and what one connection sent to one conversation meanwhile goes in one call.</summary>
    public void Batch<TRequest>(Func<Caller, TRequest[], Task<Answer[]>> call)
        where TRequest : class, IConversationRequest =>
        Add(new BatchRoute<TRequest, Answer>(nameof(ResponseStatusMessage), call, Reply.Of));

    /// <summary>As <see cref="Batch{TRequest}(Func{Caller, TRequest[], Task{Answer[]}})"/>; the grain gives the response's JSON.</summary>
    public void Batch<TRequest>(Func<Caller, TRequest[], Task<Answer<Accepted>[]>> call)
        where TRequest : class, IConversationRequest =>
        Add(new BatchRoute<TRequest, Answer<Accepted>>(
            nameof(ResponseAddedMessage), call, answer => new Reply(answer.Refusal, Json: answer.Value?.Payload) { Additions = answer.Value?.Additions }));

    /// <summary>Served before authentication too.</summary>
    public void Guest<TRequest>(Func<IGuest, TRequest, Task<Answer>> call)
        where TRequest : class, IRequest => Add(new GuestRoute<TRequest>(async (guest, _, request) => Reply.Of(await call(guest, request))));

    /// <summary>Served before authentication too; looks at its deadline by itself.</summary>
    public void Guest<TRequest>(Func<IGuest, Pending, TRequest, Task<Reply>> call)
        where TRequest : class, IRequest => Add(new GuestRoute<TRequest>(async (guest, pending, request) => await call(guest, pending, request)));

    /// <summary>Served before authentication too, by the gateway itself.</summary>
    public void Guest<TRequest>(Func<IGuest, TRequest, object> answer)
        where TRequest : class, IRequest =>
        Add(new GuestRoute<TRequest>((guest, _, request) => ValueTask.FromResult(new Reply(null, answer(guest, request)))));

    /// <summary>A request of a feature that is not offered is an unknown type.</summary>
    private void Add(Route route)
    {
        if ((route.Feature & ~offered) == 0)
        {
            routes.Add(route.Type, route);
        }
    }
}
