using Messenger.Ports;

namespace Messenger.Providers.Relational;

/// <summary>Files of messages, avatars, and what belongs to nothing any more.</summary>
internal sealed class RelationalFiles(IDatabase database, TimeProvider timeProvider) : IFileDirectory, IFileGarbage
{
    public async Task<IReadOnlyList<FileRow>> FilesOf(Guid conversation, long sequence) => await database.Read(
        $"select {Rows.File} from message_file f where f.conversation = @conversation and f.sequence = @sequence order by f.created, f.path_name",
        reader => Rows.All(reader, Rows.ToFile),
        ("conversation", conversation), ("sequence", sequence));

    public async Task<FileRow?> Find(Guid conversation, Guid message, string pathName) => (await database.Read(
        $"""
        select {Rows.File} from message m
        join message_file f on f.conversation = m.conversation and f.sequence = m.sequence
        join conversation c on c.conversation = m.conversation
        where m.conversation = @conversation and m.uuid = @message and f.path_name = @name and not m.deleted and not c.deleted
        and (m.expires is null or m.expires > @now)
        """,
        reader => Rows.All(reader, Rows.ToFile),
        ("conversation", conversation), ("message", message), ("name", pathName), ("now", timeProvider.GetUtcNow().ToUnixTimeMilliseconds()))).FirstOrDefault();

    public async Task<AvatarRow?> Avatar(string owner) => (await database.Read(
        $"select {Rows.Avatar} from avatar a where a.owner = @owner", reader => Rows.All(reader, Rows.ToAvatar), ("owner", owner))).FirstOrDefault();

    public Task PutAvatar(AvatarRow avatar) =>
        database.Write(string.Join(";\n", AvatarStatements.For(avatar)), AvatarStatements.Arguments(avatar));

    public async Task<IReadOnlyList<GarbageRow>> Take(int max) => await database.Read(
        // What a row names after all (an upload that was given up in the moment in which it was finished) is kept.
        """
        select g.file, g.state from file_garbage g
        where not exists (select 1 from message_file f where f.file = g.file) and not exists (select 1 from avatar a where a.file = g.file) limit @max
        """,
        reader => Rows.All(reader, row => new GarbageRow(row.GetGuid(0), Rows.Text(row, 1))), ("max", max));

    public Task Removed(IReadOnlyCollection<Guid> files) => files.Count == 0
        ? Task.CompletedTask
        : database.Write($"delete from file_garbage where {database.Among("file", "@files")}", Argument.List("files", files));

    public async Task<IReadOnlyList<Guid>> Named(IReadOnlyCollection<Guid> files) => files.Count == 0 ? [] : await database.Read(
        $"""
        select u.id from upload u where {database.Among("u.id", "@files")}
        union select f.file from message_file f where {database.Among("f.file", "@files")}
        union select a.file from avatar a where {database.Among("a.file", "@files")}
        union select g.file from file_garbage g where {database.Among("g.file", "@files")}
        """,
        reader => Rows.All(reader, row => row.GetGuid(0)), Argument.List("files", files));
}
