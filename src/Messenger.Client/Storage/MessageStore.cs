using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Messenger.Client.Profiles;
using Messenger.Protocol;
using Microsoft.Data.Sqlite;

namespace Messenger.Client.Storage;

/// <summary>
/// A device's memory in one SQLite file: profile, history, outbox and cursor. What arrived is written together with how far the device has read, in one transaction
/// (CL-20), and what is accepted is on the disk before it is sent (CL-10). The file holds messages as they are read: it is as safe as the device.
/// </summary>
public sealed class MessageStore : IProfileStore, IDisposable
{
    /// <summary>Entries that the outbox keeps (CL-16).</summary>
    public const int OutboxBound = 1_000;

    private readonly Lock _lock = new();
    private readonly SqliteFile _file;
    private readonly FileStream _held;

    /// <summary>Handled and not written yet: they go with the progress that stands for them.</summary>
    private readonly List<Action> _arrived = [];

    private MessageStore(SqliteFile file, FileStream held) => (_file, _held) = (file, held);

    /// <summary>Opens the file, made if it is not there, and has it for itself until disposed or killed.</summary>
    /// <exception cref="ProfileInUseException">Another process has it.</exception>
    public static MessageStore Open(string file)
    {
        // One process (CL-1); the system releases it, however that process ends.
        FileStream held;
        try
        {
            held = new FileStream($"{file}.in-use", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException fault) when (fault is not (FileNotFoundException or DirectoryNotFoundException or PathTooLongException))
        {
            throw new ProfileInUseException(file, fault);
        }

        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
        try
        {
            connection.Open();
            using var command = connection.CreateCommand();

            // FULL: what was accepted survives a loss of power, too.
            command.CommandText = """
                PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
                BEGIN IMMEDIATE;
                CREATE TABLE IF NOT EXISTS record (name TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
                CREATE TABLE IF NOT EXISTS message (
                    uuid TEXT PRIMARY KEY COLLATE NOCASE, conversation TEXT NOT NULL COLLATE NOCASE, user TEXT NOT NULL, created INTEGER, state INTEGER NOT NULL, status TEXT,
                    text TEXT, json TEXT);
                CREATE INDEX IF NOT EXISTS message_place ON message (conversation, created);
                CREATE TABLE IF NOT EXISTS outbox (
                    id INTEGER PRIMARY KEY AUTOINCREMENT, lane TEXT NOT NULL, receipt INTEGER NOT NULL, conversation TEXT NOT NULL, uuid TEXT NOT NULL COLLATE NOCASE, reply TEXT, request TEXT);
                COMMIT;
                """;
            command.ExecuteNonQuery();
            return new MessageStore(new SqliteFile(connection), held);
        }
        catch (SqliteException)
        {
            connection.Dispose();
            held.Dispose();
            throw;
        }
    }

    /// <summary>A conversation in which something changed; called from whatever thread changed it.</summary>
    public event Action<string>? Changed;

    /// <summary>Entries that wait to be sent.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
            {
                return (int)(long)_file.Scalar("SELECT count(*) FROM outbox")!;
            }
        }
    }

    public ProfileData Load() => Read("profile", ProfileJson.Default.ProfileData);

    public void Update(Func<ProfileData, ProfileData> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        lock (_lock)
        {
            Write("profile", change(Load()), ProfileJson.Default.ProfileData);
        }
    }

    public Progress LoadProgress() => Read("progress", ProfileJson.Default.Progress);

    /// <summary>With everything that was handled until then.</summary>
    public void SaveProgress(Progress progress) => InTransaction(() =>
    {
        foreach (var change in _arrived)
        {
            change();
        }

        Write("progress", progress, ProfileJson.Default.Progress);
    }, after: _arrived.Clear);

    /// <summary>The newest messages that the server has, oldest first, and then one's own that it does not have (CL-24).</summary>
    public IReadOnlyList<StoredMessage> Messages(string conversation, int size = int.MaxValue)
    {
        lock (_lock)
        {
            var stored = _file.Query(
                "SELECT * FROM (SELECT uuid, conversation, user, created, state, status, text, json FROM message WHERE conversation = $1 AND created IS NOT NULL ORDER BY created DESC LIMIT $2) ORDER BY created",
                ToMessage, conversation, size);
            var pending = _file.Query(
                "SELECT uuid, conversation, user, created, state, status, text, json FROM message WHERE conversation = $1 AND created IS NULL ORDER BY state = 0, rowid", ToMessage, conversation);
            return [.. stored, .. pending];
        }
    }

    public void Dispose()
    {
        _file.Dispose();
        _held.Dispose();
    }

    /// <summary>Accepts a message: in the history and in the outbox, or in neither.</summary>
    internal void Accept(StoredMessage message, string? replyTo) => InTransaction(() =>
    {
        if (Waiting >= OutboxBound)
        {
            throw new OutboxFullException(OutboxBound);
        }

        Put(message);
        _file.Execute("INSERT INTO outbox (lane, receipt, conversation, uuid, reply) VALUES ($1, 0, $1, $2, $3)", message.Conversation.ToUpperInvariant(), message.Uuid, replyTo);
    }, message.Conversation);

    /// <summary>What arrived; written with the progress that stands for it. It may come twice.</summary>
    internal void Arrived(Message message, string me)
    {
        lock (_lock)
        {
            _arrived.Add(() =>
            {
                var known = _file.Scalar("SELECT created FROM message WHERE uuid = $1", message.Uuid);
                PutServers(message);
                if (known is null && message.UserId != me && !message.IsEvent && !message.Deleted)
                {
                    _file.Execute("INSERT INTO outbox (lane, receipt, conversation, uuid) VALUES ('receipts', 1, $1, $2)", message.ConversationUuid, message.Uuid);
                }
            });
        }
    }

    internal void Deleted(string conversation, string uuid)
    {
        lock (_lock)
        {
            _arrived.Add(() => _file.Execute("UPDATE message SET text = NULL, json = json_set(json, '$.deleted', json('true'), '$.bodyEncryptedBase64', NULL) WHERE uuid = $1 AND conversation = $2", uuid, conversation));
        }
    }

    /// <summary>One's own message that was sent past the outbox.</summary>
    internal void Keep(Message message) => InTransaction(() => PutServers(message), message.ConversationUuid);

    /// <summary>A conversation that is not one's own any more: with its messages and with what waited to be sent there; written with the progress that stands for it (CL-30).</summary>
    internal void Gone(string conversation)
    {
        lock (_lock)
        {
            _arrived.Add(() =>
            {
                _file.Execute("DELETE FROM message WHERE conversation = $1", conversation);
                _file.Execute("DELETE FROM outbox WHERE conversation = $1 COLLATE NOCASE", conversation);
            });
        }
    }

    internal IReadOnlyList<string> Lanes()
    {
        lock (_lock)
        {
            return _file.Query("SELECT lane FROM outbox GROUP BY lane ORDER BY min(id)", row => row.GetString(0));
        }
    }

    internal OutboxEntry? First(string lane)
    {
        lock (_lock)
        {
            return _file.Query(
                "SELECT id, lane, receipt, conversation, uuid, reply, request FROM outbox WHERE lane = $1 ORDER BY id LIMIT 1",
                row => new OutboxEntry(
                    row.GetInt64(0), row.GetString(1), row.GetBoolean(2), row.GetString(3), row.GetString(4), Text(row, 5),
                    Text(row, 6) is { } request ? JsonSerializer.Deserialize(request, WireJson.Default.RequestAddMessage) : null),
                lane).FirstOrDefault();
        }
    }

    internal string? TextOf(string uuid)
    {
        lock (_lock)
        {
            return _file.Scalar("SELECT text FROM message WHERE uuid = $1", uuid) as string;
        }
    }

    /// <summary>Before it is first sent (CL-11).</summary>
    internal void Seal(OutboxEntry entry, RequestAddMessage request)
    {
        lock (_lock)
        {
            _file.Execute("UPDATE outbox SET request = $2 WHERE id = $1", entry.Id, JsonSerializer.Serialize(request, WireJson.Default.RequestAddMessage));
        }
    }

    /// <summary>The answer and its effect (CL-13).</summary>
    internal void Done(OutboxEntry entry, Message? message) => InTransaction(() =>
    {
        _file.Execute("DELETE FROM outbox WHERE id = $1", entry.Id);
        if (message is not null)
        {
            PutServers(message);
        }
    }, entry.Conversation);

    /// <summary>The refusal and its effect (CL-15).</summary>
    internal void Failed(OutboxEntry entry, string status) => InTransaction(() =>
    {
        _file.Execute("DELETE FROM outbox WHERE id = $1", entry.Id);
        if (!entry.IsReceipt)
        {
            _file.Execute("UPDATE message SET state = $2, status = $3 WHERE uuid = $1 AND created IS NULL", entry.MessageUuid, (int)MessageState.Failed, status);
        }
    }, entry.Conversation);

    internal void Opened(string uuid, string text)
    {
        lock (_lock)
        {
            _file.Execute("UPDATE message SET text = $2 WHERE uuid = $1 AND text IS NULL", uuid, text);
        }
    }

    private static string? Text(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static StoredMessage ToMessage(SqliteDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetString(2), row.IsDBNull(3) ? null : row.GetInt64(3), (MessageState)row.GetInt32(4), Text(row, 5), Text(row, 6),
        Text(row, 7) is { } json ? JsonSerializer.Deserialize(json, WireJson.Default.Message) : null);

    private void Put(StoredMessage message) => _file.Execute(
        "INSERT INTO message (uuid, conversation, user, created, state, text) VALUES ($1, $2, $3, $4, $5, $6)",
        message.Uuid, message.Conversation, message.UserId, message.Created, (int)message.State, message.Text);

    /// <summary>As the server has it now; what was opened here stays.</summary>
    private void PutServers(Message message) => _file.Execute(
        """
        INSERT INTO message (uuid, conversation, user, created, state, json) VALUES ($1, $2, $3, $4, 1, $5)
        ON CONFLICT (uuid) DO UPDATE SET created = excluded.created, state = 1, status = NULL, json = excluded.json
        """,
        message.Uuid, message.ConversationUuid, message.UserId, message.Created, JsonSerializer.Serialize(message, WireJson.Default.Message));

    private void InTransaction(Action work, string? changed = null, Action? after = null)
    {
        lock (_lock)
        {
            _file.InTransaction(work);
            after?.Invoke();
        }

        if (changed is not null)
        {
            Changed?.Invoke(changed);
        }
    }

    private T Read<T>(string name, JsonTypeInfo<T> json)
        where T : new()
    {
        lock (_lock)
        {
            return _file.Scalar("SELECT json FROM record WHERE name = $1", name) is string text ? JsonSerializer.Deserialize(text, json) ?? new() : new();
        }
    }

    private void Write<T>(string name, T value, JsonTypeInfo<T> json) =>
        _file.Execute("INSERT OR REPLACE INTO record (name, json) VALUES ($1, $2)", name, JsonSerializer.Serialize(value, json));
}
