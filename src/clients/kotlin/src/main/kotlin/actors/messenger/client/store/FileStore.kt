package actors.messenger.client.store

import actors.messenger.client.NotAcceptedException
import actors.messenger.client.json
import actors.messenger.client.long
import actors.messenger.client.need
import actors.messenger.client.text
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import org.json.JSONArray
import org.json.JSONObject
import java.io.File
import java.io.IOException
import java.io.RandomAccessFile
import java.nio.ByteBuffer
import java.nio.channels.FileChannel
import java.nio.channels.FileLock
import java.nio.channels.OverlappingFileLockException
import java.nio.file.Files
import java.nio.file.StandardCopyOption
import java.nio.file.StandardOpenOption
import java.util.zip.CRC32

/**
 * A store in a folder: everything is in memory, and each write is one line of a journal that is on the disk before it counts. A line begins with its checksum: one that was
 * torn by a crash is the end of the journal, so that a write is there whole or not at all. For a history of some ten thousand messages; [SqliteStore] is for more.
 *
 * The folder holds messages as they are read, unencrypted: it is as safe as the device. Private keys are in it only under the passphrase.
 */
public class FileStore(private val folder: File) : MemoryStore() {
    private val path = File(folder, "journal")
    private var lock: FileLock? = null
    private var journal: FileChannel? = null
    private var writes = 0

    override suspend fun open(): Unit = withContext(Dispatchers.IO) {
        Files.createDirectories(folder.toPath())
        lock()
        val good = read()
        val channel = FileChannel.open(path.toPath(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)
        journal = channel
        channel.truncate(good)
        channel.position(good)
        if (writes > COMPACT) compact()
    }

    /** One process at a time (CL-1). The system releases it when the process ends, however that happens. */
    private fun lock() {
        val file = RandomAccessFile(File(folder, "lock"), "rw").channel
        lock = try {
            file.tryLock()
        } catch (_: OverlappingFileLockException) {
            null
        }
        if (lock == null) {
            file.close()
            throw NotAcceptedException("$folder is in use already")
        }
    }

    /** Gives the length of what is whole. */
    private fun read(): Long {
        if (!path.exists()) return 0
        val bytes = path.readBytes()
        var at = 0
        while (at < bytes.size) {
            val end = (at until bytes.size).firstOrNull { bytes[it] == LINE_FEED } ?: break
            val line = String(bytes, at, end - at, Charsets.UTF_8)
            val changes = changesOf(line)
            if (changes == null) {
                // Only the write that a crash cut short may be torn, and nothing was written after it.
                if ((end + 1 until bytes.size).any { bytes[it] == LINE_FEED }) throw IOException("$path is damaged at byte $at")
                break
            }
            apply(changes)
            writes++
            at = end + 1
        }
        return at.toLong()
    }

    override suspend fun write(changes: List<Change>) {
        withContext(Dispatchers.IO) {
            if (writes >= COMPACT && writes > 2 * everything().size) compact()
            append(journal ?: throw NotAcceptedException("the store is closed"), changes)
        }
        apply(changes)
    }

    private fun append(channel: FileChannel, changes: List<Change>) {
        val before = channel.position()
        try {
            put(channel, changes)
            channel.force(false)
        } catch (fault: IOException) {
            // What failed is no part of the journal: the next write must not stand behind half a line.
            channel.truncate(before)
            channel.position(before)
            throw fault
        }
        writes++
    }

    private fun put(channel: FileChannel, changes: List<Change>) {
        val buffer = ByteBuffer.wrap(lineOf(changes).toByteArray())
        while (buffer.hasRemaining()) channel.write(buffer)
    }

    /** Writes the journal again without what was replaced. Whole or not at all: the new one takes the old one's name when it is on the disk. */
    private fun compact() {
        val next = File(folder, "journal.new")
        val channel = FileChannel.open(next.toPath(), StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)
        val all = everything()
        all.chunked(CHANGES_A_LINE).forEach { put(channel, it) }
        channel.force(true)
        Files.move(next.toPath(), path.toPath(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING)
        journal?.close()
        journal = channel
        writes = all.size / CHANGES_A_LINE
    }

    override suspend fun erase() {
        super.erase()
        withContext(Dispatchers.IO) { compact() }
    }

    override suspend fun close(): Unit = withContext(Dispatchers.IO) {
        journal?.close()
        journal = null
        lock?.acquiredBy()?.close()
        lock = null
    }

    private companion object {
        const val LINE_FEED = '\n'.code.toByte()

        /** Writes after which it is worth looking whether most of the journal was replaced. */
        const val COMPACT = 10_000
        const val CHANGES_A_LINE = 100

        fun lineOf(changes: List<Change>): String {
            val text = JSONArray(
                changes.map { change ->
                    when (change) {
                        is Change.Clear -> json("clear" to change.conversation)
                        is Change.Remove -> json("table" to change.table.name, "key" to change.key)
                        is Change.Put -> json("table" to change.table.name, "key" to change.key, "value" to change.value).also { made ->
                            change.place?.let { made.put("place", json("conversation" to it.conversation, "created" to it.created, "text" to it.text)) }
                        }
                    }
                },
            ).toString()
            return "${checksum(text)} $text\n"
        }

        /** Null: it is torn. */
        fun changesOf(line: String): List<Change>? {
            val text = line.substringAfter(' ', "")
            if (line.substringBefore(' ') != checksum(text)) return null
            val all = JSONArray(text)
            return List(all.length()) { changeOf(all.getJSONObject(it)) }
        }

        private fun changeOf(stored: JSONObject): Change {
            stored.text("clear")?.let { return Change.Clear(it) }
            val (table, key) = Table.valueOf(stored.need("table")) to stored.need("key")
            val value = stored.text("value") ?: return Change.Remove(table, key)
            val place = stored.optJSONObject("place")?.let { Place(it.need("conversation"), it.long("created"), it.text("text")) }
            return Change.Put(table, key, value, place)
        }

        private fun checksum(text: String): String = "%08x".format(CRC32().apply { update(text.toByteArray()) }.value)
    }
}
