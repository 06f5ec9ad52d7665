using Messenger.Ports;
using Messenger.Providers.Postgres;
using Messenger.Providers.Sqlite;
using Xunit;

namespace Messenger.Providers.Tests;

/// <summary>What an earlier release stored, this one reads: rows are put into the schema they were written for, which is then brought up to date.</summary>
[Collection("PostgreSQL")]
[Trait("Needs", "Servers")]
public sealed class GoldenTests(PostgresFixture fixture)
{
    private static readonly Guid Conversation = new("0b7c1d1e-5a53-4c66-9d0a-3f1f1f0a0001");
    private static readonly Guid Key = new("0b7c1d1e-5a53-4c66-9d0a-3f1f1f0a0002");

    [Fact]
    public async Task PostgreSQL_reads_version_1()
    {
        var connectionString = fixture.Server.CreateDatabase();
        PostgresMigrations.Apply(connectionString, upTo: 1);
        await using var store = Store.Postgres(connectionString);
        await store.Database.Write(Rows("version1.sql"));
        PostgresMigrations.Apply(connectionString);

        await Check(store);
    }

    [Fact]
    public async Task SQLite_reads_version_1()
    {
        var folder = Directory.CreateTempSubdirectory("messenger-golden-").FullName;
        var path = Path.Combine(folder, "messenger.db");
        SqliteMigrations.Apply(path, upTo: 1);
        await using (var store = Store.Sqlite(path))
        {
            await store.Database.Write(Rows("version1.sql"));
            SqliteMigrations.Apply(path);

            await Check(store);
        }

        Directory.Delete(folder, recursive: true);
    }

    private static async Task Check(Store store)
    {
        var state = await store.Log.Load(Conversation);
        Assert.Equal(
            new ConversationRow(
                "0B7C1D1E-5A53-4C66-9D0A-3F1F1F0A0001", false, "dGl0bGU=", "ann", Key, "0B7C1D1E-5A53-4C66-9D0A-3F1F1F0A0002",
                1_700_000_000_000, true, 1_700_000_000_001, false),
            state!.Header);
        Assert.Equal((4L, 1_700_000_000_040L), (state.Head, state.LastCreated));
        Assert.Equal(
            [
                new("ann", true, "bmljaw==", 1, null, 1), new("bob", false, null, 2, null, 2),

                // Left, and has no account any more: whoever has the number next was not there.
                new("cid", false, null, 1, 0, 3) { Ended = new("1-2") },
            ],
            state.Members);
        Assert.Equal([new(Key, "0B7C1D1E-5A53-4C66-9D0A-3F1F1F0A0002", 1_700_000_000_000)], state.Keys);
        Assert.Equal([Sample.Receipt("bob", "1,4", "1-2,4")], state.Receipts);
        Assert.Equal(
            new SessionKeyRow(
                Key, "0B7C1D1E-5A53-4C66-9D0A-3F1F1F0A0002", "bob", "d3JhcHBlZA==", "c2lnbmF0dXJl", "ann", null, 1_700_000_000_000),
            await store.Log.FindKey(Conversation, Key, "bob"));
        Assert.Equal(
            [
                new(
                    1, new("0b7c1d1e-5a53-4c66-9d0a-3f1f1f0a0011"), "0B7C1D1E-5A53-4C66-9D0A-3F1F1F0A0011", "ann",
                    "0B7C1D1E-5A53-4C66-9D0A-3F1F1F0A0002", null, null, 1_700_000_000_010, false, "Added", "bob", false, false, null),
                new(
                    2, new("0b7c1d1e-5a53-4c66-9d0a-3f1f1f0a0012"), "0b7c1d1e-5a53-4c66-9d0a-3f1f1f0a0012", "ann",
                    "0b7c1d1e-5a53-4c66-9d0a-3f1f1f0a0002", "aXY=", "Ym9keQ==", 1_700_000_000_020, true, null, null, true, false, null),
                new(
                    4, new("0b7c1d1e-5a53-4c66-9d0a-3f1f1f0a0014"), "0b7c1d1e-5a53-4c66-9d0a-3f1f1f0a0014", "bob",
                    "0b7c1d1e-5a53-4c66-9d0a-3f1f1f0a0002", null, null, 1_700_000_000_040, false, null, null, false, true,
                    "0b7c1d1e-5a53-4c66-9d0a-3f1f1f0a0012"),
            ],
            await store.Log.Read(Conversation, new(1, 99), 99, newestFirst: false));

        Assert.True((await store.Log.Load(new("0b7c1d1e-5a53-4c66-9d0a-3f1f1f0a0009")))!.Header.Deleted);
        var told = Assert.Single(await store.Conversations.Sync("bob"));
        Assert.Equal((1, "0b7c1d1e-5a53-4c66-9d0a-3f1f1f0a0012"), (told.Unread, told.FirstUnread));
        Assert.Equal(new UserRow("ann", "cHVibGlj", "cHJpdmF0ZQ==", "bWV0YQ==", "PAIR", "bmljaw==", 1, 2, 3, 4, false), await store.Users.Find("ann"));
        Assert.Equal(new UserRow("bob", null, null, null, null, null, 5, 6, 7, 8, true), await store.Users.Find("bob"));
        Assert.Equal(["bob", "aaa"], await store.Users.BlackListOf("ann"));
        Assert.False(await store.Reports.Add(new("message", "bob", "0b7c1d1e-5a53-4c66-9d0a-3f1f1f0a0012", Conversation, "again", 10, null)));

        // Whose message it is was not kept then: the migration found out.
        Assert.Equal("ann", Assert.Single(await store.Desk.List(null, null, 10)).Report.AuthorId);
    }

    private static string Rows(string name)
    {
        using var reader = new StreamReader(typeof(GoldenTests).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
