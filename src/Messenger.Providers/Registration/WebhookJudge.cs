using System.Text.Json;
using Messenger.Ports;
using Messenger.Providers.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Messenger.Providers.Registration;

/// <summary>A webhook of the operator's own that judges registrations.</summary>
/// <param name="Secret">Signs each call, so that the receiver knows whom it is from.</param>
/// <param name="AllowOnFailure">What holds while it does not answer.</param>
public sealed record JudgeOptions(Uri Url, string Secret, bool AllowOnFailure);

/// <summary>
/// Posts what is known of a registration and reads <c>{"allow":true}</c> or <c>{"allow":false}</c> with status 200. Asked once: whoever waits for an SMS
/// waits for this too.
/// </summary>
internal sealed class WebhookJudge : IRegistrationJudge, IDisposable
{
    /// <summary>With an SMS' own bound it ends before the actor that waits for both is late.</summary>
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    /// <summary>A verdict is a few bytes; what is longer is none.</summary>
    private const int MaxAnswerBytes = 4096;

    private readonly JudgeOptions _options;
    private readonly SignedPost _post;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger<WebhookJudge> _logger;
    private readonly HttpClient _http;

    public WebhookJudge(JudgeOptions options, TimeProvider timeProvider, ILogger<WebhookJudge> logger)
    {
        (_options, _timeProvider, _logger) = (options, timeProvider, logger);
        _post = new SignedPost(options.Url, options.Secret, timeProvider);
        _http = Outbound.Client();
        _http.MaxResponseContentBufferSize = MaxAnswerBytes;
    }

    public async Task<Judgement> Judge(RegistrationCase registration, CancellationToken cancellation) => await Ask(registration, cancellation) switch
    {
        true => Judgement.Allowed,
        false => Judgement.Refused,
        null => _options.AllowOnFailure ? Judgement.AllowedUnanswered : Judgement.Unanswered,
    };

    public void Dispose() => _http.Dispose();

    /// <summary>Null where there is no verdict.</summary>
    private async Task<bool?> Ask(RegistrationCase registration, CancellationToken cancellation)
    {
        var id = Guid.NewGuid();
        using var limit = new CancellationTokenSource(Limit, _timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            using var request = _post.Of(id, JsonSerializer.SerializeToUtf8Bytes(new
            {
                id,
                phone = registration.Phone,
                address = registration.Address,
                applicationType = registration.ApplicationType,
                osVersion = registration.OsVersion,
                vendor = registration.Vendor,
                model = registration.Model,
            }));
            using var answer = await _http.SendAsync(request, either.Token);
            if (!answer.IsSuccessStatusCode)
            {
                Log.JudgeSilent(_logger, $"status {(int)answer.StatusCode}");
                return null;
            }

            using var json = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(either.Token));
            if (json.RootElement is { ValueKind: JsonValueKind.Object } verdict && verdict.TryGetProperty("allow", out var allow)
                && allow.ValueKind is JsonValueKind.True or JsonValueKind.False)
            {
                return allow.GetBoolean();
            }

            Log.JudgeSilent(_logger, "no \"allow\" in its answer");
            return null;
        }
        catch (Exception fault) when (fault is HttpRequestException or OperationCanceledException or JsonException)
        {
            Log.JudgeSilent(_logger, fault is JsonException ? "its answer is no JSON" : Outbound.Reason(fault));
            return null;
        }
    }
}

/// <summary>Somebody who judges registrations.</summary>
public static class JudgeServices
{
    public static IServiceCollection AddRegistrationJudge(this IServiceCollection services, JudgeOptions options) =>
        services.AddSingleton<IRegistrationJudge>(provider => new WebhookJudge(
            options, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<WebhookJudge>>()));
}
