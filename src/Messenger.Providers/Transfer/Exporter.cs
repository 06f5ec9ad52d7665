using System.Buffers;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;

namespace Messenger.Providers.Transfer;

/// <summary>Writes a store into a directory: a file of JSON lines for each table, and a manifest at the end.</summary>
public static class Exporter
{
    /// <summary>Bytes gathered before they are compressed: memory does not grow with the store.</summary>
    private const int Chunk = 256 * 1024;

    /// <returns>The rows written.</returns>
    /// <exception cref="TransferRefusedException">The directory has something in it, or cannot be written to.</exception>
    public static async Task<long> Run(ITransferEnd from, string directory, string release)
    {
        Make(directory);
        var tables = new List<ManifestTable>();
        foreach (var table in await from.Tables())
        {
            tables.Add(await Write(from, table, directory));
        }

        await new Manifest(Manifest.CurrentFormat, release, tables).Write(directory);
        return tables.Sum(table => table.Rows);
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
                JsonSerializer.Serialize(json, LeftOut.Clean(table, row), Values.Default.ObjectArray);
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

            _ = OperatingSystem.IsWindows()
                ? Directory.CreateDirectory(directory)
                : Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new TransferRefusedException($"{directory} cannot be written to ({fault.Message.TrimEnd('.')}).", fault);
        }
    }
}
