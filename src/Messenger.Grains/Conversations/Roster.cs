using Messenger.Ports;

namespace Messenger.Grains.Conversations;

/// <summary>Who is in a conversation and who was: the rules of membership, pure.</summary>
internal sealed class Roster
{
    private readonly Dictionary<string, MemberRow> _rows;
    private MemberRow[]? _present;

    public Roster(IEnumerable<MemberRow> rows) => _rows = rows.ToDictionary(row => row.UserId, StringComparer.Ordinal);

    /// <summary>Present and former, in no order.</summary>
    public IReadOnlyCollection<MemberRow> All => _rows.Values;

    /// <summary>Present members, longest-standing first.</summary>
    public IReadOnlyList<MemberRow> Present =>
        _present ??= [.. _rows.Values.Where(row => row.LeftAt is null).OrderBy(row => row.Position)];

    /// <summary>The position of whoever joins next.</summary>
    public long NextPosition => _rows.Count == 0 ? 0 : _rows.Values.Max(row => row.Position) + 1;

    /// <summary>Present or former.</summary>
    public MemberRow? Ever(string userId) => _rows.GetValueOrDefault(userId);

    public MemberRow? Member(string userId) => _rows.GetValueOrDefault(userId) is { LeftAt: null } row ? row : null;

    public bool IsAdmin(string userId) => Member(userId) is { IsAdmin: true };

    public string? Nick(string userId) => Ever(userId)?.Nick;

    public void Put(MemberRow row)
    {
        _rows[row.UserId] = row;
        _present = null;
    }

    /// <summary>Who becomes admin when this one leaves: nobody while another admin stays, else the longest-standing member.</summary>
    public MemberRow? HeirOf(string userId)
    {
        var rest = Present.Where(row => row.UserId != userId).ToList();
        return rest.Any(row => row.IsAdmin) ? null : rest.FirstOrDefault();
    }

    /// <summary>Whether a member, present or former, was there when a sequence was written.</summary>
    public static bool Covers(MemberRow member, long sequence) =>
        member.JoinedAt <= sequence && (member.LeftAt is not { } left || sequence <= left);
}
