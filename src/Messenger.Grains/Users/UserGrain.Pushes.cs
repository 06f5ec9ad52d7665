
using Messenger.Contracts;

namespace Messenger.Grains.Users;

/// <summary>What pushes need of their user.</summary>
internal sealed partial class UserGrain : IUserPushes
{
    public async Task Wake(PushHint[] messages)
    {
        var silent = await BlackList();
        PushHint[] heard = [.. messages.Where(message => message.AuthorId != UserId && !silent.Contains(message.AuthorId))];
        if (heard.Length > 0)
        {
            await Task.WhenAll((await _account.Load()).Applications.Select(application => _devices[application.Name].Wake(heard)));
        }
    }

    public async Task LoseToken(string application, string token)
    {
        await _devices[application].LoseToken(token);
        await _account.Change(account => account.Applications.Any(own => own.Name == application && own.DeviceToken == token)
            ? account with { Applications = Applications.WithToken(account.Applications, application, null) }
            : account);
    }

    public async Task ForgetToken(string application, PushTarget dead)
    {
        // The device first: it says whether this is still the token, and a retry finds the rest undone.
        await _devices[application].ForgetPushTarget(dead);
        await _account.Change(account => account.Applications.Any(own => own.Name == application && own.DeviceToken == dead.Token)
            ? account with { Applications = Applications.WithToken(account.Applications, application, null) }
            : account);
    }
}
