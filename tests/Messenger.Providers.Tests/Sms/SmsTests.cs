using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Messenger.Ports;
using Messenger.Providers.Sms;
using Messenger.Testing.Servers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Messenger.Providers.Tests.Sms;

/// <summary>SMS over HTTP: signed, retried where that is safe, never past the budget.</summary>
public sealed class SmsTests
{
    private const string Secret = "a-secret-of-the-webhook";
    private const string Phone = "+35799123456";

    private readonly Budget _budget = new();
    private readonly ConcurrentQueue<(IHeaderDictionary Headers, string Path, string Body)> _calls = [];
    private Func<int, int> _answers = _ => 200;
    private string _says = "";

    [Fact]
    public async Task A_webhook_can_tell_whom_the_call_is_from()
    {
        await using var receiver = await Stub.Start(Receive);
        Assert.Equal(SmsOutcome.Taken, await Webhook(receiver.Url).Send(Phone, "Ваш код: 123456", SmsAsker.Newcomer, default));
        var body = JsonDocument.Parse(Assert.Single(_calls).Body).RootElement;
        Assert.Equal((Phone, "Ваш код: 123456"), (body.GetProperty("to").GetString(), body.GetProperty("text").GetString()));
    }

    [Fact]
    public async Task A_receiver_refuses_another_secret_and_that_is_not_tried_again()
    {
        await using var receiver = await Stub.Start(Receive);
        Assert.Equal(SmsOutcome.NotTaken, await Webhook(receiver.Url, "another-secret-than-that").Send(Phone, "text", SmsAsker.Newcomer, default));
        Assert.Single(_calls);
    }

    [Fact]
    public async Task What_failed_is_tried_again_under_the_same_id()
    {
        _answers = call => call < 3 ? 503 : 200;
        await using var receiver = await Stub.Start(Receive);
        Assert.Equal(SmsOutcome.Taken, await Webhook(receiver.Url).Send(Phone, "text", SmsAsker.Newcomer, default));
        Assert.Equal(3, _calls.Count);
        Assert.Single(_calls.Select(call => call.Headers["Idempotency-Key"].ToString()).Distinct());
        Assert.Equal(1, _budget.Taken);
    }

    [Fact]
    public async Task A_provider_that_stays_away_is_given_up_in_time()
    {
        _answers = _ => 500;
        await using var receiver = await Stub.Start(Receive);
        Assert.Equal(SmsOutcome.NotTaken, await Webhook(receiver.Url).Send(Phone, "text", SmsAsker.Newcomer, default));
        Assert.Equal(3, _calls.Count);
        Assert.Equal(SmsOutcome.NotTaken, await Webhook(new Uri("http://127.0.0.1:1")).Send(Phone, "text", SmsAsker.Newcomer, default));
    }

