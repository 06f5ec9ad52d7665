using Messenger.Contracts;
using Messenger.Grains.State;
using Messenger.Protocol;

namespace Messenger.Grains.Users;

/// <summary>Named values that clients keep here.</summary>
internal sealed partial class UserGrain
{
    /// <summary>The param with which a user is left out of contact discovery: <c>false</c>; anything else takes part again.</summary>
    private const string DiscoverableParam = "discoverable";

    public async Task<Result<Params>> GetParams(Caller me, GetParams request) =>
        await FindError(me, request.UserId) is { } error ? error : new Params((await _params.Load()).Params);

    public Task<Result> UpdateParam(Caller me, UpdateParam request) => TellChanged(me, AccountSections.Params, SetParam(me, request));

    private async Task<Result> SetParam(Caller me, UpdateParam request)
    {
        if (await FindError(me) is { } error)
        {
            return error;
        }

        var full = false;
        await _params.Change(book =>
        {
            var others = book.Params.Where(param => param.Name != request.Name).ToList();
            full = others.Count >= Limits.Params;
            return full || book.Params.Contains(new Param(UserId, request.Name, request.Value))
                ? book
                : new ParamBook { Params = [.. others.Append(new Param(UserId, request.Name, request.Value)).OrderBy(param => param.Name, StringComparer.Ordinal)] };
        });
        if (full)
        {
            return Error.BadRequest($"a user has at most {Limits.Params} params");
        }

        // Where discovery reads it in one query. Repeated with the request, should the store fail in between.
        return request.Name == DiscoverableParam
            ? await ChangeRow(row => row with { Discoverable = !string.Equals(request.Value, "false", StringComparison.OrdinalIgnoreCase) })
            : Result.Ok;
    }
}
