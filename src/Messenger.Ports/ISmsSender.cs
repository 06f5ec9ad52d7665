namespace Messenger.Ports;

/// <summary>Sends a text to a phone.</summary>
public interface ISmsSender
{
    /// <summary>Never throws for a provider that refuses or is away.</summary>
    /// <param name="phone">E.164. Never logged by a caller.</param>
    /// <param name="text">At most 140 bytes. It holds a code: never logged, but by the console sender whose job that is.</param>
    /// <param name="asker">Whose budget it comes out of.</param>
    Task<SmsOutcome> Send(string phone, string text, SmsAsker asker, CancellationToken cancellation);
}

/// <summary>Who makes the server send an SMS. Nobody spends the budget of another.</summary>
public enum SmsAsker
{
    /// <summary>Somebody who is not logged in, from a network that asked for few codes today.</summary>
    Newcomer,

    /// <summary>Somebody who is not logged in, from a network that asked for many: at most half of the hour's budget goes to these.</summary>
    Frequent,

    /// <summary>An application that is logged in, about its own account.</summary>
    Owner,
}

/// <summary>What became of an SMS.</summary>
public enum SmsOutcome
{
    /// <summary>The provider accepted it.</summary>
    Taken,

    /// <summary>It was not accepted, or nobody knows: another try may go better.</summary>
    NotTaken,

    /// <summary>The provider says that this number takes no SMS, now or later.</summary>
    InvalidNumber,
}
