using System.Buffers;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Messenger.Ports;

namespace Messenger.Providers.Transfer;

/// <summary>Writes a store into a directory: a file of JSON lines for each table, the files that rows name, and a manifest at the end.</summary>
public static class Exporter
{
    /// <summary>Bytes gathered before they are compressed: memory does not grow with the store.</summary>
    private const int Chunk = 256 * 1024;

    /// <param name="files">Where the bytes of files are; null where none are kept.</param>
    /// <exception cref="TransferRefusedException">The directory has something in it, or cannot be written to.</exception>
    public static async Task<Moved> Run(ITransferEnd from, IFileStore? files, string directory, string release)
    {
        Make(directory);
        var tables = await from.Tables();
        var written = new List<ManifestTable>();
        foreach (var table in tables)
        {
            written.Add(await Write(from, table, directory));
        }

        var bytes = await FileBytes.Export(from, tables, files, directory);
        await new Manifest(Manifest.CurrentFormat, release, written, bytes).Write(directory);
        return new Moved(written.Sum(table => table.Rows), bytes.Count, bytes.Missing);
    }

    private static async Task<ManifestTable> Write(ITransferEnd from, TransferTable table, string directory)
    {
        await using var file = PrivateFile.Create(Manifest.TablePath(directory, table.Name));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var rows = 0L;
        await using (var packed = new GZipStream(file, CompressionLevel.Fastest, leaveOpen: true))
        {
            var buffer = new ArrayBufferWriter<byte>(Chunk);
            await using var json = new Utf8JsonWriter(buffer);
            await foreach (var row in from.Read(table))
            {
                JsonSerializer.Serialize(json, ExcludedTables.Clean(table, row), Values.Default.ObjectArray);
                json.Reset();
                buffer.Write("\n"u8);
                rows++;
                if (buffer.WrittenCount >= Chunk)
                {
                    await Flush();
                }
            }

            await Flush();

            async Task Flush()
            {
                hash.AppendData(buffer.WrittenSpan);
                await packed.WriteAsync(buffer.WrittenMemory);
                buffer.ResetWrittenCount();
            }
        }

        file.Flush(flushToDisk: true);
        return new ManifestTable(table.Name, [.. table.Columns.Select(column => column.Name)], rows, Digest.End(hash));
    }

    private static void Make(string directory)
    {
        try
        {
            if (Directory.Exists(directory) && Directory.EnumerateFileSystemEntries(directory).Any())
            {
                throw new TransferRefusedException($"{directory} has something in it: an export takes a new or an empty directory.");
            }

            PrivateFile.Folder(directory);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new TransferRefusedException($"{directory} cannot be written to ({fault.Message.TrimEnd('.')}).", fault);
        }
    }
}

/// <summary>What an export or an import moved.</summary>
/// <param name="Missing">Files that a row names and the store did not have.</param>
public sealed record Moved(long Rows, long Files, long Missing);
