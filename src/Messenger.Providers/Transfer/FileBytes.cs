using System.Security.Cryptography;
using Messenger.Ports;

namespace Messenger.Providers.Transfer;

/// <summary>The bytes of the files that rows name: each a file of the export, with their digests in a list that <c>sha256sum -c</c> reads.</summary>
internal static class FileBytes
{
    private const string Folder = "files";
    private const string ListName = "files.sha256";

    /// <summary>The tables with a column <c>file</c> whose bytes people can ask for.</summary>
    private static readonly string[] Naming = ["message_file", "avatar"];

    /// <returns>What the manifest says of them.</returns>
    public static async Task<ManifestFiles> Export(ITransferEnd from, IReadOnlyList<TransferTable> tables, IFileStore? store, string directory)
    {
        var (count, missing) = (0L, 0L);
        await using (var list = new StreamWriter(PrivateFile.Create(Path.Combine(directory, ListName))))
        {
            foreach (var table in tables.Where(table => Naming.Contains(table.Name)))
            {
                var at = table.Columns.Select((column, place) => (column.Name, place)).First(column => column.Name == "file").place;
                await foreach (var row in from.Read(table))
                {
                    if (row[at] is not string text)
                    {
                        continue;
                    }

                    var id = Guid.Parse(text);
                    var name = $"{Folder}/{text[..2]}/{id}";
                    var path = Path.Combine(directory, name);
                    if (File.Exists(path))
                    {
                        continue;
                    }

                    if (await Copy(store ?? throw NoStore(), id, path) is { } digest)
                    {
                        await list.WriteLineAsync($"{digest}  {name}");
                        count++;
                    }
                    else
                    {
                        missing++;
                    }
                }
            }
        }

        return new ManifestFiles(count, missing, await DigestOf(Path.Combine(directory, ListName)));
    }

    /// <summary>Before the rows are committed. What a refused import leaves in the store no row names: the collector removes it.</summary>
    public static async Task Import(ManifestFiles written, IFileStore? store, string directory)
    {
        var list = Path.Combine(directory, ListName);
        if (!File.Exists(list) || await DigestOf(list) != written.Sha256)
        {
            throw new TransferRefusedException($"{list} is not what was exported: it does not match the manifest. Nothing was imported.");
        }

        await foreach (var line in File.ReadLinesAsync(list))
        {
            var (digest, name) = (line[..line.IndexOf(' ', StringComparison.Ordinal)], line[(line.LastIndexOf(' ') + 1)..]);
            var path = Path.Combine(directory, name);
            if (!File.Exists(path) || await DigestOf(path) != digest)
            {
                throw new TransferRefusedException($"{path} is not what was exported: it does not match {ListName}. Nothing was imported.");
            }

            await using var content = File.OpenRead(path);
            var partial = new PartialFile(Guid.Parse(Path.GetFileName(name)), content.Length);
            var whole = await (store ?? throw NoStore()).Append(partial, content, _ => Task.CompletedTask, CancellationToken.None);
            await store.Complete(whole, CancellationToken.None);
        }
    }

    /// <returns>The digest; null when the store has no such file.</returns>
    private static async Task<string?> Copy(IFileStore store, Guid id, string path)
    {
        if (await store.Size(id, CancellationToken.None) is not { } size || await store.Read(id, 0, size, CancellationToken.None) is not { } content)
        {
            return null;
        }

        PrivateFile.Folder(Path.GetDirectoryName(path)!);
        await using (content)
        await using (var file = PrivateFile.Create(path))
        {
            await content.CopyToAsync(file);
            file.Flush(flushToDisk: true);
        }

        return await DigestOf(path);
    }

    private static async Task<string> DigestOf(string path)
    {
        await using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file));
    }

    private static TransferRefusedException NoStore() =>
        new("There are files, and no store for them is configured: set Files:Directory, or Files:Provider to s3, as at the server.");
}
