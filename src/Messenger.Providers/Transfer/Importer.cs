using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text.Json;
using Messenger.Ports;

namespace Messenger.Providers.Transfer;

/// <summary>Reads what <see cref="Exporter"/> wrote into an empty store, all of it or nothing.</summary>
public static class Importer
{
    /// <param name="files">Where the bytes of files go; null where none are kept.</param>
    /// <param name="release">This one: an export is of one release.</param>
    /// <exception cref="TransferRefusedException">The store has rows, the export is of another release or damaged. Nothing was written.</exception>
    public static async Task<Moved> Run(ITransferEnd to, IFileStore? files, string directory, string release)
    {
        var manifest = await Manifest.Read(directory);
        if (manifest.Release != release)
        {
            // The shape of what a column holds may differ where its name does not.
            throw new TransferRefusedException($"The export is of release {manifest.Release} and this is {release}: import it with {manifest.Release}, and upgrade then.");
        }

        var tables = await to.Tables();
        foreach (var table in tables)
        {
            await foreach (var _ in to.Read(table))
            {
                throw new TransferRefusedException(
                    $"The store is not empty: table {table.Name} has rows. An import takes a store that nobody has used yet, and mixes nothing.");
            }
        }

        if (tables.Select(table => table.Name).Except(manifest.Tables.Select(table => table.Name)).FirstOrDefault() is { } missing)
        {
            throw new TransferRefusedException($"The export has no table {missing}: it is of release {manifest.Release}, import it with that one and upgrade then.");
        }

        foreach (var written in manifest.Tables)
        {
            await Write(to, Fit(tables, written, manifest.Release), written, directory);
        }

        await FileBytes.Import(manifest.Files, files, directory);
        await to.Commit();
        return new Moved(manifest.Tables.Sum(table => table.Rows), manifest.Files.Count, manifest.Files.Missing);
    }

    /// <summary>The target's table with the columns in the order that they were written in.</summary>
    private static TransferTable Fit(IReadOnlyList<TransferTable> tables, ManifestTable written, string release)
    {
        var table = tables.FirstOrDefault(table => table.Name == written.Name);
        if (table is null || !table.Columns.Select(column => column.Name).ToHashSet().SetEquals(written.Columns))
        {
            throw new TransferRefusedException(
                $"Table {written.Name} of the export is not as this release knows it: import it with release {release}, and upgrade then.");
        }

        return table with { Columns = [.. written.Columns.Select(name => table.Columns.First(column => column.Name == name))] };
    }

    private static async Task Write(ITransferEnd to, TransferTable table, ManifestTable written, string directory)
    {
        var path = Manifest.TablePath(directory, table.Name);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var rows = 0L;
        try
        {
            await using var file = File.OpenRead(path);
            await to.Write(table, Rows(file));
        }
        catch (Exception fault) when (fault is IOException or JsonException or InvalidDataException or FormatException)
        {
            throw new TransferRefusedException($"{path} cannot be read ({fault.Message.TrimEnd('.')}). Nothing was imported.", fault);
        }

        if (rows != written.Rows || Digest.End(hash) != written.Sha256)
        {
            throw new TransferRefusedException($"{path} is not what was exported: its rows do not match the manifest. Nothing was imported.");
        }

        async IAsyncEnumerable<object?[]> Rows(Stream file)
        {
            await using var unpacked = new GZipStream(file, CompressionMode.Decompress);
            var lines = PipeReader.Create(unpacked);
            while (true)
            {
                var read = await lines.ReadAsync();
                var rest = read.Buffer;
                while (rest.PositionOf((byte)'\n') is { } end)
                {
                    var line = rest.Slice(0, rest.GetPosition(1, end)).ToArray();
                    hash.AppendData(line);
                    rows++;
                    yield return Checked(Values.Row(line), table);
                    rest = rest.Slice(rest.GetPosition(1, end));
                }

                lines.AdvanceTo(rest.Start, rest.End);
                if (read.IsCompleted)
                {
                    break;
                }
            }

            await lines.CompleteAsync();
        }
    }

    private static object?[] Checked(object?[] row, TransferTable table) => row.Length == table.Columns.Count
        ? row
        : throw new InvalidDataException($"a row of {row.Length} values for {table.Columns.Count} columns");
}
