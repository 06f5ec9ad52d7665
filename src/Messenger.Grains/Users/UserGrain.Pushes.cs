
using Messenger.Contracts;
using Messenger.Protocol;

namespace Messenger.Grains.Users;

/// <summary>What pushes need of their user.</summary>
internal sealed partial class UserGrain : IUserPushes
{
    public async Task Wake(PushHint[] messages)
    {
        var (silent, mutes, now) = (await BlackList(), await _mutes.Load(), Now);
        PushHint[] heard =
            [.. messages.Where(message => message.AuthorId != UserId && !silent.Contains(message.AuthorId) && mutes.GetValueOrDefault(message.Conversation) <= now)];
        if (heard.Length > 0)
        {
            await Task.WhenAll((await _account.Load()).Applications.Select(application => _devices[application.Name].Wake(heard)));
        }
    }

    public async Task LoseToken(string application, string token)
    {
        await _devices[application].LoseToken(token);
        await Without(application, token);
    }

    public async Task ForgetToken(string application, PushTarget dead)
    {
        // The device first: it says whether this is still the token, and a retry finds the rest undone.
        await _devices[application].ForgetPushTarget(dead);
        await Without(application, dead.Token);

        // It learns that it has none, and sets another.
        await TellChanged(AccountSections.Applications, except: null);
    }

    private async Task Without(string application, string token) => await _account.Change(
        account => Applications.WithoutToken(account.Applications, application, token) is var left && ReferenceEquals(left, account.Applications)
            ? account
            : account with { Applications = left });
}
