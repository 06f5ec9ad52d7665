using Messenger.Gateway.Sessions;
using Messenger.Ports;
using Messenger.Protocol;
using Microsoft.Extensions.Options;

namespace Messenger.Gateway.Dispatch;

/// <summary>
/// Requests whose answers are large while they are made: they wait for each other, so that all of them together stay within a budget. From the
/// outbox on an answer is that budget's.
/// </summary>
/// <remarks>
/// Nobody knows how large an answer will be before the actor was asked. What is reserved is about half of the most: pages full of the longest bodies
/// are rare, and what they take beyond it comes from the part of the memory that has no budget.
/// </remarks>
internal sealed class LargeAnswers(MemoryBudgets budgets, IOptions<GatewayOptions> options, TimeProvider timeProvider)
{
    /// <summary>
    /// Of a message that is read: 64 KiB of body are 88 KB of Base64, twice that as text, and once in the frame.
    /// </summary>
    private const int MessageBytes = 128 * 1024;

    /// <summary>Of the whole list of the first edition, which is cut off at 32 MiB (<see cref="GatewayOptions.AnswerBytes"/>).</summary>
    private const int ListBytes = 16 * 1024 * 1024;

    private readonly MemoryGate _gate = new(budgets.Answers, timeProvider);
    private readonly TimeSpan _timeout = options.Value.RequestDeadline;

    /// <summary>What its answer may take while it is made; 0 for one that is not worth counting.</summary>
    public static long BytesOf(IRequest request) => request switch
    {
        RequestGetMessages page => page.Size * (long)MessageBytes,
        RequestGetMessagesFromUuid page => page.Size * (long)MessageBytes,
        RequestGetMessagesByUuids some => some.Uuids.Length * (long)MessageBytes,
        RequestSync page => page.Limit * (long)MessageBytes,
        RequestGetConversationsFull => ListBytes,
        _ => 0,
    };

    /// <summary>True when its turn came; the caller then calls <see cref="Leave"/>. False when its deadline is over.</summary>
    public async ValueTask<bool> TryEnter(Session session, long bytes)
    {
        // Two of one connection: one that asks for a thousand pages stands in nobody's way but its own.
        await session.LargeTurns.WaitAsync();
        if (await _gate.TryEnter(bytes, _timeout))
        {
            return true;
        }

        session.LargeTurns.Release();
        return false;
    }

    public void Leave(Session session, long bytes)
    {
        _gate.Leave(bytes);
        session.LargeTurns.Release();
    }
}
