using Messenger.Simulation.Cluster;
using Messenger.Simulation.Time;

namespace Messenger.Simulation;

/// <summary>How faults come about.</summary>
internal sealed partial class Simulated
{
    public void Plan(IEnumerable<Fault> faults)
    {
        foreach (var fault in faults)
        {
            Scheduler.After(null, fault.At, () =>
            {
                if (!Calm)
                {
                    Scheduler.Note($"fault: {fault}");
                    Break(fault);
                }
            });
        }
    }

    private void Break(Fault fault)
    {
        var draw = new Random(fault.Choice);
        if (fault.Kind is not (FaultKind.StopWorker or FaultKind.StopGateway or FaultKind.Collect or FaultKind.CutPhone or FaultKind.Clock or FaultKind.Slow))
        {
            OnlyPlanned = false;
        }

        // A rolling restart goes on when all are ready again; whoever stops the next before that plans something else.
        OnlyPlanned &= fault.Kind != FaultKind.StopWorker || ActiveWorkers.Count(silo => silo.IsReady) == Workers;
        switch (fault.Kind)
        {
            case FaultKind.KillWorker:
                Kill(One(ActiveWorkers, draw));
                break;
            case FaultKind.KillGateway:
                Kill(One(Gateways, draw));
                break;
            case FaultKind.KillAllWorkers:
                ActiveWorkers.ToList().ForEach(Kill);
                break;
            case FaultKind.FreezeWorker:
                Freeze(One(ActiveWorkers, draw), fault.For);
                break;
            case FaultKind.FreezeGateway:
                Freeze(One(Gateways, draw), fault.For);
                break;
            case FaultKind.StopWorker:
                Stop(One(ActiveWorkers.Where(silo => silo.IsReady), draw));
                break;
            case FaultKind.StopGateway:
                Stop(One(Gateways.Where(silo => silo.IsReady), draw));
                break;
            case FaultKind.StopAllWorkers:
                ActiveWorkers.Where(silo => silo.IsReady).ToList().ForEach(Stop);
                break;
            case FaultKind.CutOneWay or FaultKind.CutBothWays:
                Cut(fault, draw);
                break;
            case FaultKind.CutPhone:
                // A phone in a tunnel: it notices, its gateway does so later.
                var phones = Phones.ToList();
                phones[draw.Next(phones.Count)].Lose();
                break;
            case FaultKind.StoreAway:
                Store.GoAway();
                Lasting(fault.For, Store.ComeBack);
                break;
            case FaultKind.StoreHangs:
                Store.Process.Freeze();
                Lasting(fault.For, Store.Process.Thaw);
                break;
            case FaultKind.StoreBreaks:
                Store.Break();
                Lasting(TimeSpan.Zero, static () => { });
                break;
            case FaultKind.StoreFailsOver:
                Judge.WentBack(Store.GoBack(1 + draw.Next(40)));
                Lasting(TimeSpan.Zero, static () => { });
                break;
            case FaultKind.Slow:
                Network.Slowness = 1 + (draw.NextDouble() * 60);
                Lasting(fault.For, () => Network.Slowness = 1);
                break;
            case FaultKind.Clock:
                if (One(_silos.Values.Where(silo => !silo.Process.IsDead), draw) is { } off)
                {
                    off.Process.Clock.Skew = TimeSpan.FromMinutes((draw.NextDouble() - 0.5) * 120);
                }

                break;
            case FaultKind.Collect:
                One(ActiveWorkers.Where(silo => silo.IsReady), draw)?.Collect(draw);
                break;
        }
    }

    private static Silo? One(IEnumerable<Silo> silos, Random draw)
    {
        var able = silos.OrderBy(silo => silo.Name, StringComparer.Ordinal).ToList();
        return able.Count == 0 ? null : able[draw.Next(able.Count)];
    }

    private void Kill(Silo? silo)
    {
        if (silo is not null)
        {
            Lasting(TimeSpan.Zero, static () => { });
            silo.End();
        }
    }

    private void Freeze(Silo? silo, TimeSpan time)
    {
        if (silo is not null)
        {
            silo.Process.Freeze();
            Lasting(time, silo.Process.Thaw);
        }
    }

    private void Stop(Silo? silo)
    {
        if (silo is not null)
        {
            Lasting(TimeSpan.FromSeconds(2), static () => { });
            silo.Stop();
        }
    }

    private void Cut(Fault fault, Random draw)
    {
        var one = One(_silos.Values.Where(silo => !silo.Process.IsDead), draw);
        var others = _silos.Values.Where(silo => !silo.Process.IsDead && silo != one).Select(silo => silo.Process).Append(Store.Process).ToList();
        if (one is null || others.Count == 0)
        {
            return;
        }

        // From one other, or from all.
        List<Process> whom = draw.Next(3) == 0 ? others : [others[draw.Next(others.Count)]];
        var lost = draw.Next(2) == 0;
        foreach (var other in whom)
        {
            Network.Cut(one.Process, other);
            if (fault.Kind == FaultKind.CutBothWays)
            {
                Network.Cut(other, one.Process);
            }

            Lasting(fault.For, () =>
            {
                Network.Join(one.Process, other, lost);
                Network.Join(other, one.Process, lost);
            });
        }
    }

    /// <summary>What it does to the others is excused while it lasts, and some time after.</summary>
    private void Lasting(TimeSpan time, Action mend)
    {
        _faults++;
        Scheduler.After(null, time, () =>
        {
            _faults--;
            _lastFault = Scheduler.Now;
            mend();
        });
    }
}
