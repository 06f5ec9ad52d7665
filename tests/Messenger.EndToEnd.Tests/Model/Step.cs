using CsCheck;

namespace Messenger.EndToEnd.Tests.Model;

/// <summary>What somebody tries.</summary>
public enum Act
{
    Create,
    Dialog,
    Send,
    Deliver,
    Read,
    ReadAll,
    DeleteMessage,
    AddMember,
    AddAdmin,
    AddWithOldKey,
    Promote,
    Kick,
    Leave,
    DeleteConversation,
    Rename,
    Rekey,
    RekeyForOthers,
    Blacklist,
    Forgive,

    /// <summary>A process of the cluster dies; nothing where there is one process only.</summary>
    Kill,
}

/// <summary>One step of a random life: small numbers, so that people meet and uuids collide.</summary>
/// <param name="Who">Who acts.</param>
/// <param name="Whom">Whom it is about.</param>
/// <param name="Where">The conversation's number.</param>
/// <param name="What">The message's number, or whom else a new group has.</param>
public sealed record Step(Act Act, int Who, int Whom, int Where, int What)
{
    public const int People = 4;
    public const int Conversations = 2;
    public const int Messages = 4;

    /// <summary>Lives; short ones when what differs is looked for.</summary>
    /// <param name="kills">How often a process dies, of a thousand steps.</param>
    public static Gen<Step[]> Lives(int longest, int kills)
    {
        var acts = Enum.GetValues<Act>().Select(act => (Often(act, kills), act)).Where(one => one.Item1 > 0).ToArray();
        return Gen.Select(
            Gen.Frequency(acts), Gen.Int[0, People - 1], Gen.Int[0, People - 1], Gen.Int[0, Conversations - 1], Gen.Int[0, Messages - 1],
            (act, who, whom, where, what) => new Step(act, who, whom, where, what)).Array[longest / 2, longest];
    }

    public override string ToString() => $"{Act}({Who}, {Whom}, {Where}, {What})";

    private static int Often(Act act, int kills) => act switch
    {
        Act.Send => 200,
        Act.Create or Act.AddMember or Act.Read => 100,
        Act.Kill => kills,
        Act.DeleteConversation or Act.Forgive => 15,
        _ => 45,
    };
}
