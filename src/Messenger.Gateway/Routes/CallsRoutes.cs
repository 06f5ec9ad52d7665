using Messenger.Contracts;
using Messenger.Gateway.RateLimits;
using Messenger.Protocol;

namespace Messenger.Gateway.Routes;

/// <summary>What a call needs besides messages.</summary>
internal static class CallsRoutes
{
    public static void Add(RouteTable on, CallServers calls, UserLimits limits) =>
        on.User((Caller me, RequestGetCallServers r) => Task.FromResult<Result<ResponseCallServers>>(limits.Refuse(me.UserId, r) is { } over ? over : calls.For(me.UserId)));
}
