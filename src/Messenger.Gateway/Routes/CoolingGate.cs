using System.Collections.Frozen;
using Messenger.Contracts;
using Messenger.Protocol;
using Orleans;

namespace Messenger.Gateway.Routes;

/// <summary>What an application may do that came by a code alone: what stands here, and nothing else.</summary>
/// <remarks>
/// A session is known as cooling from its login on, and only then is its user asked whether it still is: nobody else's requests cost anything. One that
/// begins to cool while it is connected is disconnected.
/// </remarks>
internal sealed class CoolingGate(IGrainFactory grains)
{
    /// <summary>Reading, writing, signals, receipts, typing; its own token and preferences, its own end, and what ends the cooling.</summary>
    private static readonly FrozenSet<string> Allowed = new[]
    {
        // Reading.
        nameof(RequestGetApplicationsFull), nameof(RequestGetUserInfo), nameof(RequestGetUserInfoMulti), nameof(GetParams), nameof(RequestGetContactList),
        nameof(RequestGetRegisteredUsers), nameof(GetBlackList), nameof(RequestGetConversationFull), nameof(RequestGetConversationsFull),
        nameof(RequestGetMembersList), nameof(GetNicks), nameof(RequestGetSessionKey), nameof(RequestGetUpdatedPublicKeys), nameof(RequestGetMessages),
        nameof(RequestGetMessagesFromUuid), nameof(RequestGetMessagesByUuids), nameof(RequestGetFiles), nameof(RequestGetFilesFast),
        nameof(RequestSync), "RequestGetMessageChanges", nameof(RequestGetConversationPreferences),

        // Writing, receipts, typing, signals.
        nameof(RequestAddMessage), nameof(MessageDelivered), nameof(RequestMessagesReaded), nameof(RequestMarkAllReaded), nameof(RequestTyping), nameof(RequestSendSignal),

        // Its own.
        nameof(RequestUpdateDeviceTokenByApplication), nameof(RequestSetConversationPreferences), nameof(RequestGiveRegistrationLock),

        // The user's actor decides: itself alone, the first keys, an address book that is added to.
        nameof(RequestDeleteApplication), nameof(RequestAddUserKeys), nameof(RequestUpdateContactList),
    }.ToFrozenSet(StringComparer.Ordinal);

    public static bool Allows(Type request) => Allowed.Contains(request.Name);

    /// <summary>The call, behind the gate where there has to be one.</summary>
    public Func<Caller, TRequest, Task<Result>> Around<TRequest>(Func<Caller, TRequest, Task<Result>> call)
    {
        return Allows(typeof(TRequest)) ? call : (me, request) => me.CoolingUntil == 0 ? call(me, request) : Guarded(me, request);

        async Task<Result> Guarded(Caller me, TRequest request) => await Refuse(me) is { } error ? error : await call(me, request);
    }

    /// <inheritdoc cref="Around{TRequest}"/>
    public Func<Caller, TRequest, Task<Result<TResponse>>> Around<TRequest, TResponse>(Func<Caller, TRequest, Task<Result<TResponse>>> call)
        where TResponse : class
    {
        return Allows(typeof(TRequest)) ? call : (me, request) => me.CoolingUntil == 0 ? call(me, request) : Guarded(me, request);

        async Task<Result<TResponse>> Guarded(Caller me, TRequest request) => await Refuse(me) is { } error ? error : await call(me, request);
    }

    private async Task<Error?> Refuse(Caller me) =>
        await grains.GetGrain<IUserLock>(me.UserId).CoolingUntil(me.Application) is > 0 and var until ? CoolingRefusals.Of(until) : null;
}
