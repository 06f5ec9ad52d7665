namespace Messenger.Providers.Sms;

/// <summary>One provider's way to be asked for an SMS. Pure: the sending is <see cref="HttpSmsSender"/>'s.</summary>
internal interface ISmsCarrier
{
    /// <summary>For logs and metrics.</summary>
    string Name { get; }

    /// <summary>
    /// Whether the same id sent twice is one SMS. Where it is not, a call whose outcome is unknown is not repeated:
    /// a second SMS costs money, and the person can ask for another code.
    /// </summary>
    bool IsIdempotent { get; }

    /// <param name="id">Unique for the SMS, the same when it is tried again.</param>
    HttpRequestMessage Request(Guid id, string phone, string text);

    /// <summary>Why the provider refused (an answer of 4xx).</summary>
    SmsRefusal Refusal(int status, string body);
}

/// <summary>Whose fault a refusal is.</summary>
internal enum SmsRefusal
{
    /// <summary>Of this text or this moment.</summary>
    Other,

    /// <summary>The number takes no SMS, now or later.</summary>
    InvalidNumber,

    /// <summary>The provider does not serve this server's account: no SMS goes out until a person has seen to it.</summary>
    Account,
}

/// <summary>Reads what providers say of a refusal.</summary>
internal static class SmsRefusals
{
    /// <summary>A member of a JSON object as text; null where the body is none, or has it not.</summary>
    public static string? Member(string body, string name)
    {
        try
        {
            using var document = System.Text.Json.JsonDocument.Parse(body);
            return document.RootElement is { ValueKind: System.Text.Json.JsonValueKind.Object } said && said.TryGetProperty(name, out var value) ? value.ToString() : null;
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }

    /// <summary>Not authenticated, not paid, not allowed.</summary>
    public static bool IsOfTheAccount(int status) => status is 401 or 402 or 403;
}
