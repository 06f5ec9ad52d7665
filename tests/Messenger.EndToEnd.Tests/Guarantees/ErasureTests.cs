using System.Text;
using Messenger.EndToEnd.Tests.Files;
using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Phones;
using Messenger.Testing.Servers;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Messenger.EndToEnd.Tests.Guarantees;

/// <summary>Who deletes the account is gone: what stays belongs to others, and is on the list here, place by place.</summary>
[Trait("Category", "Cluster")]
public sealed class ErasureTests
{
    /// <summary>
    /// Where a deleted user's id may stand: what others have of conversations (who wrote, who was in when, who read what, which their authors were told), their
    /// blacklists and reports; and, for a day, rows of grains' state (GrainStateTests), what was uploaded that day, and an upload that was given up until the
    /// collector's round.
    /// </summary>
    private static readonly HashSet<string> KeepsTheId =
    [
        "message.user_id", "message.event_user_id", "member.user_id", "receipt.user_id", "conversation.creator_id", "invitation.maker", "wrapped_key.signer_user_id", "blacklist.blocked_id", "report.about", "report.author_id", "report.user_id",
        "contact.contact_id", "orleansstorage.grainidextensionstring", "orleansstorage.payloadbinary", "upload.user_id", "upload_day.user_id",
    ];

