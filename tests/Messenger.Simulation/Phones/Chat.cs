using Messenger.Protocol;

namespace Messenger.Simulation.Phones;

/// <summary>A conversation on a phone.</summary>
internal sealed class Chat(Guid id, string key)
{
    public Guid Id => id;

    public string Uuid { get; } = id.ToString();

    /// <summary>The session key: nobody makes another one here.</summary>
    public string Key => key;

    public bool IsDialog { get; init; }

    public string? Peer { get; init; }

    /// <summary>What the phone has, and when it was created.</summary>
    public Dictionary<Guid, long> Messages { get; } = [];

    /// <summary>The newest message up to which the phone has all: what was told or read, not what it wrote itself.</summary>
    public (Guid Uuid, long Created)? Newest { get; set; }

    /// <summary>The newest message of all, its own answers included.</summary>
    public (Guid Uuid, long Created)? NewestOfAll { get; set; }

    /// <summary>Where the reading on begins, while that is still to be done.</summary>
    public (Guid Uuid, long Created)? Anchor { get; set; }

    /// <summary>The sequence told last on this connection and those it continues; -1: none yet.</summary>
    public long LastTold { get; set; } = -1;

    public bool Left { get; set; }

    public bool Created { get; set; }

    public void Put(Message message, bool answered = false)
    {
        var uuid = Guid.Parse(message.Uuid);
        Messages[uuid] = message.Created;
        if (!(message.Created <= NewestOfAll?.Created))
        {
            NewestOfAll = (uuid, message.Created);
        }

        if (!answered && !(message.Created <= Newest?.Created))
        {
            Newest = (uuid, message.Created);
        }
    }
}
