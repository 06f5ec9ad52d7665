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
}