    [Fact]
    public async Task Nothing_of_a_deleted_user_stays_in_the_embedded_store_but_what_belongs_to_others()
    {
        await using var server = await ServerProcess.StartAsync(ServerSettings.Embedded());
        var gone = await LiveAndGo(server.Settings);
        var (log, grains) = (Path.Combine(server.Settings.DataDirectory, "messenger.db"), Path.Combine(server.Settings.DataDirectory, "messenger.grains.db"));
        await Deadlines.Until(async () => Left(gone, await Rows(log), await Rows(grains)).Count == 0, Deadlines.Recovery, () => Told(gone, Rows(log).Result, Rows(grains).Result));

        // In the files too, which earlier versions of rows and free pages are part of: what Orleans' own connections leave goes with the next start.
        await server.Terminate();
        await server.Restart();
        await server.Terminate();
        foreach (var file in new[] { log, grains }.SelectMany(file => new[] { file, file + "-wal" }).Where(File.Exists))
        {
            var bytes = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file));
            Assert.DoesNotContain(gone.Traces, trace => bytes.Contains(trace, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Nothing_of_a_deleted_user_stays_in_the_clusters_store_but_what_belongs_to_others()
    {
        await using var postgres = await PostgresServer.Start();
        await using var redis = await RedisServer.Start();
        var database = postgres.CreateDatabase();
        var settings = ServerSettings.InCluster(
            "all", database, redis.ConnectionString, "erasure", ("Data__MigrateOnStart", "true"), ("Files__Directory", Directory.CreateTempSubdirectory("messenger-files-").FullName));
        await using var server = await ServerProcess.StartAsync(settings);
        var gone = await LiveAndGo(server.Settings);
        await Deadlines.Until(async () => Left(gone, await PostgresRows(database)).Count == 0, Deadlines.Recovery, () => Told(gone, PostgresRows(database).Result));
    }

    /// <summary>Everything that a person can leave with a server, and the end of the account.</summary>
    private static async Task<Gone> LiveAndGo(ServerSettings server)
    {
        await using var friend = await Phone.Join(server);
        var account = Account.New();
        await using var phone = new Phone(account);
        string Mark(string name) => $"{name}{Guid.NewGuid():N}";
        var (model, vendor, os, token) = (Mark("model"), Mark("vendor"), Mark("os"), Mark("token"));
        var (publicKey, privateKey, metaKey, nick) = (Mark("public"), Mark("private"), Mark("meta"), Mark("nick"));
        var (contact, param, memberNick, ownKey, upload) = (Mark("contact"), Mark("param"), Mark("member"), Mark("wrapped"), Mark("upload"));
        await phone.Connect(server.WebSocket);
        (await phone.Ask("RequestRegisterApplication", new
        {
            androidSmsToken = "p1VSyoHQY8a",
            applicationType = "android",
            model,
            openUserId = account.OpenUserId,
            osVersion = os,
            userId = phone.UserId,
            uuid = account.Application,
            vendor,
        })).Done();
        (await phone.Ask("RequestConfirmRegistration", new { smsCode = ServerSettings.Code, userId = phone.UserId, uuid = account.Application })).Done();
        await phone.Login();
        (await phone.Ask("RequestAddUserKeys", new { metaDataKeyEncryptedBase64 = metaKey, nick, privateKeyEncryptedBase64 = privateKey, publicKeyBase64 = publicKey })).Done();
        (await phone.Ask("UpdateContact", new { contact = new { contactId = Account.New().UserId, contactIdEncrypted = contact, nickEncrypted = contact }, userId = phone.UserId })).Done();
        (await phone.Ask("UpdateParam", new { name = param, value = param })).Done();
        (await phone.Ask("RequestUpdateDeviceTokenByApplication", new { token, userId = phone.UserId, uuid = account.Application })).Done();
        (await phone.Ask("AddBlackList", new { userId = Account.New().UserId })).Done();

        // Conversations of both kinds, made by either, with messages, receipts, nicks and keys; a file, a picture and an upload that nobody ends.
        var theirs = await friend.Group(phone);
        var mine = await phone.Group(friend);
        (await phone.Ask("UpdateMemberNick", new { conversationUuid = theirs.Uuid, nickEncrypted = memberNick })).Done();
        (await phone.Ask("RequestAddNewSessionKeys", new
        {
            conversationUuid = theirs.Uuid,
            sessionKeys = new[] { Own(phone.UserId, ownKey), Own(friend.UserId, Opaque.Base64(64)) },
        })).Done();
        var message = await FileClient.WithFiles(phone, mine);
        var heard = await friend.Say(theirs);
        (await phone.Ask("RequestMessagesReaded", new { conversationUuid = theirs.Uuid, messageUuids = new[] { heard.Text("uuid") } })).Done();
        using (var files = new FileClient(server.Http, phone))
        {
            await files.Created(mine, message, upload, 1000);
            using var avatar = await files.Send(
                HttpMethod.Put, $"/avatar/user_{phone.UserId.Replace('+', '-').Replace('/', '_')}", new ByteArrayContent([1, 2, 3]) { Headers = { { "Content-Type", "image/png" } } });
            Assert.True(avatar.IsSuccessStatusCode, avatar.StatusCode.ToString());
        }

        (await phone.Ask("RequestDeleteUser", new { androidSmsToken = (string?)null, openUserId = account.OpenUserId })).Done();
        (await phone.Ask("RequestDeleteUserConfirmation", new { code = ServerSettings.Code })).Done();
        return new Gone(phone.UserId, [token, publicKey, privateKey, metaKey, nick, contact, param, memberNick, ownKey, upload, account.Application, account.OpenUserId, account.OpenUserId[1..]], [model, vendor, os]);

        object Own(string user, string key) => new { keyEncryptedBase64 = key, signatureBase64 = Opaque.Base64(64), signerKeyPairUuid = (string?)null, signerUserId = phone.UserId, userId = user };
    }

    /// <summary>What is left that may not be, as <c>table.column</c> and what was found.</summary>
    private static List<string> Left(Gone gone, params IEnumerable<(string Place, string Value)>[] rows) =>
    [
        .. rows.SelectMany(row => row).SelectMany(row => gone.Traces.Where(trace => row.Value.Contains(trace, StringComparison.Ordinal)).Select(trace => $"{row.Place}: {trace}")
            .Concat(gone.ForADay.Where(trace => row.Place != "orleansstorage.payloadbinary" && row.Value.Contains(trace, StringComparison.Ordinal)).Select(trace => $"{row.Place}: {trace}"))
            .Concat(!KeepsTheId.Contains(row.Place) && row.Value.Contains(gone.UserId, StringComparison.Ordinal) ? [$"{row.Place}: the id"] : [])),
    ];

    private static string Told(Gone gone, params IEnumerable<(string Place, string Value)>[] rows) => $"left: {string.Join(", ", Left(gone, rows).Distinct())}";

    private static async Task<List<(string Place, string Value)>> Rows(string file)
    {
        await using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        await connection.OpenAsync();
        return await Values(connection, "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'");
    }

    private static async Task<List<(string Place, string Value)>> PostgresRows(string database)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        return await Values(connection, "select table_name from information_schema.tables where table_schema = 'public' and table_name not similar to 'message_[0-9]+'");
    }

    private static async Task<List<(string Place, string Value)>> Values(System.Data.Common.DbConnection connection, string tables)
    {
        var names = new List<string>();
        await using var command = connection.CreateCommand();
        command.CommandText = tables;
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                names.Add(reader.GetString(0));
            }
        }

        var values = new List<(string, string)>();
        foreach (var name in names)
        {
            command.CommandText = $"select * from {name}";
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                for (var column = 0; column < reader.FieldCount; column++)
                {
                    values.Add(($"{name}.{reader.GetName(column)}".ToLowerInvariant(), reader.GetValue(column) is byte[] bytes ? Encoding.Latin1.GetString(bytes) : reader.GetValue(column).ToString() ?? ""));
                }
            }
        }

        return values;
    }

    /// <param name="Traces">All that the person ever sent that is nobody else's.</param>
    /// <param name="ForADay">What a code was asked for with, beside the phone's own limits.</param>
    private sealed record Gone(string UserId, string[] Traces, string[] ForADay);
}
