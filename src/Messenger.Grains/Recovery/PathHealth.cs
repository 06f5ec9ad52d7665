using Orleans.Runtime;

namespace Messenger.Grains.Recovery;

/// <summary>Which silos answer this one's calls, and who of two that do not reach each other has to go. Pure: no clock, no grain.</summary>
internal sealed class PathHealth(SiloAddress self)
{
    /// <summary>
    /// A silo that answers nobody is declared dead by two votes after six to eight seconds: this comes after that, and below the ten that are promised.
    /// </summary>
    internal static readonly TimeSpan Silence = TimeSpan.FromSeconds(8);

    /// <summary>Calls that failed in that time: one or two say little on a busy machine.</summary>
    internal const int Misses = 3;

    private readonly Dictionary<SiloAddress, (TimeSpan Since, int Misses)> _silent = [];

    /// <summary>Who answered once. A silo of a release without such calls never does, and is not judged.</summary>
    private readonly HashSet<SiloAddress> _known = [];

    /// <summary>A call was answered.</summary>
    public void Answered(SiloAddress peer)
    {
        _known.Add(peer);
        _silent.Remove(peer);
    }

    /// <summary>A call that began at this time was not.</summary>
    public void Missed(SiloAddress peer, TimeSpan began)
    {
        if (!_known.Contains(peer))
        {
            return;
        }

        var known = _silent.GetValueOrDefault(peer, (Since: began, Misses: 0));
        _silent[peer] = (known.Since, known.Misses + 1);
    }

    /// <summary>This process stood still itself: what it missed meanwhile says nothing of the others.</summary>
    public void Forget() => _silent.Clear();

    /// <summary>Whom this silo has to declare dead at this time.</summary>
    /// <param name="others">All active silos but this one, and whether each hosts actors.</param>
    /// <param name="hostsActors">Whether this one does.</param>
    /// <remarks>
    /// Both ends of a cut path see it, whichever direction is cut: an answer goes the other way. Both choose the same one, and the other end acts.
    /// A gateway goes rather than a worker, because its clients go on elsewhere and miss nothing; of two equals the younger.
    /// Who reaches less than half of the others is the one that is cut off, and ends nobody: the rest vote it out.
    /// Of two silos alone neither can tell, and the votes decide: there one is enough.
    /// </remarks>
    public IReadOnlyList<SiloAddress> Victims(IReadOnlyDictionary<SiloAddress, bool> others, bool hostsActors, TimeSpan now)
    {
        foreach (var gone in _silent.Keys.Except(others.Keys).ToList())
        {
            _silent.Remove(gone);
        }

        _known.IntersectWith(others.Keys);

        var lost = _silent.Where(pair => pair.Value.Misses >= Misses && now - pair.Value.Since >= Silence).Select(pair => pair.Key).ToList();
        return others.Count < 2 || lost.Count * 2 > others.Count ? [] : lost.FindAll(peer => Goes(peer, others[peer], hostsActors));
    }

    private bool Goes(SiloAddress peer, bool peerHostsActors, bool hostsActors) => peerHostsActors == hostsActors
        ? peer.Generation != self.Generation ? peer.Generation > self.Generation : peer.CompareTo(self) > 0
        : hostsActors;
}
