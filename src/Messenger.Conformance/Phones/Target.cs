using Messenger.Conformance.Phones;

namespace Messenger.Conformance.Phones;

/// <summary>The server that is tried, and how people are registered with it.</summary>
/// <param name="Urls">WebSockets of one server or cluster; phones take them in turn.</param>
/// <param name="Codes">Where its codes come from.</param>
/// <param name="Prefix">What made-up phone numbers begin with; six digits follow.</param>
/// <param name="Timeout">How long one frame is awaited.</param>
public sealed record Target(IReadOnlyList<Uri> Urls, Codes Codes, string Prefix = Account.Prefix, TimeSpan? Timeout = null)
{
    private int _turn;

    public Uri Url => Urls[(Interlocked.Increment(ref _turn) & int.MaxValue) % Urls.Count];
}
