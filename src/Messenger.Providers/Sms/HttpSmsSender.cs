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

    /// <summary>Characters of a refusal that are looked at.</summary>
    private const int MaxBody = 8192;

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

    public async Task<SmsOutcome> Send(string phone, string text, SmsAsker asker, CancellationToken cancellation)
    {
        var began = _timeProvider.GetTimestamp();
        var outcome = await Outcome(phone, text, asker, cancellation);
        SmsMeter.Ended(_carrier.Name, outcome, _timeProvider.GetElapsedTime(began));
        return outcome switch
        {
            "taken" => SmsOutcome.Taken,
            "invalid_number" => SmsOutcome.InvalidNumber,
            _ => SmsOutcome.NotTaken,
        };
    }

    public void Dispose() => _http.Dispose();

    private async Task<string> Outcome(string phone, string text, SmsAsker asker, CancellationToken cancellation)
    {
        var (prefix, cap) = _prefixes.Of(phone);
        long hour;
        try
        {
            if (await Take(asker, prefix, cap) is not { } taken)
            {
                Log.SmsCapped(_logger, prefix);
                return "capped";
            }

            hour = taken;
        }
        catch (StoreUnavailableException fault)
        {
            // What cannot be counted is not spent.
            Log.SmsUncounted(_logger, fault);
            return "uncounted";
        }

        var (outcome, maySent) = await Try(phone, text, cancellation);
        if (!maySent)
        {
            await GiveBack(asker, prefix, hour);
        }

        return outcome;
    }

    /// <returns>What became of it, and whether the provider may have it, be it by an attempt before the last.</returns>
    private async Task<(string Outcome, bool MaySent)> Try(string phone, string text, CancellationToken cancellation)
    {
        var maySent = false;
        try
        {
            var id = Guid.NewGuid();
            using var answer = await _pipeline.ExecuteAsync(
                async token =>
                {
                    using var request = _carrier.Request(id, phone, text);
                    try
                    {
                        var got = await _http.SendAsync(request, token);
                        maySent |= got.IsSuccessStatusCode || ((int)got.StatusCode >= 500 && got.StatusCode != HttpStatusCode.ServiceUnavailable);
                        return got;
                    }
                    catch (Exception fault) when (!NeverArrived(fault))
                    {
                        maySent = true;
                        throw;
                    }
                },
                cancellation);
            return (answer.IsSuccessStatusCode ? "taken" : await Refused(answer, cancellation), maySent);
        }
        catch (Exception fault) when (fault is HttpRequestException or TimeoutRejectedException)
        {
            Log.SmsNotTaken(_logger, _carrier.Name, fault is TimeoutRejectedException ? "no answer in time" : Outbound.Reason(fault));
            return ("failed", maySent);
        }
    }

    /// <summary>
    /// Past half of what strangers may spend in an hour only networks that asked for few codes are served: a few addresses that ask for many close a
    /// country for nobody but themselves. Owners have a quarter of each cap besides.
    /// </summary>
    private Task<long?> Take(SmsAsker asker, string prefix, int cap) => asker switch
    {
        SmsAsker.Owner => _budget.Take(Purse(asker), prefix, Part(_caps.PerHour, 4), Part(cap, 4)),
        SmsAsker.Frequent => _budget.Take(Purse(asker), prefix, Part(_caps.PerHour, 2), Part(cap, 2)),
        _ => _budget.Take(Purse(asker), prefix, _caps.PerHour, cap),
    };

    private static string Purse(SmsAsker asker) => asker == SmsAsker.Owner ? ISmsBudget.Owners : ISmsBudget.Strangers;

    /// <summary>Rounded up: a cap that is open at all is open to everybody, and one that is closed to nobody.</summary>
    private static int Part(int cap, int of) => (cap / of) + (cap % of > 0 ? 1 : 0);

    private async Task<string> Refused(HttpResponseMessage answer, CancellationToken cancellation)
    {
        var status = (int)answer.StatusCode;
        if (status is >= 500 or 429)
        {
            Log.SmsNotTaken(_logger, _carrier.Name, $"status {status}");
            return "failed";
        }

        switch (_carrier.Refusal(status, await Body(answer, cancellation)))
        {
            case SmsRefusal.InvalidNumber:
                // A mistyped number is nobody's fault here.
                return "invalid_number";
            case SmsRefusal.Account:
                Log.SmsAccountRejected(_logger, _carrier.Name, status);
                return "account_rejected";
            default:
                Log.SmsNotTaken(_logger, _carrier.Name, $"status {status}");
                return "refused";
        }
    }

    private static async Task<string> Body(HttpResponseMessage answer, CancellationToken cancellation)
    {
        // Some words in JSON; of what is longer the beginning is no JSON, and says nothing.
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(cancellation));
        var text = new char[MaxBody];
        return new string(text, 0, await reader.ReadBlockAsync(text, cancellation));
    }

    private async Task GiveBack(SmsAsker asker, string prefix, long hour)
    {
        try
        {
            await _budget.GiveBack(Purse(asker), prefix, hour);
        }
        catch (StoreUnavailableException fault)
        {
            // It stays spent: the careful side of a budget.
            Log.SmsUncounted(_logger, fault);
        }
    }

    /// <summary>The provider cannot have it.</summary>
    private static bool NeverArrived(Exception fault) => fault is HttpRequestException
    {
        HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError,
    };

    /// <summary>What was certainly not taken may be repeated; what may have been taken only where that is the same SMS.</summary>
    private bool MayRepeat(Outcome<HttpResponseMessage> attempt) => attempt switch
    {
        { Result.StatusCode: HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable } => true,
        { Result: { } answer } => (int)answer.StatusCode >= 500 && _carrier.IsIdempotent,
        { Exception: { } fault } when NeverArrived(fault) => true,
        { Exception: HttpRequestException or TimeoutRejectedException } => _carrier.IsIdempotent,
        _ => false,
    };
}
