using Messenger.Protocol;

namespace Messenger.Contracts;

/// <summary>The side of a phone that the operator sees and acts on; the same actor as <see cref="IRegistrationGrain"/>.</summary>
public interface IPhoneOperations : IGrainWithStringKey
{
    /// <summary>What counts against its limits, and what waits for a code.</summary>
    [Traced]
    Task<PhoneCard> LookUp();

    /// <summary>Forgets what counts against its limits: codes sent, codes guessed wrong. Codes that wait stay.</summary>
    /// <returns>What was there.</returns>
    [Traced]
    Task<PhoneCard> ClearLimits(bool dryRun);
}

/// <summary>A phone's limits. Times are milliseconds since the Unix epoch.</summary>
/// <param name="CodesSent">When codes were sent that still count.</param>
/// <param name="WrongCodes">When codes were guessed wrong that still count.</param>
/// <param name="Pending">Applications that wait for their code.</param>
/// <param name="WaitToSend">Seconds until another code may be sent.</param>
/// <param name="WaitToGuess">Seconds until another code is looked at.</param>
[GenerateSerializer, Immutable]
public sealed record PhoneCard(long[] CodesSent, long[] WrongCodes, int Pending, int WaitToSend, int WaitToGuess);
