namespace Messenger.Providers.Relational;

/// <summary>The one open dialog of two people: what both engines say of it.</summary>
internal static class DialogPairs
{
    /// <summary>Of a conversation c: both are there. A row of a dialog that is not is left from a process of an earlier release, and counts for nothing.</summary>
    public const string IsOpen =
        "not c.deleted and (select count(*) from member m where m.conversation = c.conversation and m.left_at is null) = 2";

    /// <summary>Of a pair p: the dialog of the two that was written to last, without those that are in @closed.</summary>
    /// <param name="isClosed">Of a conversation c, in an engine's words.</param>
    public static string Next(string isClosed) =>
        $"""
        select c.conversation from member a
        join member b on b.conversation = a.conversation and b.user_id = p.high and b.left_at is null
        join conversation c on c.conversation = a.conversation and c.is_dialog and not c.deleted
        where a.user_id = p.low and a.left_at is null and not ({isClosed})
        order by coalesce(
            (select w.created from message w where w.conversation = c.conversation order by w.sequence desc limit 1), c.created) desc, c.conversation
        limit 1
        """;

    /// <summary>Before a dialog is opened: a row of these two that names none that is open goes.</summary>
    /// <param name="isPair">Of a pair p, in an engine's words.</param>
    public static string DropStale(string isPair) =>
        $"delete from dialog_pair as p where {isPair} and not exists (select 1 from conversation c where c.conversation = p.conversation and {IsOpen})";
}
