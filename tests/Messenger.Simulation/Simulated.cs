using System.Text.Json;
using Messenger.Contracts.Placement;
using Messenger.Grains.State;
using Messenger.Grains.Users;
using Messenger.Ports;
using Messenger.Protocol;
using Messenger.Simulation.Cluster;
using Messenger.Simulation.Phones;
using Messenger.Simulation.Store;
using Messenger.Simulation.Time;
using Orleans.Runtime;

namespace Messenger.Simulation;

/// <summary>A cluster, its store and its people, as one seed makes them.</summary>
internal sealed partial class Simulated
{
    private const int Workers = 3;
    private const int Doors = 2;

    /// <summary>Within this time after a fault an answer may be «unavailable», and continuity may be lost.</summary>
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(45);

    private readonly Dictionary<GrainId, SiloAddress> _directory = [];
    private readonly Dictionary<SiloAddress, Silo> _silos = [];
    private readonly Dictionary<string, int> _generations = [];
    private long _lastFault = long.MinValue;
    private int _faults;

    public Simulated(int seed, Plants plants)
    {
        (Scheduler, Plants) = (new Scheduler(seed) { Only = plants.Only, Waived = plants.Waived, Inlines = !plants.BreaksTurns }, plants);
        Network = new Network(Scheduler);
        Store = new Database(Scheduler, Network, plants);
        Members = new Membership(Scheduler, Network) { Gone = Forget };
        Judge = new Judge(this);
    }

    public Scheduler Scheduler { get; }

    public Plants Plants { get; }

    public Network Network { get; }

    public Database Store { get; }

    public Membership Members { get; }

    public Judge Judge { get; }

    public Tally Tally { get; } = new();

    public List<Person> People { get; } = [];

    public IEnumerable<Phone> Phones => People.SelectMany(person => person.Phones);

    public int MaxConversations { get; private set; } = 12;

    /// <summary>Nobody begins anything any more.</summary>
    public bool Calm { get; private set; }

    /// <summary>Only what a planned stop may cause can have happened.</summary>
    public bool OnlyPlanned { get; set; } = true;

    public IEnumerable<Silo> Gateways => _silos.Values.Where(silo => !silo.IsWorker && !silo.Process.IsDead);

    public IEnumerable<Silo> ActiveWorkers => _silos.Values.Where(silo => silo.IsWorker && !silo.Process.IsDead);

    public void Begin(Random draw)
    {
        for (var n = 0; n < 6; n++)
        {
            var person = new Person($"person {n}", UserIds.FromPhone($"+3579920{n:0000}"));
            People.Add(person);
            List<Application> applications = [];
            for (var device = 0; device <= (n % 3 == 0 ? 1 : 0); device++)
            {
                var uuid = $"application {n}.{device}";
                applications.Add(new Application(null, "android", 0, 0, null, null, null, null)
                {
                    Credential = Credential.Of(person.UserId, uuid, CredentialSeal.Without),
                });
                person.Phones.Add(new Phone(this, (10 * n) + device, person, uuid));
            }

            Store.Users[person.UserId] = new UserRow(person.UserId, "public", "private", "meta", "pair", "nick", 0, 0, 0, 0, false);
            Store.GrainStates[GrainStates.Key("account", GrainId.Create(Kinds.User, person.UserId))] =
                (new Account { Applications = [.. applications] }, 1);
        }

        Members.Begin();
        for (var n = 0; n < Workers; n++)
        {
            Start($"worker {n}", 11000 + n, SiloRoles.Worker);
        }

        for (var n = 0; n < Doors; n++)
        {
            Start($"gateway {n}", 12000 + n, SiloRoles.Gateway);
        }

        foreach (var phone in Phones)
        {
            Scheduler.After(phone.Process, Scheduler.Between(1500, 3000), phone.Begin);
        }

        // Two groups of nearly all, a dialog, and what comes.
        Scheduler.After(null, TimeSpan.FromSeconds(3.5), () =>
        {
            Create(draw, People[0], [.. People.Skip(1)], dialog: false);
            Create(draw, People[1], [People[0], People[2], People[3]], dialog: false);
            Create(draw, People[2], [People[3]], dialog: true);
        });
        Scheduler.After(null, TimeSpan.FromSeconds(5), () =>
        {
            foreach (var phone in Phones)
            {
                phone.Live();
            }
        });
    }

    /// <summary>Everything that was broken is mended, and nobody begins anything.</summary>
    public void CalmDown()
    {
        Calm = true;
        Network.JoinAll();
        Network.Slowness = 1;
        Store.ComeBack();
        Store.Process.Thaw();
        foreach (var silo in _silos.Values.Where(silo => !silo.Process.IsDead))
        {
            silo.Process.Thaw();
            silo.Process.Clock.Skew = TimeSpan.Zero;
        }
    }

