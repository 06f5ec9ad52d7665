namespace Messenger.Contracts;

/// <summary>
/// The number of what silos say to each other: grains' interfaces, what they pass, grain services, placement. Additive is not compatible: what is new
/// here is called on a silo that has it not. Whoever joins a cluster compares numbers with each that lives there.
/// </summary>
/// <remarks>
/// A change of <c>OrleansContracts.txt</c> that a silo of the release before would be called by raises <see cref="Current"/>; where that silo cannot stand beside
/// this one at all, <see cref="Oldest"/> too, and the release's notes say "stop all, migrate, start all".
/// </remarks>
public static class ContractVersion
{
    public const int Current = 2;

    /// <summary>The oldest that this release runs beside.</summary>
    public const int Oldest = 2;

    /// <summary>Whether silos of two releases may be of one cluster: each knows the other's number.</summary>
    public static bool MayMeet(int contract, int oldest, int otherContract, int otherOldest) => contract >= otherOldest && otherContract >= oldest;
}
