namespace Messenger.Ports;

/// <summary>Wakes a device that has no connection.</summary>
public interface IPushSender
{
    /// <summary>Hands a push to the provider's queue. Never throws for a provider that is away.</summary>
    Task Send(Push push, CancellationToken cancellation);
}

/// <summary>What a push tells: where to look, never what was said.</summary>
/// <param name="ApplicationType">android, ios, …: which provider takes it.</param>
/// <param name="Token">The provider's token of the device. Never logged.</param>
/// <param name="Message">Null when it is not about one message.</param>
public sealed record Push(string ApplicationType, string Token, Guid Conversation, string? Message);