    public Silo Start(string name, int port, string role)
    {
        var generation = _generations[name] = _generations.GetValueOrDefault(name, 1000) + 1;
        var silo = new Silo(this, name, port, generation, role);
        _silos[silo.Address] = silo;
        silo.Start();
        return silo;
    }

    public string? RoleOf(SiloAddress silo) => _silos.GetValueOrDefault(silo)?.Role;

    public Silo? Find(SiloAddress silo) => _silos.GetValueOrDefault(silo);

    public Silo? SiloOf(Process process) => _silos.Values.FirstOrDefault(silo => silo.Process == process && !process.IsDead);

    public SiloAddress? Locate(GrainId grain) => _directory.TryGetValue(grain, out var silo) ? silo : null;

    /// <summary>
    /// The directory is kept by the members, each a part of it, and they do not speak with the dead. But who is dead and does not know it yet still
    /// has its own part: of these grains there are two activations then.
    /// </summary>
    public static bool IsOwnPart(Silo silo, GrainId grain) => grain.GetUniformHashCode() % Workers == (uint)silo.Address.Endpoint.Port % Workers;

    public bool IsMember(Silo silo) => Members.Table.GetValueOrDefault(silo.Address) != SiloStatus.Dead;

    /// <summary>Who comes first is where it lives.</summary>
    public SiloAddress Register(GrainId grain, SiloAddress silo) => _directory.TryGetValue(grain, out var known) && Members.Table.GetValueOrDefault(known) != SiloStatus.Dead
        ? known : _directory[grain] = silo;

    public void Unregister(GrainId grain, SiloAddress silo)
    {
        if (_directory.TryGetValue(grain, out var known) && known.Equals(silo))
        {
            _directory.Remove(grain);
        }
    }

    /// <summary>A process has ended: those who were connected to it notice, and somebody starts it again.</summary>
    public void Ended(Silo silo)
    {
        foreach (var phone in Phones.Where(phone => phone.IsOn(silo)))
        {
            Scheduler.After(phone.Process, Scheduler.Between(1, 200), () => phone.Reset());
        }

        var draw = Scheduler.Between(300, 4000);
        Scheduler.After(null, draw, () => Start(silo.Name, silo.Address.Endpoint.Port, silo.Role));
    }

    public string NameOf(string user) => People.Find(person => person.UserId == user)?.Name ?? user;

    public static Message Parse(byte[] payload) => JsonSerializer.Deserialize(payload, WireJson.Default.ResponseAddedMessage)!.Message;

    /// <summary>Something was refused for a reason that passes: there has to be one.</summary>
    public void Refused(string what, Error error)
    {
        if (error.Status == Statuses.Unavailable)
        {
            Tally.Unavailable++;
            if (IsQuiet)
            {
                Scheduler.Fail("AVAILABILITY", $"{what} was answered unavailable, and nothing is wrong: {error.Description}");
            }
        }
    }

    /// <summary>Continuity was given up: there has to be a reason.</summary>
    public void Unexpected(string what)
    {
        if (IsQuiet || OnlyPlanned)
        {
            Scheduler.Fail("CONTINUITY", $"{what}, and nothing is wrong{(IsQuiet ? "" : " but a planned stop")}");
        }
    }

    public void Resumed(bool continued)
    {
        if (continued)
        {
            Tally.Continued++;
        }
        else
        {
            Tally.Resynced++;
            Unexpected("a resume was answered resync");
        }
    }

    private bool IsQuiet => _faults == 0 && Scheduler.Now > _lastFault + Aftermath.Ticks && Scheduler.Now > TimeSpan.FromSeconds(3).Ticks;

    private void Create(Random draw, Person creator, List<Person> others, bool dialog)
    {
        Span<byte> bytes = stackalloc byte[32];
        draw.NextBytes(bytes);
        creator.Phones[0].Create(new Guid(bytes[..16]), new Guid(bytes[16..]), others, dialog);
    }

    private void Forget(SiloAddress silo)
    {
        foreach (var grain in _directory.Where(one => one.Value.Equals(silo)).Select(one => one.Key).ToList())
        {
            _directory.Remove(grain);
        }
    }
}

/// <summary>What a run came to.</summary>
internal sealed class Tally
{
    public long Delivered { get; set; }

    public long Answered { get; set; }

    public long Unavailable { get; set; }

    public long Continued { get; set; }

    public long Resynced { get; set; }

    public long Closed1012 { get; set; }
}
