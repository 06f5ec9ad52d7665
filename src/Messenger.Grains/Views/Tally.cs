using Messenger.Ports;

namespace Messenger.Grains.Views;

/// <summary>How many a message was for, and how many of them read it and had it delivered. The author counts in all three.</summary>
internal readonly record struct Tally(int Members, int Readed, int Delivered)
{
    /// <summary>Counts one message from the rosters' rows: linear in the members.</summary>
    /// <remarks>Who came back counts for what was written in every stay; the author counts always.</remarks>
    public static Tally Of(long sequence, string author, IEnumerable<MemberRow> members, Func<string, Receipt?> receiptOf)
    {
        var (count, readed, delivered) = (1, 1, 1);
        foreach (var member in members)
        {
            if (member.UserId == author || !member.WasThere(sequence))
            {
                continue;
            }

            count++;
            if (receiptOf(member.UserId) is { } receipt)
            {
                readed += receipt.Read.Contains(sequence) ? 1 : 0;
                delivered += receipt.Delivered.Contains(sequence) ? 1 : 0;
            }
        }

        return new Tally(count, readed, delivered);
    }
}
