package actors.messenger.client.store

/** What a store keeps apart. */
public enum class Table { META, CONVERSATIONS, MESSAGES, OUTBOX, PEOPLE, KEYS }

/**
 * Where a message stands.
 *
 * @property created null: the server does not have it yet, and it is on no page
 * @property text what [Store.search] looks in; null while it is sealed
 */
public class Place(public val conversation: String, public val created: Long?, public val text: String?)

/** One change of a write. */
public sealed class Change {
    /**
     * Puts a value, which is JSON text.
     *
     * @property place of a message; null in every other table
     */
    public class Put(public val table: Table, public val key: String, public val value: String, public val place: Place? = null) : Change()

    /** Removes what is there, or nothing. */
    public class Remove(public val table: Table, public val key: String) : Change()

    /** Removes those messages of a conversation that have a `created`. Stands before all other changes of its write. */
    public class Clear(public val conversation: String) : Change()
}

/**
 * The storage port. What must be one transaction stands in docs/clients.md, "The storage contract": the library gives it as one [write].
 *
 * The library writes one thing at a time. Reads may come meanwhile: they see all of a write or nothing of it.
 */
public interface Store {
    /**
     * Before all else.
     *
     * @throws actors.messenger.client.NotAcceptedException when another process has it open (CL-1)
     */
    public suspend fun open()

    public suspend fun get(table: Table, key: String): String?

    /** By key, ascending. */
    public suspend fun all(table: Table): List<Pair<String, String>>

    /** The newest messages with `created` below [before], oldest first. */
    public suspend fun page(conversation: String, before: Long, size: Int): List<String>

    /** Its oldest message that has a `created`. */
    public suspend fun oldest(conversation: String): String?

    /** Messages whose text contains it, without case, newest first. */
    public suspend fun search(text: String, size: Int): List<String>

    /** All or nothing, in order, and on the disk when it returns. */
    public suspend fun write(changes: List<Change>)

    /** Everything. */
    public suspend fun erase()

    public suspend fun close()
}
