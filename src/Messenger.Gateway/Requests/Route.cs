using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Messenger.Contracts;
using Messenger.Protocol;

namespace Messenger.Gateway.Requests;

/// <summary>Where requests of one type go.</summary>
internal abstract class Route
{
    /// <summary>What a payload that was left out stands for: an object with nothing in it.</summary>
    private static ReadOnlySpan<byte> Nothing => "{}"u8;

    protected Route(Type request)
    {
        Type = request.Name;
        Feature = FeatureNames.Of(request);
        IsLogin = request == typeof(RequestAuthenticationByApplication);
        HoldsNotices = request == typeof(RequestSync);
        Ok = FrameWriter.Payload(new ResponseStatusMessage(Type, Statuses.Ok, null));
    }

    /// <summary>The request's name on the wire.</summary>
    public string Type { get; }

    /// <summary>The feature that it belongs to; none for the seed's.</summary>
    public Features Feature { get; }

    /// <summary>The response's name, where the grain gives its JSON.</summary>
    public virtual string Response => nameof(ResponseStatusMessage);

    /// <summary>The payload of a plain <c>ok</c>: the commonest answer, made once.</summary>
    public byte[] Ok { get; }

    /// <summary>Whether it is served before authentication. Such a request is answered before the next frame is read.</summary>
    public virtual bool IsGuest => false;

    /// <summary>Whether it makes a guest an application: its deadline is a longer one.</summary>
    public bool IsLogin { get; }

    /// <summary>
    /// Whether its answer stands in the order of its device's notifications: what came before it was asked is told before it, what comes later behind it.
    /// </summary>
    public bool HoldsNotices { get; }

    /// <summary>Whether several of one conversation go in one call.</summary>
    public virtual bool IsBatched => false;

    /// <summary>Null for a payload that is <c>null</c> or missing all the same. Throws <see cref="JsonException"/>.</summary>
    public IRequest? Read(ReadOnlySpan<byte> payload) =>
        Parse(payload.IsEmpty || payload.SequenceEqual("null"u8) ? Nothing : payload);

    /// <summary>Calls for one request of a user's. Throws what the call throws.</summary>
    public virtual ValueTask<RequestOutcome> Call(Caller me, IRequest request) => throw new NotSupportedException($"{Type} is no user's");

    /// <summary>Calls for several, all of one conversation: one reply each, in order.</summary>
    public virtual ValueTask<RequestOutcome[]> Call(Caller me, IReadOnlyList<InFlightRequest> requests) => throw new NotSupportedException($"{Type} goes one by one");

    /// <summary>Calls for a guest.</summary>
    public virtual ValueTask<RequestOutcome> Call(IGuest guest, InFlightRequest pending) => throw new NotSupportedException($"{Type} is no guest's");

    protected abstract IRequest? Parse(ReadOnlySpan<byte> payload);
}

/// <inheritdoc/>
internal abstract class Route<TRequest>() : Route(typeof(TRequest))
    where TRequest : class, IRequest
{
    private static readonly JsonTypeInfo<TRequest> Json =
        (JsonTypeInfo<TRequest>?)WireJson.Default.GetTypeInfo(typeof(TRequest))
        ?? throw new InvalidOperationException($"{typeof(TRequest).Name} is no type of the protocol");

    protected override IRequest? Parse(ReadOnlySpan<byte> payload) => JsonSerializer.Deserialize(payload, Json);
}

/// <summary>Of a user's, answered by a status.</summary>
internal sealed class UserRoute<TRequest>(Func<Caller, TRequest, Task<Result>> call) : Route<TRequest>
    where TRequest : class, IRequest
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<RequestOutcome> Call(Caller me, IRequest request) => RequestOutcome.Of(await call(me, (TRequest)request));
}

/// <summary>Of a user's, answered by a response of its own.</summary>
internal sealed class UserRoute<TRequest, TResponse>(Func<Caller, TRequest, Task<Result<TResponse>>> call) : Route<TRequest>
    where TRequest : class, IRequest
    where TResponse : class
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<RequestOutcome> Call(Caller me, IRequest request) => RequestOutcome.Of(await call(me, (TRequest)request));
}

/// <summary>Of anybody's.</summary>
internal sealed class GuestRoute<TRequest>(Func<IGuest, InFlightRequest, TRequest, ValueTask<RequestOutcome>> call) : Route<TRequest>
    where TRequest : class, IRequest
{
    public override bool IsGuest => true;

    public override ValueTask<RequestOutcome> Call(IGuest guest, InFlightRequest pending) => call(guest, pending, (TRequest)pending.Request);
}
