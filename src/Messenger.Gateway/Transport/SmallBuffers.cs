namespace Messenger.Gateway.Transport;

/// <summary>What the budgets of memory leave out.</summary>
internal static class SmallBuffers
{
    /// <summary>Buffers up to here are not counted: one of each connection is within what <c>Gateway:MaxSessions</c> allows, and most never need more.</summary>
    public const int Uncounted = 4 * 1024;
}
