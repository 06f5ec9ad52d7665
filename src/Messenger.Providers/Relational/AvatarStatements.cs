using Messenger.Ports;

namespace Messenger.Providers.Relational;

/// <summary>How one avatar is set or removed, in statements that both engines understand, to be run in one transaction.</summary>
internal static class AvatarStatements
{
    private const string Drop = """
        insert into file_garbage (file) select a.file from avatar a where a.owner = @owner and a.file is distinct from @file
        on conflict do nothing
        """;

    private const string Forget = "delete from avatar where owner = @owner";

    private const string Put = """
        insert into avatar (owner, file, mime_type, size, updated) values (@owner, @file, @mime, @size, @updated)
        on conflict (owner) do update set file = excluded.file, mime_type = excluded.mime_type, size = excluded.size, updated = excluded.updated
        """;

    public static IReadOnlyList<string> For(AvatarRow avatar) => [Drop, avatar.File is null ? Forget : Put];

    /// <summary>Exactly those that the statements name.</summary>
    public static IReadOnlyList<Argument> Arguments(AvatarRow avatar) => avatar.File is null
        ? [("owner", avatar.Owner), ("file", null)]
        : [("owner", avatar.Owner), ("file", avatar.File), ("mime", avatar.MimeType), ("size", avatar.Size), ("updated", avatar.Updated)];
}
