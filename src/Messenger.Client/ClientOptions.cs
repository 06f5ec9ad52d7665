using Messenger.Protocol;

namespace Messenger.Client;

/// <summary>What a client can be told besides where and who.</summary>
public sealed record ClientOptions
{
    /// <summary>The features of the protocol's second edition that this client names at its login; the server leaves out those that it does not offer (EXT-2).</summary>
    public IReadOnlyList<string> Features { get; init; } =
        FeatureNames.Of(Messenger.Protocol.Features.Errors | Messenger.Protocol.Features.Sync | Messenger.Protocol.Features.Account
            | Messenger.Protocol.Features.Preferences | Messenger.Protocol.Features.Hints | Messenger.Protocol.Features.Expiry
            | Messenger.Protocol.Features.Lock | Messenger.Protocol.Features.Linking);

    /// <summary>All pauses and time-outs run by it.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>0 to 1, drawn for each reconnect pause.</summary>
    public Func<double> Jitter { get; init; } = Random.Shared.NextDouble;

    /// <summary>A request that found no answer in so long, over however many connections, is given up: its owner has stopped waiting.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>To open the socket, and again to authenticate: the server itself gives up a login after 15 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(17);

    /// <summary>A connection that has lasted so long worked: the next reconnect pause is the first one again.</summary>
    public TimeSpan Lasting { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Events that wait for the application; past that the client stops reading, and resumes later.</summary>
    public int EventBound { get; init; } = 1024;
}
