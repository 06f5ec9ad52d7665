namespace Messenger.Contracts.Placement;

/// <summary>
/// This silo's right to do what others can see. It ends with the silo's death, and is in question while this process cannot know: after it stood still
/// for so long that the others may have declared it dead and gone on without it.
/// </summary>
internal interface ISiloLease
{
    /// <summary>Whether it may hand over, publish, take over and write inboxes down now. Cheap; any thread.</summary>
    bool IsHeld { get; }

    /// <summary>
    /// For what happens once and cannot wait for its turn, such as an actor that leaves: asks now whether this silo is still a member, when that is in
    /// question. Never throws; false also when nobody could tell.
    /// </summary>
    ValueTask<bool> Confirm();
}
