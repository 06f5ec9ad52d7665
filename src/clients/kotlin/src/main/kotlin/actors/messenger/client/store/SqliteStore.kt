package actors.messenger.client.store

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import kotlinx.coroutines.withContext

/** One row of an answer, read by column from 0. */
public interface SqlRow {
    public fun text(column: Int): String?
    public fun long(column: Int): Long?
}

/**
 * What the library needs of SQLite. On Android an adapter over `SQLiteDatabase` is thirty lines (docs/android.md); arguments are `String`, `Long` or null.
 * The library calls it from one thread at a time.
 */
public interface SqlDatabase {
    /** A statement that gives no rows. */
    public fun execute(sql: String, arguments: List<Any?> = emptyList())

    public fun <T> query(sql: String, arguments: List<Any?>, read: (SqlRow) -> T): List<T>

    /** All or nothing: what throws inside leaves the database as it was. */
    public fun transaction(work: () -> Unit)

    public fun close()
}

/**
 * A store in SQLite: history, outbox and cursor change in one transaction. The database must be opened with a journal that survives a crash; `synchronous=FULL` (SQLite's own
 * default) keeps what was accepted over a loss of power, WAL with `NORMAL` over a crash of the process alone.
 */
public class SqliteStore(private val open: () -> SqlDatabase) : Store {
    private var opened: SqlDatabase? = null

    /** A read that came into the middle of a write would see half of it. */
    private val turn = Mutex()

    private suspend fun <T> with(work: (SqlDatabase) -> T): T =
        turn.withLock { withContext(Dispatchers.IO) { work(checkNotNull(opened) { "the store is not open" }) } }

    override suspend fun open(): Unit = withContext(Dispatchers.IO) {
        val database = open.invoke()
        opened = database
        val version = database.query("PRAGMA user_version", emptyList()) { it.long(0) ?: 0 }.first()
        check(version <= VERSION) { "the store is of version $version, which is later than this library" }
        if (version < VERSION) {
            database.transaction {
                SCHEMA.forEach { database.execute(it) }
                database.execute("PRAGMA user_version = $VERSION")
            }
        }
    }

    override suspend fun get(table: Table, key: String): String? = with { database ->
        if (table == Table.MESSAGES) database.query("SELECT value FROM message WHERE key = ?", listOf(key)) { it.text(0) }.firstOrNull()
        else database.query("SELECT value FROM record WHERE kind = ? AND key = ?", listOf(table.name, key)) { it.text(0) }.firstOrNull()
    }

    override suspend fun all(table: Table): List<Pair<String, String>> = with { database ->
        val read = { row: SqlRow -> row.text(0)!! to row.text(1)!! }
        if (table == Table.MESSAGES) database.query("SELECT key, value FROM message ORDER BY key", emptyList(), read)
        else database.query("SELECT key, value FROM record WHERE kind = ? ORDER BY key", listOf(table.name), read)
    }

    override suspend fun page(conversation: String, before: Long, size: Int): List<String> = with { database ->
        database.query(
            "SELECT value FROM message WHERE conversation = ? AND created < ? ORDER BY created DESC, key DESC LIMIT ?", listOf(conversation, before, size.toLong()),
        ) { it.text(0)!! }.asReversed()
    }

    override suspend fun oldest(conversation: String): String? = with { database ->
        database.query("SELECT value FROM message WHERE conversation = ? AND created IS NOT NULL ORDER BY created, key LIMIT 1", listOf(conversation)) { it.text(0) }.firstOrNull()
    }

    override suspend fun search(text: String, size: Int): List<String> = with { database ->
        database.query("SELECT value FROM message WHERE instr(folded, ?) > 0 ORDER BY created IS NOT NULL, created DESC LIMIT ?", listOf(text.lowercase(), size.toLong())) { it.text(0)!! }
    }

    override suspend fun write(changes: List<Change>): Unit = with { database ->
        database.transaction { changes.forEach { apply(database, it) } }
    }

    private fun apply(database: SqlDatabase, change: Change) {
        when (change) {
            is Change.Clear -> database.execute("DELETE FROM message WHERE conversation = ? AND created IS NOT NULL", listOf(change.conversation))
            is Change.Remove ->
                if (change.table == Table.MESSAGES) database.execute("DELETE FROM message WHERE key = ?", listOf(change.key))
                else database.execute("DELETE FROM record WHERE kind = ? AND key = ?", listOf(change.table.name, change.key))
            is Change.Put -> {
                val place = change.place
                if (change.table != Table.MESSAGES) database.execute("INSERT OR REPLACE INTO record (kind, key, value) VALUES (?, ?, ?)", listOf(change.table.name, change.key, change.value))
                else database.execute(
                    "INSERT OR REPLACE INTO message (key, conversation, created, folded, value) VALUES (?, ?, ?, ?, ?)",
                    listOf(change.key, requireNotNull(place).conversation, place.created, place.text?.lowercase(), change.value),
                )
            }
        }
    }

    override suspend fun erase(): Unit = with { database ->
        database.transaction {
            database.execute("DELETE FROM message")
            database.execute("DELETE FROM record")
        }
    }

    override suspend fun close(): Unit = withContext(Dispatchers.IO) {
        opened?.close()
        opened = null
    }

    public companion object {
        private const val VERSION = 1

        /** For those who look into it with another tool. The library makes it. */
        @JvmField
        public val SCHEMA: List<String> = listOf(
            "CREATE TABLE record (kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID",
            "CREATE TABLE message (key TEXT NOT NULL PRIMARY KEY, conversation TEXT NOT NULL, created INTEGER, folded TEXT, value TEXT NOT NULL) WITHOUT ROWID",
            "CREATE INDEX message_place ON message (conversation, created, key)",
        )
    }
}
