import actors.messenger.client.NotAcceptedException
import actors.messenger.client.store.Change
import actors.messenger.client.store.FileStore
import actors.messenger.client.store.MemoryStore
import actors.messenger.client.store.Place
import actors.messenger.client.store.SqlDatabase
import actors.messenger.client.store.SqlRow
import actors.messenger.client.store.SqliteStore
import actors.messenger.client.store.Store
import actors.messenger.client.store.Table
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.io.TempDir
import java.io.File
import java.io.IOException
import java.sql.Connection
import java.sql.DriverManager
import java.sql.PreparedStatement
import java.sql.ResultSet
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertNotNull
import kotlin.test.assertNull

/** The adapter of docs/android.md, for JDBC. */
internal class JdbcDatabase(path: File) : SqlDatabase {
    private val connection: Connection = DriverManager.getConnection("jdbc:sqlite:$path")

    private fun <T> prepared(sql: String, arguments: List<Any?>, work: (PreparedStatement) -> T): T = connection.prepareStatement(sql).use { statement ->
        arguments.forEachIndexed { at, value -> statement.setObject(at + 1, value) }
        work(statement)
    }

    override fun execute(sql: String, arguments: List<Any?>) {
        prepared(sql, arguments) { it.execute() }
    }

    override fun <T> query(sql: String, arguments: List<Any?>, read: (SqlRow) -> T): List<T> = prepared(sql, arguments) { statement ->
        statement.executeQuery().use { rows ->
            val row = Row(rows)
            val found = ArrayList<T>()
            while (rows.next()) found += read(row)
            found
        }
    }

    private class Row(private val rows: ResultSet) : SqlRow {
        override fun text(column: Int): String? = rows.getString(column + 1)

        override fun long(column: Int): Long? = rows.getLong(column + 1).takeUnless { rows.wasNull() }
    }

    override fun transaction(work: () -> Unit) {
        connection.autoCommit = false
        try {
            work()
            connection.commit()
        } catch (fault: Throwable) {
            connection.rollback()
            throw fault
        } finally {
            connection.autoCommit = true
        }
    }

    override fun close() = connection.close()
}

internal class StoresTest {
    @TempDir
    lateinit var folder: File

    private fun put(key: String, conversation: String, created: Long?) = Change.Put(Table.MESSAGES, key, "{\"is\":\"$key\"}", Place(conversation, created, "Text $key"))

    private fun List<String>.keys() = map { it.removePrefix("{\"is\":\"").removeSuffix("\"}") }

    private suspend fun keepsItsContract(store: Store) {
        store.open()
        store.write(listOf(put("b", "x", 2), put("a", "x", 1), put("c", "x", 3), put("p", "x", null), put("o", "y", 9)))
        assertEquals(listOf("b", "c"), store.page("x", Long.MAX_VALUE, 2).keys())
        assertEquals(listOf("a"), store.page("x", 2, 10).keys())
        assertEquals("a", listOfNotNull(store.oldest("x")).keys().single())
        assertNull(store.oldest("nowhere"))
        store.write(listOf(put("p", "x", 4)))
        assertEquals(listOf("a", "b", "c", "p"), store.page("x", Long.MAX_VALUE, 10).keys(), "it has a place now")
        store.write(listOf(put("a", "x", 1)))
        assertEquals(listOf("a", "b", "c", "p"), store.page("x", Long.MAX_VALUE, 10).keys(), "once, however often it is put")
        assertEquals(listOf("o"), store.search("tEXT O", 5).keys())
        store.write(listOf(Change.Clear("x"), put("q", "x", null), put("n", "x", 7)))
        assertEquals(listOf("n"), store.page("x", Long.MAX_VALUE, 10).keys(), "what the server has was cleared, before what was written")
        store.write(listOf(Change.Clear("x")))
        assertNotNull(store.get(Table.MESSAGES, "q"), "what it does not have stays")
        store.write(listOf(Change.Remove(Table.MESSAGES, "q"), Change.Put(Table.OUTBOX, "2", "two"), Change.Put(Table.OUTBOX, "1", "one"), Change.Put(Table.META, "cursor", "c1")))
        assertNull(store.get(Table.MESSAGES, "q"))
        assertEquals(listOf("1" to "one", "2" to "two"), store.all(Table.OUTBOX))
        assertEquals("c1", store.get(Table.META, "cursor"))
    }

    @Test
    fun `the memory keeps the storage contract`() = runBlocking { keepsItsContract(MemoryStore()) }

    @Test
    fun `the file keeps it, over a restart and a torn write`() = runBlocking {
        val first = FileStore(folder)
        keepsItsContract(first)
        assertFailsWith<NotAcceptedException>("one at a time (CL-1)") { FileStore(folder).open() }
        first.close()
        val journal = File(folder, "journal")
        for (torn in listOf("0000", "00000000 [{\"table\":\"META\",\"key\":\"cursor\",\"value\":\"c2\"}]\n")) {
            // A crash in the middle of a line: that write never was.
            journal.appendText(torn)
            val next = FileStore(folder)
            next.open()
            assertEquals("c1", next.get(Table.META, "cursor"))
            assertEquals(listOf("o"), next.page("y", Long.MAX_VALUE, 5).keys())
            next.write(listOf(Change.Put(Table.META, "after", torn.take(4))))
            next.close()
        }
        val last = FileStore(folder)
        last.open()
        assertEquals("0000", last.get(Table.META, "after"), "what is written after a torn line is read again")
        last.close()
        val text = journal.readText()
        journal.writeText(text.replaceFirst("Text b", "Text B"))
        assertFailsWith<IOException>("damage in the middle is no crash, and is told") { FileStore(folder).open() }
        Unit
    }

    @Test
    fun `a file that is written again without what was replaced is the same`() = runBlocking {
        val store = FileStore(folder)
        store.open()
        store.write(listOf(put("a", "x", 1)))
        store.write(listOf(Change.Put(Table.META, "cursor", "c0")))
        val before = File(folder, "journal").length()
        store.erase()
        store.write(listOf(put("b", "x", 2)))
        store.close()
        assert(File(folder, "journal").length() < before)
        val again = FileStore(folder)
        again.open()
        assertNull(again.get(Table.META, "cursor"))
        assertEquals(listOf("b"), again.page("x", Long.MAX_VALUE, 5).keys())
        again.close()
    }

    @Test
    fun `SQLite keeps it, and a write that fails changes nothing`() = runBlocking {
        val path = File(folder, "store.db")
        val first = SqliteStore { JdbcDatabase(path) }
        keepsItsContract(first)
        assertFailsWith<Exception> { first.write(listOf(Change.Put(Table.META, "cursor", "c2"), Change.Put(Table.MESSAGES, "m", "no place"))) }
        assertEquals("c1", first.get(Table.META, "cursor"))
        first.close()
        val second = SqliteStore { JdbcDatabase(path) }
        second.open()
        assertEquals("c1", second.get(Table.META, "cursor"))
        second.erase()
        assertNull(second.get(Table.META, "cursor"))
        second.close()
    }
}
