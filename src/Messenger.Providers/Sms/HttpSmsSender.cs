using System.Net;
using Messenger.Ports;
using Messenger.Providers.Http;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Messenger.Providers.Sms;

/// <summary>Sends SMS by a provider's HTTP interface: within the budget, with time-outs, and again where that costs nothing.</summary>
internal sealed class HttpSmsSender : ISmsSender, IDisposable
{
    /// <summary>One attempt; a provider that is well answers within a second.</summary>
    internal static readonly TimeSpan Attempt = TimeSpan.FromSeconds(3);

    /// <summary>All of it: the person waits, and is told before a grain's answer is late.</summary>
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(6.5);

    /// <summary>After the first failure; doubles, with jitter.</summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(300);

    private const int Retries = 2;

    private readonly ISmsCarrier _carrier;
    private readonly ISmsBudget _budget;
    private readonly SmsCaps _caps;
    private readonly Prefixes _prefixes;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger<HttpSmsSender> _logger;
    private readonly HttpClient _http;
    private readonly ResiliencePipeline<HttpResponseMessage> _pipeline;

    public HttpSmsSender(
        ISmsCarrier carrier, ISmsBudget budget, SmsCaps caps, TimeProvider timeProvider, ILogger<HttpSmsSender> logger, HttpMessageHandler? handler = null)
    {
        (_carrier, _budget, _caps, _prefixes, _timeProvider, _logger) = (carrier, budget, caps, new Prefixes(caps), timeProvider, logger);
        _http = Outbound.Client(handler);
        _pipeline = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = timeProvider }
            .AddTimeout(Limit)
            .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = Retries,
                Delay = FirstPause,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = attempt => ValueTask.FromResult(MayRepeat(attempt.Outcome)),
                DelayGenerator = attempt => ValueTask.FromResult(
                    attempt.Outcome.Result is { } answer ? Outbound.RetryAfter(answer, timeProvider) : null),
                OnRetry = attempt =>
                {
                    attempt.Outcome.Result?.Dispose();
                    return default;
                },
            })
            .AddTimeout(Attempt)
            .Build();
    }

    public async Task<bool> Send(string phone, string text, CancellationToken cancellation)
    {
        var began = _timeProvider.GetTimestamp();
        var outcome = await Outcome(phone, text, cancellation);
        SmsMeter.Ended(_carrier.Name, outcome, _timeProvider.GetElapsedTime(began));
        return outcome == "taken";
    }

    public void Dispose() => _http.Dispose();

    private async Task<string> Outcome(string phone, string text, CancellationToken cancellation)
    {
        var (prefix, cap) = _prefixes.Of(phone);
        try
        {
            if (!await _budget.Take(prefix, _caps.PerHour, cap))
            {
                Log.SmsCapped(_logger, prefix);
                return "capped";
            }
        }
        catch (StoreUnavailableException fault)
        {
            // What cannot be counted is not spent.
            Log.SmsUncounted(_logger, fault);
            return "uncounted";
        }

        try
        {
            var id = Guid.NewGuid();
            using var answer = await _pipeline.ExecuteAsync(
                async token =>
                {
                    using var request = _carrier.Request(id, phone, text);
                    return await _http.SendAsync(request, token);
                },
                cancellation);
            if (answer.IsSuccessStatusCode)
            {
                return "taken";
            }

            Log.SmsNotTaken(_logger, _carrier.Name, $"status {(int)answer.StatusCode}");
            return (int)answer.StatusCode < 500 && answer.StatusCode != HttpStatusCode.TooManyRequests ? "refused" : "failed";
        }
        catch (Exception fault) when (fault is HttpRequestException or TimeoutRejectedException)
        {
            Log.SmsNotTaken(_logger, _carrier.Name, fault is TimeoutRejectedException ? "no answer in time" : Outbound.Reason(fault));
            return "failed";
        }
    }

    /// <summary>What was certainly not taken may be repeated; what may have been taken only where that is the same SMS.</summary>
    private bool MayRepeat(Outcome<HttpResponseMessage> attempt) => attempt switch
    {
        { Result.StatusCode: HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable } => true,
        { Result: { } answer } => (int)answer.StatusCode >= 500 && _carrier.IsIdempotent,
        { Exception: HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError } } => true,
        { Exception: HttpRequestException or TimeoutRejectedException } => _carrier.IsIdempotent,
        _ => false,
    };
}
