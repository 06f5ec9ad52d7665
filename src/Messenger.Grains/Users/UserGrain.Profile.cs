using Messenger.Contracts;
using Messenger.Ports;
using Messenger.Protocol;

namespace Messenger.Grains.Users;

/// <summary>Who one is, and who others are.</summary>
internal sealed partial class UserGrain
{
    public Task<Result> UpdateNick(Caller me, RequestUpdateUserNick request) => TellChanged(me, AccountSections.Nick, SetNick(me, request));

    private async Task<Result> SetNick(Caller me, RequestUpdateUserNick request) =>
        await FindError(me) is { } error ? error : await ChangeRow(row => row with { Nick = request.Nick });

    public async Task<Result<ResponseUserInfo>> GetUserInfo(Caller me, RequestGetUserInfo request) =>
        (await FindError(me) ?? await SpendIds([request.UserId])) is { } error ? error : new ResponseUserInfo((await InfoOf(me, [request.UserId]))[0]);

    public async Task<Result<ResponseUserInfoMulti>> GetUserInfoMulti(Caller me, RequestGetUserInfoMulti request) =>
        (await FindError(me) ?? await SpendIds(request.UserIds)) is { } error ? error : new ResponseUserInfoMulti(await InfoOf(me, request.UserIds));

    public async Task<Result> ReportUser(Caller me, AddUserReport request)
    {
        if (await FindError(me) is { } error)
        {
            return error;
        }

        // Kept for who is not registered too: another answer would tell who is.
        await reports.Add(new ReportRow("user", UserId, request.UserId, Conversation: null, request.Reason, Now, request.UserId));
        return Result.Ok;
    }

    /// <summary>Of others; nobody's private key is told by it.</summary>
    private Task<UserInfo[]> InfoOf(string[] userIds) => InfoOf(null, userIds);

    private async Task<UserInfo[]> InfoOf(Caller? me, string[] userIds)
    {
        if (userIds.Length == 0)
        {
            return [];
        }

        var rows = (await users.FindMany(userIds)).ToDictionary(row => row.UserId, StringComparer.Ordinal);
        if (rows.TryGetValue(UserId, out var own))
        {
            rows[UserId] = own with { LastLogin = LastLogin(own) };
        }

        var blocked = await BlackList();
        var showing = await Showing(rows.Keys);
        var now = Now;
        var withheld = userIds.Contains(UserId, StringComparer.Ordinal) && (me is null || await WithholdsKey(me));
        return
        [
            .. userIds.Select(id => Profiles.Of(id, rows.GetValueOrDefault(id), UserId, blocked.Contains(id), showing.Contains(id), now) is var info && withheld
                ? info with { PrivateKeyEncryptedBase64 = null }
                : info),
        ];
    }

    /// <summary>Those of these who show this user when they were here last, this user too.</summary>
    private async Task<HashSet<string>> Showing(IReadOnlyCollection<string> userIds)
    {
        string[] others = [.. userIds.Where(id => id != UserId)];
        HashSet<string> showing = others.Length == 0 ? [] : new(await users.Showing(UserId, others), StringComparer.Ordinal);
        showing.Add(UserId);
        return showing;
    }

    /// <summary>The wrapped private key is not told to an application that is cooling while an owner's is there, who can approve it; it is to one that was linked.</summary>
    private async Task<bool> WithholdsKey(Caller me)
    {
        var now = Now;
        var applications = (await _account.Load()).Applications;
        if (applications.FirstOrDefault(own => own.Name == me.Application) is not { Linked: false } asking || !asking.IsCooling(now))
        {
            return false;
        }

        return (await _devices.AreOnline(applications.Where(own => !own.IsCooling(now)))).Any(online => online);
    }
}
