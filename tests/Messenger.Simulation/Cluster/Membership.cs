using Messenger.Simulation.Time;
using Orleans.Runtime;

namespace Messenger.Simulation.Cluster;

/// <summary>
/// Who is a member, as the table says it and, a moment later, each silo. Who is silent for some seconds is declared dead, and ends itself when it
/// hears of that.
/// </summary>
internal sealed class Membership(Scheduler scheduler, Network network)
{
    /// <summary>A member that nobody hears is declared dead after this.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(7);

    private static readonly TimeSpan Probe = TimeSpan.FromMilliseconds(500);

    private readonly Dictionary<SiloAddress, SiloStatus> _table = [];
    private readonly Dictionary<SiloAddress, long> _silentSince = [];
    private readonly List<Silo> _silos = [];
    private int _version;

    public IReadOnlyList<Silo> Silos => _silos;

    public IReadOnlyDictionary<SiloAddress, SiloStatus> Table => _table;

    /// <summary>Runs when somebody is declared dead or has left: its grains are nobody's now.</summary>
    public Action<SiloAddress> Gone { get; set; } = static _ => { };

    public (Dictionary<SiloAddress, SiloStatus> Statuses, int Version) Snapshot() => (_table.ToDictionary(), _version);

    public void Begin() => scheduler.After(null, Probe, Inspect);

    public void Add(Silo silo)
    {
        _silos.Add(silo);

        // Who comes again at the same place says of the one before it that it is gone.
        foreach (var earlier in _silos.Where(one => one != silo && one.Name == silo.Name && _table[one.Address] != SiloStatus.Dead).ToList())
        {
            Set(earlier, SiloStatus.Dead);
        }

        Set(silo, SiloStatus.Joining);
    }

    public void Set(Silo silo, SiloStatus status)
    {
        if (_table.TryGetValue(silo.Address, out var before) && (before == status || before == SiloStatus.Dead))
        {
            return;
        }

        _table[silo.Address] = status;
        _version++;
        scheduler.Note($"member {silo.Name} is {status}");
        if (status == SiloStatus.Dead)
        {
            Gone(silo.Address);
        }

        foreach (var other in _silos.Where(other => !other.Process.IsDead))
        {
            Tell(other, other == silo && status != SiloStatus.Dead ? TimeSpan.Zero : scheduler.Between(1, 300));
        }
    }

    private void Tell(Silo silo, TimeSpan late)
    {
        var (snapshot, version) = (_table.ToDictionary(), _version);
        void Hear()
        {
            // A process that wakes up reads its mail in no particular hurry: the table is asked every few seconds.
            if (silo.Process.Thawed > 0 && scheduler.Now == silo.Process.Thawed)
            {
                scheduler.After(silo.Process, scheduler.Between(0, 2000), Hear);
                return;
            }

            silo.Process.Main.Post(() => silo.View.Hear(snapshot, version));
        }

        if (late == TimeSpan.Zero)
        {
            Hear();
        }
        else
        {
            scheduler.After(silo.Process, late, Hear);
        }
    }

    private void Inspect()
    {
        scheduler.After(null, Probe, Inspect);
        var able = _silos.Where(silo => silo.Process.Runs && _table[silo.Address] == SiloStatus.Active).ToList();
        foreach (var silo in _silos.Where(silo => _table[silo.Address] is SiloStatus.Active or SiloStatus.ShuttingDown or SiloStatus.Joining).ToList())
        {
            var others = able.Where(other => other != silo).ToList();
            var heard = silo.Process.Runs && (others.Count == 0
                || others.Count(other => !network.IsCut(silo.Process, other.Process) && !network.IsCut(other.Process, silo.Process)) * 2 >= others.Count);
            if (heard)
            {
                _silentSince.Remove(silo.Address);
            }
            else if (!_silentSince.TryGetValue(silo.Address, out var since))
            {
                _silentSince[silo.Address] = scheduler.Now;
            }
            else if (others.Count > 0 && scheduler.Now - since > Timeout.Ticks)
            {
                Set(silo, SiloStatus.Dead);
            }
        }
    }
}
