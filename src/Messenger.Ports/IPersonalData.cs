namespace Messenger.Ports;

/// <summary>Everything that the tables hold about one person, described: what an order or the person's own wish to know is answered with.</summary>
/// <remarks>
/// What others did is not in it (their reports, who blocked whom), nor what opens something (credentials, wrapped keys, push tokens).
/// Throws <see cref="StoreUnavailableException"/> when the store is away.
/// </remarks>
public interface IPersonalData
{
    IReadOnlyList<DataSection> Sections { get; }

    /// <summary>A page of one section.</summary>
    /// <param name="after">What the last page said; null to begin.</param>
    /// <exception cref="FormatException"><paramref name="after"/> is not what a page said.</exception>
    Task<DataPage> Read(string section, string userId, string? after, int size);
}

/// <summary>A kind of record.</summary>
/// <param name="Name">As in the export.</param>
/// <param name="Tells">What it is, for a reader who does not know the server.</param>
public sealed record DataSection(string Name, string Tells, IReadOnlyList<DataField> Fields);

/// <param name="Type">string, integer, boolean or uuid. A field may be null.</param>
public sealed record DataField(string Name, string Type, string Tells);

/// <summary>Some records of a section.</summary>
/// <param name="Next">Where the next page begins; null when there is none.</param>
public sealed record DataPage(IReadOnlyList<IReadOnlyDictionary<string, object?>> Items, string? Next);
