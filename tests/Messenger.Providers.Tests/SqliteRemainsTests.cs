using System.Security.Cryptography;
using System.Text;
using Messenger.Ports;
using Messenger.Providers.Sqlite;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Messenger.Providers.Tests;

/// <summary>What is deleted is gone from the embedded store's files, and not from its tables alone.</summary>
public sealed class SqliteRemainsTests : IDisposable
{
    /// <summary>Long enough to have pages of its own.</summary>
    private const int Bytes = 30_000;

    private readonly string _folder = Directory.CreateTempSubdirectory("messenger-remains-").FullName;

    private string Database => Path.Combine(_folder, "messenger.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_bytes_of_a_deleted_message_and_of_a_deleted_users_key_are_overwritten()
    {
        SqliteMigrations.Apply(Database);
        var (body, key) = (Secret(), Secret());
        await using (var store = Store.Sqlite(Database))
        {
            var at = Guid.NewGuid();
            Assert.Equal(LogOutcome.Committed, await store.Log.Append(Sample.Created(at, Guid.NewGuid(), false, "ann", "bob")));
            Assert.Equal(LogOutcome.Committed, await store.Log.Append(Sample.Said(at, Sample.Message(1, "ann", body))));
            Assert.Equal(LogOutcome.Committed, await store.Log.Append(new(at, 0) { Marks = [new(1, Deleted: true, Objectionable: false)] }));
            await store.Users.Put(new UserRow("ann", "public", key, null, null, null, 1, 1, 0, 1, false));
            await store.Users.Remove("ann");
        }

        Assert.Equal(0, Remains(body));
        Assert.Equal(0, Remains(key));
    }

    [Fact]
    public void What_an_earlier_release_left_in_free_pages_goes_with_the_next_start()
    {
        SqliteMigrations.Apply(Database);
        var secret = Secret();
        using (var connection = new SqliteConnection($"Data Source={Database};Pooling=false"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "pragma secure_delete = off; create table old (text text); insert into old values (@secret); drop table old; pragma wal_checkpoint(truncate)";
            command.Parameters.AddWithValue("@secret", secret);
            command.ExecuteNonQuery();
        }

        Assert.NotEqual(0, Remains(secret));
        SqliteMigrations.Apply(Database);
        Assert.Equal(0, Remains(secret));
    }

    private static string Secret() => Convert.ToHexString(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>How many of its slices are in any file of the folder.</summary>
    private int Remains(string secret)
    {
        const int slice = 60;
        var files = Directory.GetFiles(_folder).Select(File.ReadAllBytes).ToList();
        return Enumerable.Range(0, secret.Length / slice).Count(at => files.Exists(file => file.AsSpan().IndexOf(Encoding.ASCII.GetBytes(secret[(at * slice)..((at + 1) * slice)])) >= 0));
    }
}
