using Messenger.Contracts;
using Messenger.Grains.State;
using Messenger.Protocol;

namespace Messenger.Grains.Users;

/// <summary>Named values that clients keep here.</summary>
internal sealed partial class UserGrain
{
    public async Task<Result<Params>> GetParams(Caller me, GetParams request)
    {
        if (await FindError(me, request.UserId) is { } error)
        {
            return error;
        }

        var book = await _params.Load();
        return new Params(book.Params, VersionFor(me, book.Version));
    }

    public Task<Result> UpdateParam(Caller me, UpdateParam request) => TellChanged(me, AccountSections.Params, SetParam(me, request));

    private async Task<Result> SetParam(Caller me, UpdateParam request)
    {
        if ((await FindError(me) ?? await Pay(WriteCost.Of(audience: 1, request.Value.Length))) is { } error)
        {
            return error;
        }

        Error? refusal = null;
        var kept = await _params.Change(book =>
        {
            var others = book.Params.Where(param => param.Name != request.Name).ToList();
            var isThere = book.Params.Contains(new Param(UserId, request.Name, request.Value));
            refusal = others.Count >= Limits.Params ? Error.BadRequest($"a user has at most {Limits.Params} params")
                : isThere ? null
                : Stale(request.IfVersion, book.Version);
            return refusal is not null || isThere ? book : new ParamBook
            {
                Params = [.. others.Append(new Param(UserId, request.Name, request.Value)).OrderBy(param => param.Name, StringComparer.Ordinal)],
                Version = book.Version + 1,
            };
        });
        if (refusal is not null)
        {
            return refusal;
        }

        // Where it is read in one query. Repeated with the request, should the store fail in between.
        return ReservedParams.All.Contains(request.Name) ? await ChangeRow(row => row with
        {
            Discoverable = ReservedParams.Discoverable(Value),
            LastSeen = ReservedParams.LastSeen(Value),
        }) : Result.Ok;

        string? Value(string name) => kept.Params.FirstOrDefault(param => param.Name == name)?.Value;
    }

    /// <summary>A change that rests on another version; what would change nothing rests on none, so that a repeat is answered as the first.</summary>
    private static Error? Stale(long? ifVersion, long version) =>
        ifVersion is { } wanted && wanted != version ? Error.Conflict($"the version is {version}: ask for it anew, and decide again") : null;

    private static long? VersionFor(Caller me, long version) => (me.Features & Features.Account) == 0 ? null : version;
}
