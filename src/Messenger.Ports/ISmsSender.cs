namespace Messenger.Ports;

/// <summary>Sends a text to a phone.</summary>
public interface ISmsSender
{
    /// <summary>True when the provider accepted it. Never throws for a provider that refuses or is away.</summary>
    /// <param name="phone">E.164. Never logged by a caller.</param>
    /// <param name="text">At most 140 bytes. It holds a code: never logged, but by the console sender whose job that is.</param>
    Task<bool> Send(string phone, string text, CancellationToken cancellation);
}