    [Fact]
    public async Task Twilio_gets_its_form_and_what_may_have_been_taken_is_not_sent_twice()
    {
        _answers = _ => 500;
        await using var twilio = await Stub.Start(Receive);
        Assert.Equal(SmsOutcome.NotTaken, await Twilio(twilio.Url, "+15005550006").Send(Phone, "Your code: 1", SmsAsker.Newcomer, default));
        var (headers, path, body) = Assert.Single(_calls);
        Assert.Equal("/2010-04-01/Accounts/AC123/Messages.json", path);
        Assert.Equal("Basic " + Convert.ToBase64String("AC123:auth"u8), headers.Authorization.ToString());
        Assert.Equal("To=%2B35799123456&From=%2B15005550006&Body=Your+code%3A+1", body);

        _calls.Clear();
        _answers = call => call < 2 ? 429 : 201;
        Assert.Equal(SmsOutcome.Taken, await Twilio(twilio.Url, "MG123").Send(Phone, "text", SmsAsker.Newcomer, default));
        Assert.Equal(2, _calls.Count);
        Assert.Contains("MessagingServiceSid=MG123", _calls.Last().Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_sent_when_the_budget_is_spent_or_cannot_be_asked()
    {
        await using var receiver = await Stub.Start(Receive);
        _budget.Left = 0;
        Assert.Equal(SmsOutcome.NotTaken, await Webhook(receiver.Url).Send(Phone, "text", SmsAsker.Newcomer, default));
        _budget.Left = 1;
        _budget.Away = true;
        Assert.Equal(SmsOutcome.NotTaken, await Webhook(receiver.Url).Send(Phone, "text", SmsAsker.Newcomer, default));
        Assert.Empty(_calls);
    }

    [Fact]
    public async Task Strangers_who_ask_often_have_half_and_owners_have_a_purse_of_their_own()
    {
        await using var receiver = await Stub.Start(Receive);
        foreach (var asker in new[] { SmsAsker.Newcomer, SmsAsker.Frequent, SmsAsker.Owner })
        {
            await Webhook(receiver.Url).Send(Phone, "text", asker, default);
        }

        Assert.Equal([("", "357", 100, 10), ("", "357", 50, 5), ("owners:", "357", 25, 3)], _budget.Asked);
    }

    [Theory]
    [InlineData(new[] { 400 }, "", SmsOutcome.NotTaken, 0)]
    [InlineData(new[] { 503, 503, 503 }, "", SmsOutcome.NotTaken, 0)]
    [InlineData(new[] { 429, 429, 429 }, "", SmsOutcome.NotTaken, 0)]
    [InlineData(new[] { 401 }, "", SmsOutcome.NotTaken, 0)]
    [InlineData(new[] { 422 }, """{"error":"invalid_number"}""", SmsOutcome.InvalidNumber, 0)]
    [InlineData(new[] { 422 }, """{"error":"other"}""", SmsOutcome.NotTaken, 0)]
    [InlineData(new[] { 500, 503, 503 }, "", SmsOutcome.NotTaken, 1)]
    [InlineData(new[] { 503, 200 }, "", SmsOutcome.Taken, 1)]
    public async Task What_was_certainly_not_sent_costs_nothing(int[] answers, string says, SmsOutcome outcome, int spent)
    {
        (_answers, _says) = (call => answers[call - 1], says);
        await using var receiver = await Stub.Start(Receive);
        Assert.Equal(outcome, await Webhook(receiver.Url).Send(Phone, "text", SmsAsker.Newcomer, default));
        Assert.Equal(spent, _budget.Taken);
    }

    [Fact]
    public async Task A_provider_that_takes_no_connection_costs_nothing()
    {
        Assert.Equal(SmsOutcome.NotTaken, await Webhook(new Uri("http://127.0.0.1:1")).Send(Phone, "text", SmsAsker.Newcomer, default));
        Assert.Equal(0, _budget.Taken);
    }

    [Theory]
    [InlineData(400, """{"code":21211,"message":"not a valid phone number"}""", SmsOutcome.InvalidNumber, null)]
    [InlineData(400, """{"code":21614}""", SmsOutcome.InvalidNumber, null)]
    [InlineData(400, """{"code":21602,"message":"Message body is required"}""", SmsOutcome.NotTaken, "did not take a text")]
    [InlineData(401, """{"code":20003,"message":"Authenticate"}""", SmsOutcome.NotTaken, "rejects this server's account (401)")]
    [InlineData(403, "no JSON", SmsOutcome.NotTaken, "rejects this server's account (403)")]
    [InlineData(400, """{"code":21408}""", SmsOutcome.NotTaken, "rejects this server's account (400)")]
    public async Task Twilio_is_understood(int status, string says, SmsOutcome outcome, string? logged)
    {
        (_answers, _says) = (_ => status, says);
        await using var twilio = await Stub.Start(Receive);
        var log = new Recorder();
        using var sender = Sender(new TwilioSmsCarrier(new TwilioSmsOptions("AC123", "auth", "+15005550006", twilio.Url)), log);
        Assert.Equal(outcome, await sender.Send(Phone, "text", SmsAsker.Newcomer, default));
        Assert.Equal(logged is null ? 0 : 1, log.Lines.Count);
        Assert.Contains(logged ?? "", log.Lines.FirstOrDefault() ?? "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("+35799123456", "357", 10)]
    [InlineData("+16266260017", "1", 10)]
    [InlineData("+18765551234", "1876", 0)]
    [InlineData("+4930123456", "49", 500)]
    public void A_number_falls_under_the_longest_prefix_or_its_country(string phone, string prefix, int cap) =>
        Assert.Equal((prefix, cap), new Prefixes(new SmsCaps(100, 10, new Dictionary<string, int> { ["1876"] = 0, ["49"] = 500 })).Of(phone));

    private HttpSmsSender Webhook(Uri url, string secret = Secret) => Sender(new WebhookSmsCarrier(new WebhookSmsOptions(new Uri(url, "/sms"), secret), TimeProvider.System));

    private HttpSmsSender Twilio(Uri url, string sender) => Sender(new TwilioSmsCarrier(new TwilioSmsOptions("AC123", "auth", sender, url)));

    private HttpSmsSender Sender(ISmsCarrier carrier, ILogger<HttpSmsSender>? logger = null) =>
        new(carrier, _budget, new SmsCaps(100, 10, new Dictionary<string, int>()), TimeProvider.System, logger ?? NullLogger<HttpSmsSender>.Instance);

    /// <summary>A receiver as docs/operations.md tells people to write one.</summary>
    private async Task Receive(HttpContext context, string body)
    {
        _calls.Enqueue((new HeaderDictionary(context.Request.Headers.ToDictionary()), context.Request.Path, body));
        if (context.Request.Path == "/sms")
        {
            var timestamp = context.Request.Headers["X-Messenger-Timestamp"].ToString();
            var expected = "v1=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes($"{timestamp}.{body}")));
            var age = DateTimeOffset.UtcNow - DateTimeOffset.FromUnixTimeSeconds(long.Parse(timestamp, System.Globalization.CultureInfo.InvariantCulture));
            if (age.Duration() > TimeSpan.FromMinutes(5) || !CryptographicOperations.FixedTimeEquals(
                Encoding.ASCII.GetBytes(expected), Encoding.ASCII.GetBytes(context.Request.Headers["X-Messenger-Signature"].ToString())))
            {
                context.Response.StatusCode = 401;
                return;
            }
        }

        context.Response.StatusCode = _answers(_calls.Count);
        await context.Response.WriteAsync(_says);
    }

    private sealed class Recorder : ILogger<HttpSmsSender>
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }

    private sealed class Budget : ISmsBudget
    {
        public int Left { get; set; } = 100;

        public bool Away { get; set; }

        public int Taken { get; private set; }

        public List<(string Purse, string Prefix, int PerHour, int PerPrefix)> Asked { get; } = [];

        public Task<long?> Take(string purse, string prefix, int perHour, int perPrefix)
        {
            Asked.Add((purse, prefix, perHour, perPrefix));
            return Away ? throw new StoreUnavailableException("away") : Task.FromResult<long?>(Left-- > 0 && ++Taken > 0 ? 7 : null);
        }

        public Task GiveBack(string purse, string prefix, long hour)
        {
            Assert.Equal(("357", 7), (prefix, hour));
            Assert.Equal(Asked[^1].Purse, purse);
            Taken--;
            return Task.CompletedTask;
        }
    }
}
