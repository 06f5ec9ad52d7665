using Messenger.Ports;

namespace Messenger.Grains.Views;

/// <summary>Who is in a conversation and who was: the rules of membership, pure.</summary>
internal sealed class Roster
{
    private readonly Dictionary<string, MemberRow> _rows;
    private MemberRow[]? _present;
    private long _nextPosition;

    /// <summary>From which sequence on <see cref="_present"/> are the people who are there.</summary>
    private long _presentFrom;

    public Roster(IEnumerable<MemberRow> rows)
    {
        _rows = rows.ToDictionary(row => row.UserId, StringComparer.Ordinal);
        _nextPosition = _rows.Values.Select(row => row.Position + 1).DefaultIfEmpty().Max();
    }

    /// <summary>Present and former, in no order.</summary>
    public IReadOnlyCollection<MemberRow> All => _rows.Values;

    /// <summary>Present members, longest-standing first.</summary>
    public IReadOnlyList<MemberRow> Present
    {
        get
        {
            if (_present is null)
            {
                _present = [.. _rows.Values.Where(row => row.LeftAt is null).OrderBy(row => row.Position)];
                _presentFrom = _rows.Values.Select(row => row.LeftAt is { } left ? left + 1 : row.JoinedAt).DefaultIfEmpty().Max();
            }

            return _present;
        }
    }

    /// <summary>
    /// Who a message is for: those who were there when it took its sequence, longest-standing first. The same whenever it is asked, so that who is
    /// told, after the commit, does not depend on who came and went meanwhile.
    /// </summary>
    public IReadOnlyList<MemberRow> At(long sequence)
    {
        var present = Present;
        return sequence >= _presentFrom ? present : [.. _rows.Values.Where(row => row.Sees(sequence)).OrderBy(row => row.Position)];
    }

    /// <summary>The position of whoever joins next.</summary>
    public long NextPosition => _nextPosition;

    /// <summary>Present or former, and who had an account that ended.</summary>
    public MemberRow? Ever(string userId) => _rows.GetValueOrDefault(userId);

    /// <summary>Present or former: who may see something.</summary>
    public MemberRow? Reader(string userId) => _rows.GetValueOrDefault(userId) is { Stays.Count: > 0 } row ? row : null;

    public MemberRow? Member(string userId) => _rows.GetValueOrDefault(userId) is { LeftAt: null } row ? row : null;

    public bool IsAdmin(string userId) => Member(userId) is { IsAdmin: true };

    public string? Nick(string userId) => Ever(userId)?.Nick;

    /// <summary>The author's nick as a reader sees it beside a message: not an earlier owner's, and none that was set after the reader had left.</summary>
    /// <param name="reader">Null for members: they see it as it is.</param>
    public static string? Nick(MemberRow? author, long sequence, MemberRow? reader) =>
        author is null || author.Ended.Contains(sequence) || (reader?.LeftAt is { } left && author.NickSince > left) ? null : author.Nick;

    public void Put(MemberRow row)
    {
        var next = NextPosition;
        var joins = row.LeftAt is null && row.Position >= next && Member(row.UserId) is null;
        _rows[row.UserId] = row;
        _nextPosition = Math.Max(next, row.Position + 1);
        if (joins && _present is not null)
        {
            // Comes last: no need to sort everybody anew for each of many who join.
            _present = [.. _present, row];
            _presentFrom = Math.Max(_presentFrom, row.JoinedAt);
        }
        else
        {
            _present = null;
        }
    }

    /// <summary>Who becomes admin when this one leaves: nobody while another admin stays, else the longest-standing member.</summary>
    public MemberRow? HeirOf(string userId)
    {
        var rest = Present.Where(row => row.UserId != userId).ToList();
        return rest.Any(row => row.IsAdmin) ? null : rest.FirstOrDefault();
    }
}
