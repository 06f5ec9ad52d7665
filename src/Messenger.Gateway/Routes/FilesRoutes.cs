using Messenger.Contracts;
using Messenger.Gateway.Links;
using Messenger.Protocol;

namespace Messenger.Gateway.Routes;

/// <summary>The files of a message; the bytes themselves travel over HTTP.</summary>
internal static class FilesRoutes
{
    public static void Add(RouteTable on, FileAnswers files)
    {
        on.User((Caller me, RequestGetFiles r) => files.Present(me, r));
        on.User((Caller me, RequestGetFilesFast r) => files.Recorded(me, r));
    }
}
