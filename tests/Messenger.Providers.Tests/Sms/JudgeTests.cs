using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Messenger.Ports;
using Messenger.Providers.Registration;
using Messenger.Testing.Servers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Messenger.Providers.Tests.Sms;

/// <summary>The operator's own webhook says whether a registration may be; what is no verdict is none.</summary>
public sealed class JudgeTests
{
    private const string Secret = "a-secret-of-the-judge";

    private static readonly RegistrationCase Case = new("+35799123456", "192.0.2.1", "android", "SDK 34", "samsung", "SM-A336B");

    [Theory]
    [InlineData(200, """{"allow":true}""", false, Judgement.Allowed)]
    [InlineData(200, """{"allow":false}""", true, Judgement.Refused)]
    [InlineData(200, """{"allow":"yes"}""", false, Judgement.Unanswered)]
    [InlineData(200, "[]", false, Judgement.Unanswered)]
    [InlineData(200, "no", false, Judgement.Unanswered)]
    [InlineData(200, "no", true, Judgement.AllowedUnanswered)]
    [InlineData(500, """{"allow":true}""", false, Judgement.Unanswered)]
    [InlineData(302, """{"allow":true}""", false, Judgement.Unanswered)]
    public async Task A_verdict_is_what_it_says_and_nothing_else(int status, string answer, bool allowOnFailure, Judgement expected)
    {
        var calls = 0;
        await using var judge = await Stub.Start(async (context, body) =>
        {
            calls++;
            var signed = Encoding.UTF8.GetBytes($"{context.Request.Headers["X-Messenger-Timestamp"]}.{body}");
            Assert.Equal("v1=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), signed)), context.Request.Headers["X-Messenger-Signature"].ToString());
            var told = JsonDocument.Parse(body).RootElement;
            Assert.Equal((Case.Phone, Case.Address), (told.GetProperty("phone").GetString(), told.GetProperty("address").GetString()));
            context.Response.StatusCode = status;
            context.Response.Headers.Location = "/elsewhere";
            await context.Response.WriteAsync(answer);
        });
        using var asked = new WebhookJudge(new JudgeOptions(judge.Url, Secret, allowOnFailure), TimeProvider.System, NullLogger<WebhookJudge>.Instance);
        Assert.Equal(expected, await asked.Judge(Case, default));
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task A_judge_that_does_not_answer_is_waited_for_two_seconds()
    {
        // It takes the connection and says nothing.
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var options = new JudgeOptions(new Uri($"http://{silent.LocalEndpoint}"), Secret, AllowOnFailure: false);
        using var asked = new WebhookJudge(options, TimeProvider.System, NullLogger<WebhookJudge>.Instance);
        Assert.Equal(Judgement.Unanswered, await asked.Judge(Case, default).WaitAsync(TimeSpan.FromSeconds(10)));
    }
}
