using Messenger.Contracts;
using Messenger.Grains.State;
using Messenger.Protocol;

namespace Messenger.Grains.Users;

/// <summary>Push tokens: each belongs to whoever set it last.</summary>
internal sealed partial class UserGrain
{
    public async Task<Result> UpdateDeviceToken(Caller me, RequestUpdateDeviceTokenByApplication request)
    {
        if (await FindError(me, request.UserId) is { } error)
        {
            return error;
        }

        if (Own(await _account.Load(), request.Uuid) is not { } application || application.Name != me.Application)
        {
            return NotYours();
        }

        var (token, voip) = (NoneIfEmpty(request.Token), NoneIfEmpty(request.VoipToken));
        string[] tokens = [.. new[] { token, voip }.OfType<string>()];
        var device = DeviceKeys.Named(UserId, application.Name);
        await Release(application.Name, application.Tokens().Except(tokens));
        foreach (var wanted in tokens)
        {
            // Whoever had it forgets it, before this one has it: one phone is never woken for two people.
            await OwnerOf(wanted).Take(device, wanted);
        }

        await SetTokens(application, token, voip);
        foreach (var wanted in tokens)
        {
            if (!await OwnerOf(wanted).Has(device))
            {
                // Somebody set it meanwhile, and this one did not have it yet when it was to forget it.
                await LoseToken(application.Name, wanted);
            }
        }

        return Result.Ok;
    }

    private static string? NoneIfEmpty(string? token) => string.IsNullOrEmpty(token) ? null : token;

    private async Task SetTokens(Application application, string? token, string? voip)
    {
        await _account.Change(account => account.Applications.FirstOrDefault(own => own.Name == application.Name) is { } own && (own.DeviceToken, own.VoipToken) == (token, voip)
            ? account
            : account with { Applications = Applications.WithTokens(account.Applications, application.Name, token, voip) });

        // Even when the tokens were known: the call may have failed the last time.
        await _devices[application.Name].SetPushTarget((application with { DeviceToken = token, VoipToken = voip }).Target(Now));
    }

    /// <summary>These are this application's no more.</summary>
    private async Task Release(string application, IEnumerable<string> tokens)
    {
        foreach (var token in tokens)
        {
            await OwnerOf(token).Release(DeviceKeys.Named(UserId, application));
        }
    }

    private IPushTokenGrain OwnerOf(string token) => GrainFactory.GetGrain<IPushTokenGrain>(PushTokens.Key(token));
}
