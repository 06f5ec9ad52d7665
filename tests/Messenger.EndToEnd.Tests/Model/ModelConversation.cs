namespace Messenger.EndToEnd.Tests.Model;

/// <summary>A message or event of the model; its place in the room's log is its sequence.</summary>
/// <param name="Number">The message's number; null for events.</param>
public sealed record ModelEntry(int Author, int? Number, string? Event, int? About)
{
    public bool Deleted { get; set; }

    public HashSet<int> Delivered { get; } = [];

    public HashSet<int> Read { get; } = [];
}

/// <summary>How one person sees a line.</summary>
public sealed record Sight(int Author, int? Number, string? Event, int? About, bool Deleted, bool? Readed, int Members, int ReadedMembers, int DeliveredMembers);

/// <summary>A conversation of the model. Its methods give the status, and change what a request changes.</summary>
public sealed class ModelConversation
{
    /// <param name="Earlier">The stays before this one.</param>
    private sealed record Seat(bool Admin, int From, int? To, int Position, (int From, int To)[] Earlier)
    {
        public bool Covers(int sequence) =>
            (From <= sequence && sequence <= (To ?? int.MaxValue)) || Earlier.Any(stay => stay.From <= sequence && sequence <= stay.To);
    }

    private readonly List<ModelEntry> _log = [];
    private readonly Dictionary<int, Seat> _seats = [];
    private readonly HashSet<int> _invited = [];

    public ModelConversation(int creator, int[] others, bool dialog)
    {
        (Creator, IsDialog) = (creator, dialog);

        // Named admins stand before the creator, members behind: the other side of a dialog is an admin.
        foreach (var one in dialog ? others.Append(creator) : others.Prepend(creator))
        {
            _seats[one] = new Seat(dialog || one == creator, 1, null, _seats.Count, []);
        }

        foreach (var other in others)
        {
            Tell("Added", creator, other);
            _invited.Add(other);
        }
    }

    /// <summary>Who made it, and who wrote since they came: nobody has contacts here.</summary>
    public bool Accepted(int who) => !_invited.Contains(who);

    public int Creator { get; }

    public bool IsDialog { get; }

    public bool Deleted { get; private set; }

    /// <summary>Longest-standing first.</summary>
    public IEnumerable<int> Present => _seats.Where(seat => seat.Value.To is null).OrderBy(seat => seat.Value.Position).Select(seat => seat.Key);

    /// <summary>It was deleted, or one person is left of two.</summary>
    public bool IsClosed => Deleted || (IsDialog && Present.Count() < 2);

    public bool Ever(int who) => _seats.ContainsKey(who);

    public bool IsIn(int who) => _seats.GetValueOrDefault(who) is { To: null };

    public bool IsAdmin(int who) => _seats.GetValueOrDefault(who) is { To: null, Admin: true };

    public string Tell(string type, int who, int? about)
    {
        _log.Add(new ModelEntry(who, null, type, about));
        return "ok";
    }

    public bool IsStored(int number) => _log.Exists(line => line.Number == number);

    public bool IsAuthor(int who, int number) => _log.Exists(line => line.Number == number && line.Author == who);

    public string Send(int who, int number)
    {
        if (_log.Find(line => line.Number == number) is { } known)
        {
            return known.Author == who ? "ok" : "conflict";
        }

        _log.Add(new ModelEntry(who, number, null, null));
        _invited.Remove(who);
        return "ok";
    }

    public string Mark(int who, int number, bool read)
    {
        if (Visible(who, number) is not { } line)
        {
            return "not_found";
        }

        line.Delivered.Add(who);
        if (read)
        {
            line.Read.Add(who);
        }

        return "ok";
    }

    public string ReadAll(int who)
    {
        foreach (var line in _log.Where((_, at) => _seats[who].Covers(at + 1)))
        {
            line.Delivered.Add(who);
            line.Read.Add(who);
        }

        return "ok";
    }

    /// <param name="blocked">Whether the other side of a dialog has blacklisted this one.</param>
    public string Delete(int who, int number, bool blocked)
    {
        if (Visible(who, number) is not { } line)
        {
            return "not_found";
        }

        // A group's admin, or either side of a dialog in which both are, but not one that the other has blacklisted.
        var mayOthers = IsDialog ? IsIn(who) && Present.Count() == 2 && !blocked : IsAdmin(who);
        if (line.Author != who && !mayOthers)
        {
            return "forbidden";
        }

        line.Deleted = true;
        return "ok";
    }

    public string Add(int who, int whom, bool admin)
    {
        if (IsIn(whom))
        {
            return admin ? Promote(who, whom) : "ok";
        }

        Tell("Added", who, whom);
        if (whom != Creator)
        {
            _invited.Add(whom);
        }

        (int, int)[] earlier = _seats.TryGetValue(whom, out var before) ? [.. before.Earlier, (before.From, before.To!.Value)] : [];
        _seats[whom] = new Seat(admin, _log.Count, null, _seats.Values.Max(seat => seat.Position) + 1, earlier);
        return "ok";
    }

    public string Promote(int who, int whom)
    {
        if (!IsAdmin(whom))
        {
            Tell("ChangedToAdmin", who, whom);
            _seats[whom] = _seats[whom] with { Admin = true };
        }

        return "ok";
    }

    public string Kick(int who, int whom) => IsIn(whom) ? Remove(who, whom, "Kicked") : "ok";

    public string Leave(int who) => IsIn(who) ? Remove(who, who, "Leaved") : "ok";

    public string End()
    {
        Deleted = true;
        return "ok";
    }

    /// <summary>Newest first, as the server gives it.</summary>
    public IEnumerable<Sight> SeenBy(int who)
    {
        for (var sequence = _log.Count; sequence >= 1; sequence--)
        {
            if (!_seats[who].Covers(sequence))
            {
                continue;
            }

            var line = _log[sequence - 1];
            var audience = _seats.Where(one => one.Value.Covers(sequence)).Select(one => one.Key).Union([line.Author]).ToList();
            yield return new Sight(
                line.Author, line.Number, line.Event, line.About, line.Deleted,
                line.Event is null ? line.Author == who || line.Read.Contains(who) : null,
                audience.Count, audience.Count(one => one == line.Author || line.Read.Contains(one)),
                audience.Count(one => one == line.Author || line.Delivered.Contains(one)));
        }
    }

    public int UnreadOf(int who) => SeenBy(who).Count(sight => sight is { Event: null, Deleted: false, Readed: false });

    private string Remove(int who, int whom, string type)
    {
        if (Present.Count() == 1)
        {
            return End();
        }

        Tell(type, who, whom);
        _invited.Remove(whom);
        _seats[whom] = _seats[whom] with { To = _log.Count, Admin = false };
        if (!Present.Any(IsAdmin))
        {
            var heir = Present.First();
            Tell("ChangedToAdmin", who, heir);
            _seats[heir] = _seats[heir] with { Admin = true };
        }

        return "ok";
    }

    private ModelEntry? Visible(int who, int number) =>
        _log.FindIndex(line => line.Number == number) is >= 0 and var at && _seats[who].Covers(at + 1) ? _log[at] : null;
}
