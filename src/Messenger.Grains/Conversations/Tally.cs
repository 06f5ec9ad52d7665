using Messenger.Ports;

namespace Messenger.Grains.Conversations;

/// <summary>How many a message was for, and how many of them read it and had it delivered. The author counts in all three.</summary>
internal readonly record struct Tally(int Members, int Readed, int Delivered)
{
    /// <summary>Counts one message from the rosters' rows: exact for any message, and linear in the members.</summary>
    public static Tally Of(long sequence, string author, IEnumerable<MemberRow> members, Func<string, Receipt?> receiptOf)
    {
        var (count, readed, delivered) = (0, 0, 0);
        foreach (var member in members)
        {
            if (!Roster.Covers(member, sequence))
            {
                continue;
            }

            count++;
            if (member.UserId == author)
            {
                readed++;
                delivered++;
            }
            else if (receiptOf(member.UserId) is { } receipt)
            {
                readed += receipt.Read.Contains(sequence) ? 1 : 0;
                delivered += receipt.Delivered.Contains(sequence) ? 1 : 0;
            }
        }

        return new Tally(count, readed, delivered);
    }
}
