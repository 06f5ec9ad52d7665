using System.Diagnostics;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Messenger.EndToEnd.Tests.Files;
using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Phones;
using Messenger.Testing.Servers;

namespace Messenger.EndToEnd.Tests.Moving;

/// <summary>All data from an embedded server to a cluster and back, and a backup of a running cluster: nothing is lost and nothing changes.</summary>
public sealed class MovingTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("messenger-moving-").FullName;
    private PostgresServer _postgres = null!;
    private RedisServer _redis = null!;

    public async Task InitializeAsync()
    {
        _postgres = await PostgresServer.Start();
        _redis = await RedisServer.Start();
    }

    public async Task DisposeAsync()
    {
        await _postgres.DisposeAsync();
        await _redis.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Embedded_to_cluster_and_back_keeps_every_record()
    {
        var embedded = ServerSettings.Embedded();
        Account[] accounts;
        ConversationHandle conversation;
        string[] before;
        await using (var server = await ServerProcess.StartAsync(embedded))
        {
            (accounts, conversation) = await Talked(server.Settings);
            before = await Seen(server.Settings, accounts, conversation);
            var (code, words) = await Command(embedded, "export", Path.Combine(_folder, "running"));
            Assert.Equal(1, code);
            Assert.Contains("which another process uses", words, StringComparison.Ordinal);

            await server.Terminate();
            await Done(embedded, "export", Path.Combine(_folder, "first"));
        }

        var first = Export(Path.Combine(_folder, "first"));
        Assert.Contains(first.Keys, table => table == "message");
        Assert.NotEmpty(first["orleansstorage"]);
        Assert.Equal(2, Directory.GetFiles(Path.Combine(_folder, "first", "files"), "*", SearchOption.AllDirectories).Length);
        Assert.All(new[] { "message_file", "message", "receipt", "member", "session_key", "wrapped_key", "user_profile", "conversation" }, table => Assert.NotEmpty(first[table]));

        var cluster = InCluster();
        var (refused, sentence) = await Command(cluster, "export", Path.Combine(_folder, "none"));
        Assert.Equal((1, true), (refused, sentence.Contains("migrate", StringComparison.Ordinal)));
        await Done(cluster, "import", Path.Combine(_folder, "first"));
        await Done(cluster, "export", Path.Combine(_folder, "second"));
        Same(first, Export(Path.Combine(_folder, "second")));

        // Mixed with nothing: a second import is refused, and changes nothing.
        (refused, sentence) = await Command(cluster, "import", Path.Combine(_folder, "first"));
        Assert.Equal(1, refused);
        Assert.Contains("is not empty", sentence, StringComparison.Ordinal);

        await using (var server = await ServerProcess.StartAsync(cluster))
        {
            Assert.Equal(before, await Seen(cluster, accounts, conversation));
            (refused, sentence) = await Command(cluster, "import", Path.Combine(_folder, "first"));
            Assert.Equal(1, refused);
            Assert.Contains("processes of this database live", sentence, StringComparison.Ordinal);
            await using var phone = await Again(cluster, accounts[0]);
            await phone.Say(conversation, body: Opaque.Base64(40));
            before = await Seen(cluster, accounts, conversation);
        }

        await Done(cluster, "export", Path.Combine(_folder, "third"));
        var back = ServerSettings.Embedded();
        await Done(back, "import", Path.Combine(_folder, "third"));
        await Done(back, "export", Path.Combine(_folder, "fourth"));
        Same(Export(Path.Combine(_folder, "third")), Export(Path.Combine(_folder, "fourth")));
        await using (var server = await ServerProcess.StartAsync(back))
        {
            Assert.Equal(before, await Seen(back, accounts, conversation));
        }
    }

    [Fact]
    public async Task A_damaged_or_unfinished_export_imports_nothing()
    {
        var embedded = ServerSettings.Embedded();
        await using (var server = await ServerProcess.StartAsync(embedded))
        {
            await Talked(server.Settings);
            await server.Terminate();
            await Done(embedded, "export", Path.Combine(_folder, "export"));
        }

        var messages = Path.Combine(_folder, "export", "message.jsonl.gz");
        var whole = await File.ReadAllBytesAsync(messages);
        var rows = Unpacked(messages);
        foreach (var damaged in new[] { whole[..^20], Packed(rows[..^1]), Packed([.. rows[..^1], rows[^1].Replace("false", "true", StringComparison.Ordinal)]) })
        {
            await File.WriteAllBytesAsync(messages, damaged);
            var target = InCluster();
            var (code, words) = await Command(target, "import", Path.Combine(_folder, "export"));
            Assert.Equal(1, code);
            Assert.Contains("message.jsonl.gz", words, StringComparison.Ordinal);

            // Nothing of it stayed: the whole one goes in.
            await File.WriteAllBytesAsync(messages, whole);
            await Done(target, "import", Path.Combine(_folder, "export"));
        }

        var file = Directory.GetFiles(Path.Combine(_folder, "export", "files"), "*", SearchOption.AllDirectories)[0];
        var bytes = await File.ReadAllBytesAsync(file);
        await File.WriteAllBytesAsync(file, bytes[..^1]);
        var other = InCluster();
        var (shortened, says) = await Command(other, "import", Path.Combine(_folder, "export"));
        Assert.Equal(1, shortened);
        Assert.Contains(Path.GetFileName(file), says, StringComparison.Ordinal);
        await File.WriteAllBytesAsync(file, bytes);
        await Done(other, "import", Path.Combine(_folder, "export"));

        // An export is of one release: the shape of what a column holds may differ where its name does not.
        var manifest = Path.Combine(_folder, "export", "manifest.json");
        var written = await File.ReadAllTextAsync(manifest);
        await File.WriteAllTextAsync(manifest, System.Text.RegularExpressions.Regex.Replace(written, "\"release\": \"[^\"]*\"", "\"release\": \"9.9.9\""));
        var (foreign, told) = await Command(InCluster(), "import", Path.Combine(_folder, "export"));
        Assert.Equal(1, foreign);
        Assert.Contains("release 9.9.9", told, StringComparison.Ordinal);

        File.Delete(manifest);
        var (unfinished, sentence) = await Command(InCluster(), "import", Path.Combine(_folder, "export"));
        Assert.Equal(1, unfinished);
        Assert.Contains("no finished export", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dump_of_a_running_cluster_restores_every_message_acknowledged_before_it()
    {
        var settings = InCluster();
        await ServerProcess.RunAsync(settings with { DataDirectory = Directory.CreateTempSubdirectory("messenger-e2e-").FullName }, "migrate");
        Account[] accounts;
        ConversationHandle conversation;
        string[] acknowledged;
        var dump = Path.Combine(_folder, "dump.sql");
        await using (var server = await ServerProcess.StartAsync(settings))
        {
            (accounts, conversation) = await Talked(settings);
            acknowledged = await Uuids(settings, accounts[0], conversation);

            // It goes on while it is dumped.
            await using var phone = await Again(settings, accounts[0]);
            using var stop = new CancellationTokenSource();
            var talking = Task.Run(async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    await phone.Say(conversation);
                }
            });
            await Run("pg_dump", ["--no-owner", "-f", dump, "-d", Url(settings)]);
            await stop.CancelAsync();
            await talking;
        }

        // The files' folder is restored beside the database, or is the same.
        // The database says which cluster it is of, and takes its place.
        var target = InCluster(settings.Environment["Files__Directory"]);
        var restored = target with { Environment = new Dictionary<string, string>(target.Environment) { ["Cluster__Id"] = settings.Environment["Cluster__Id"] } };
        await Run("psql", ["-q", "-v", "ON_ERROR_STOP=1", "-f", dump, "-d", Url(restored)]);
        await using (var server = await ServerProcess.StartAsync(restored))
        {
            var found = await OnceResyncRequired(() => Uuids(restored, accounts[0], conversation));
            Assert.Equal(acknowledged, found.Take(acknowledged.Length));
            await OnceResyncRequired(async () =>
            {
                await using var phone = await Again(restored, accounts[1]);
                return await phone.Say(conversation);
            });
        }
    }

    /// <summary>
    /// What the dump says was committed and not yet told is doubted when the new cluster takes over: a connection that came before that is closed,
    /// once, and comes back as any client's does.
    /// </summary>
    private static async Task<T> OnceResyncRequired<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (ConnectionBrokenException)
        {
            return await work();
        }
    }

    /// <summary>Two people who know each other's messages, some of them read.</summary>
    private static async Task<(Account[] Accounts, ConversationHandle Conversation)> Talked(ServerSettings server)
    {
        await using var anna = await Phone.Join(server);
        await using var bert = await Phone.Join(server);
        var conversation = await anna.Group(bert);
        var said = new List<string>();
        for (var number = 0; number < 30; number++)
        {
            said.Add((await (number % 3 == 0 ? bert : anna).Say(conversation, body: Opaque.Base64(100 + number))).Text("uuid")!);
        }

        (await bert.Deliver(conversation, said[1])).Done();
        (await bert.Read(conversation, [said[1], said[4], said[5]])).Done();
        (await anna.Read(conversation, said[0])).Done();
        using var mine = new FileClient(server.Http, anna);
        var pictured = await FileClient.WithFiles(anna, conversation);
        (await mine.OneShot(conversation, pictured, "one", RandomNumberGenerator.GetBytes(200_000))).EnsureSuccessStatusCode().Dispose();
        (await mine.OneShot(conversation, pictured, "two", RandomNumberGenerator.GetBytes(20))).EnsureSuccessStatusCode().Dispose();

        return ([anna.Account, bert.Account], conversation);
    }

    /// <summary>What each of them is answered: the conversation with its keys, and every message with its receipts.</summary>
    private static async Task<string[]> Seen(ServerSettings server, Account[] accounts, ConversationHandle conversation)
    {
        var seen = new List<string>();
        foreach (var account in accounts)
        {
            await using var phone = await Again(server, account);
            seen.Add((await phone.Conversation(conversation)).GetRawText());
            seen.Add((await phone.Ask("RequestGetSessionKey", new { conversationUuid = conversation.Uuid, sessionKeyUuid = conversation.Key })).Done().GetRawText());
            var log = await phone.Log(conversation);
            seen.AddRange(log.Select(message => message.GetRawText()));
            using var theirs = new FileClient(server.Http, phone);
            foreach (var pictured in log.Where(message => message.Flag("hasFiles")))
            {
                foreach (var file in await FileClient.FilesOf(phone, conversation, pictured.Text("uuid")!))
                {
                    using var fetched = await theirs.Send(HttpMethod.Get, new Uri(file.Text("downloadUrl")!).PathAndQuery);
                    seen.Add($"{file.Text("fileNameEncrypted")} {Convert.ToHexString(SHA256.HashData(await fetched.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync()))}");
                }
            }
        }

        return [.. seen];
    }

    private static async Task<string[]> Uuids(ServerSettings server, Account account, ConversationHandle conversation)
    {
        await using var phone = await Again(server, account);
        return [.. (await phone.Log(conversation)).Select(message => message.Text("uuid")!)];
    }

    private static async Task<Phone> Again(ServerSettings server, Account account)
    {
        var phone = new Phone(account);
        await phone.Connect(server.WebSocket);
        (await phone.Authenticate()).Done();
        return phone;
    }

    private ServerSettings InCluster(string? files = null) => ServerSettings.InCluster(
        "all", _postgres.CreateDatabase(), _redis.ConnectionString, $"moving-{Guid.NewGuid():N}",
        ("Files__Directory", files ?? Path.Combine(_folder, "files", Guid.NewGuid().ToString("N"))));

    private string Url(ServerSettings settings) =>
        $"postgresql://messenger@127.0.0.1:{_postgres.Port}/{settings.Environment["ConnectionStrings__Postgres"].Split("Database=")[1]}";

    private static async Task Done(ServerSettings settings, params string[] arguments)
    {
        var (code, words) = await Command(settings, arguments);
        Assert.True(code == 0, words);
    }

    private static async Task<(int Code, string Words)> Command(ServerSettings settings, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Built.Host, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (key, value) in settings.Environment)
        {
            start.Environment[key] = value;
        }

        return await Ended(start);
    }

    private static async Task Run(string program, string[] arguments)
    {
        var found = Directory.GetDirectories("/usr/lib/postgresql").Order(StringComparer.Ordinal).Select(version => Path.Combine(version, "bin", program)).Last(File.Exists);
        var (code, words) = await Ended(new ProcessStartInfo(found, arguments) { RedirectStandardOutput = true, RedirectStandardError = true });
        Assert.True(code == 0, words);
    }

    private static async Task<(int Code, string Words)> Ended(ProcessStartInfo start)
    {
        using var process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(Deadlines.Start);
        var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
        var error = process.StandardError.ReadToEndAsync(deadline.Token);
        await process.WaitForExitAsync(deadline.Token);
        return (process.ExitCode, await output + await error);
    }

    /// <summary>The rows of every table, each as its columns' values by name, in an order of their own.</summary>
    private static Dictionary<string, string[]> Export(string directory)
    {
        using var manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(directory, "manifest.json")));
        return manifest.RootElement.GetProperty("tables").EnumerateArray().ToDictionary(
            table => table.GetProperty("name").GetString()!,
            table =>
            {
                var columns = table.GetProperty("columns").EnumerateArray().Select(column => column.GetString()!).ToArray();
                return Unpacked(Path.Combine(directory, $"{table.GetProperty("name").GetString()}.jsonl.gz"))
                    .Select(line => JsonDocument.Parse(line).RootElement.EnumerateArray().Select(value => value.GetRawText()))
                    .Select(row => string.Join(' ', columns.Zip(row, (name, value) => $"{name}={value}").Order(StringComparer.Ordinal)))
                    .Order(StringComparer.Ordinal)
                    .ToArray();
            });
    }

    private static void Same(Dictionary<string, string[]> expected, Dictionary<string, string[]> actual)
    {
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), actual.Keys.Order(StringComparer.Ordinal));
        Assert.All(expected, table => Assert.Equal(table.Value, actual[table.Key]));
    }

    private static string[] Unpacked(string path)
    {
        using var rows = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        return rows.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static byte[] Packed(string[] rows)
    {
        using var packed = new MemoryStream();
        using (var file = new GZipStream(packed, CompressionMode.Compress))
        {
            file.Write(Encoding.UTF8.GetBytes(string.Join('\n', rows) + "\n"));
        }

        return packed.ToArray();
    }
}
