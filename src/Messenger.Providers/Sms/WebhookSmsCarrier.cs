using System.Text.Json;
using Messenger.Providers.Http;

namespace Messenger.Providers.Sms;

/// <summary>
/// Posts <c>{"id","to","text"}</c>, signed; see <see cref="SignedPost"/>. An answer of 4xx with <c>{"error":"invalid_number"}</c> says that the number
/// takes no SMS; 401, 402 and 403 that this server may send none.
/// </summary>
internal sealed class WebhookSmsCarrier(WebhookSmsOptions options, TimeProvider timeProvider) : ISmsCarrier
{
    private readonly SignedPost _post = new(options.Url, options.Secret, timeProvider);

    public string Name => "webhook";

    public bool IsIdempotent => true;

    public SmsRefusal Refusal(int status, string body) =>
        SmsRefusals.Member(body, "error") == "invalid_number" ? SmsRefusal.InvalidNumber
        : SmsRefusals.IsOfTheAccount(status) ? SmsRefusal.Account
        : SmsRefusal.Other;

    public HttpRequestMessage Request(Guid id, string phone, string text) =>
        _post.Of(id, JsonSerializer.SerializeToUtf8Bytes(new { id, to = phone, text }));
}
