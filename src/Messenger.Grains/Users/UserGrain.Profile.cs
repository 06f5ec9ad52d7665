using Messenger.Contracts;
using Messenger.Ports;
using Messenger.Protocol;

namespace Messenger.Grains.Users;

/// <summary>Who one is, and who others are.</summary>
internal sealed partial class UserGrain
{
    public async Task<Result> UpdateNick(Caller me, RequestUpdateUserNick request) =>
        await FindError(me) is { } error ? error : await ChangeRow(row => row with { Nick = request.Nick });

    public async Task<Result<ResponseUserInfo>> GetUserInfo(Caller me, RequestGetUserInfo request) =>
        (await FindError(me) ?? await SpendIds([request.UserId])) is { } error ? error : new ResponseUserInfo((await InfoOf([request.UserId]))[0]);

    public async Task<Result<ResponseUserInfoMulti>> GetUserInfoMulti(Caller me, RequestGetUserInfoMulti request) =>
        (await FindError(me) ?? await SpendIds(request.UserIds)) is { } error ? error : new ResponseUserInfoMulti(await InfoOf(request.UserIds));

    public async Task<Result> ReportUser(Caller me, AddUserReport request)
    {
        if (await FindError(me) is { } error)
        {
            return error;
        }

        // Kept for who is not registered too: another answer would tell who is.
        await reports.Add(new ReportRow("user", UserId, request.UserId, Conversation: null, request.Reason, Now));
        return Result.Ok;
    }

    private async Task<UserInfo[]> InfoOf(string[] userIds)
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
        var now = Now;
        return [.. userIds.Select(id => Profiles.Of(id, rows.GetValueOrDefault(id), UserId, blocked.Contains(id), now))];
    }
}
