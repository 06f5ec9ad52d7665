using System.Net.Http.Headers;
using System.Text;
using Messenger.Contracts;
using Messenger.Gateway.RateLimits;
using Messenger.Protocol;
using Microsoft.AspNetCore.Http;
using Orleans;

namespace Messenger.Gateway.Files;

/// <summary>Who sends an HTTP request: the user's id and the application's uuid, as user and password of the Basic scheme.</summary>
internal sealed class Credentials(IGrainFactory grains, UserLimits limits, GuestAdmission admission)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The caller; throws <see cref="RefusedException"/> for who is none.</summary>
    public async Task<Caller> Of(HttpRequest request)
    {
        if (Parse(request.Headers.Authorization) is not var (user, application))
        {
            throw new RefusedException(Error.Unauthenticated("send Authorization: Basic with your userId as the user and your application's uuid as the password"));
        }

        var address = request.HttpContext.Connection.RemoteIpAddress;
        var came = admission.Came();
        Result<Caller> answer;
        var (place, shed) = await admission.Enter(address, user);
        using (place)
        {
            if (shed is not null)
            {
                throw new RefusedException(shed);
            }

            answer = await admission.Lacks(address, user) ? Strangers.NoApplication : await grains.User(user).Verify(application);
        }

        if (limits.AfterLogin(answer.Error, address, user) is { } error)
        {
            await admission.Level(came);
            throw new RefusedException(error);
        }

        return answer.OrThrow();
    }

    internal static (string User, string Application)? Parse(string? header)
    {
        if (!AuthenticationHeaderValue.TryParse(header, out var value) || !value.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase) || value.Parameter is null)
        {
            return null;
        }

        try
        {
            var text = Strict.GetString(Convert.FromBase64String(value.Parameter));
            return text.IndexOf(':') is > 0 and var colon && (text[..colon], text[(colon + 1)..]) is var (user, application)
                && Shape.UserId(user, "") is null && Shape.ApplicationUuid(application, "") is null
                ? (user, application)
                : null;
        }
        catch (Exception fault) when (fault is FormatException or ArgumentException)
        {
            return null;
        }
    }
}
