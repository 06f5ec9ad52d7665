using Messenger.Providers.Http;

namespace Messenger.Providers.Sms;

/// <summary>Twilio's Messages resource of the 2010-04-01 API.</summary>
internal sealed class TwilioSmsCarrier(TwilioSmsOptions options) : ISmsCarrier
{
    public string Name => "twilio";

    /// <summary>It knows no idempotency key.</summary>
    public bool IsIdempotent => false;

    /// <summary>
    /// Its error codes: 21211 and 21217 are no numbers, 21214 and 21612 cannot be reached, 21614 is no mobile phone, 21610 wants no SMS from this sender;
    /// 20003, 20005 and 30002 are of an account that is unknown, closed or suspended, 21408 of a country that the account may not send to.
    /// </summary>
    public SmsRefusal Refusal(int status, string body) => SmsRefusals.Member(body, "code") switch
    {
        "21211" or "21214" or "21217" or "21610" or "21612" or "21614" => SmsRefusal.InvalidNumber,
        "20003" or "20005" or "30002" or "21408" => SmsRefusal.Account,
        _ => SmsRefusals.IsOfTheAccount(status) ? SmsRefusal.Account : SmsRefusal.Other,
    };

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
