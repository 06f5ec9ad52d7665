using Messenger.Providers.Http;

namespace Messenger.Providers.Sms;

/// <summary>Twilio's Messages resource of the 2010-04-01 API.</summary>
internal sealed class TwilioSmsCarrier(TwilioSmsOptions options) : ISmsCarrier
{
    public string Name => "twilio";

    /// <summary>It knows no idempotency key.</summary>
    public bool IsIdempotent => false;

    public HttpRequestMessage Request(Guid id, string phone, string text) =>
        new(HttpMethod.Post, new Uri(options.Url, $"/2010-04-01/Accounts/{Uri.EscapeDataString(options.AccountSid)}/Messages.json"))
        {
            Headers = { Authorization = Outbound.Basic(options.AccountSid, options.AuthToken) },
            Content = new FormUrlEncodedContent(
            [
                new("To", phone),
                new(options.Sender.StartsWith("MG", StringComparison.Ordinal) ? "MessagingServiceSid" : "From", options.Sender),
                new("Body", text),
            ]),
        };
}
