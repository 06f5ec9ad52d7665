namespace Messenger.Grains.Users.Sync;

/// <summary>Who has been named in which page of which pass, so that each person is named once: a page that is asked for again names its own again.</summary>
/// <remarks>Kept in memory, for the last passes alone: what is forgotten is named again, which costs bytes and nothing else.</remarks>
internal sealed class NamedPeople
{
    /// <summary>Passes remembered: two phones that synchronise at once, and their repeats.</summary>
    private const int Passes = 4;

    /// <summary>People remembered of one.</summary>
    private const int Most = 100_000;

    private readonly List<(long Pass, Dictionary<string, int> Pages)> _passes = [];

    /// <summary>Those of these who are to be named on this page.</summary>
    public List<string> Fresh(long pass, int page, IEnumerable<string> people)
    {
        var at = _passes.FindIndex(known => known.Pass == pass);
        var pages = at >= 0 ? _passes[at].Pages : new Dictionary<string, int>(StringComparer.Ordinal);
        if (at < 0)
        {
            _passes.Add((pass, pages));
            if (_passes.Count > Passes)
            {
                _passes.RemoveAt(0);
            }
        }

        List<string> fresh = [];
        foreach (var person in people)
        {
            if (pages.TryGetValue(person, out var named) && named < page)
            {
                continue;
            }

            if (named == 0 && !pages.ContainsKey(person) && pages.Count < Most)
            {
                pages[person] = page;
            }

            fresh.Add(person);
        }

        return fresh;
    }
}
