package actors.messenger.client

import actors.messenger.client.store.Change
import actors.messenger.client.store.Place
import actors.messenger.client.store.Store
import actors.messenger.client.store.Table
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import kotlinx.coroutines.withContext
import org.json.JSONObject

/** Of one write: reads see what it has changed already. Its records become text when it is written. */
internal class Transaction(val model: Model) {
    /** In the order of their first change. A null value removes. */
    val changes = LinkedHashMap<Pair<Table, String>, Any?>()
    val conversations = LinkedHashSet<String>()
    val messages = LinkedHashMap<String, MutableSet<String>>()
    val cleared = LinkedHashSet<String>()

    /** Run when it was written, and not when it failed. */
    val afterwards = ArrayList<() -> Unit>()

    fun put(table: Table, key: String, value: Any) {
        changes[table to key] = value
    }

    fun remove(table: Table, key: String) {
        changes[table to key] = null
    }

    fun conversation(key: String): Conversation? {
        val at = Table.CONVERSATIONS to key
        return if (at in changes) changes[at] as Conversation? else model.conversations[key]
    }

    fun putConversation(conversation: Conversation) {
        put(Table.CONVERSATIONS, conversation.key, conversation)
        conversations += conversation.key
    }

    fun patch(key: String, change: Conversation.() -> Conversation) {
        conversation(key)?.let { putConversation(it.change()) }
    }

    /** With its messages, and what waits to be sent there. */
    fun removeConversation(key: String) {
        remove(Table.CONVERSATIONS, key)
        clear(key)
        for (entry in model.outbox.values) {
            if (entry.lane != key) continue
            removeEntry(entry.id)
            if (entry is Entry.Write) remove(Table.MESSAGES, entry.message)
        }
        conversations += key
    }

    fun clear(key: String) {
        cleared += key
    }

    suspend fun message(key: String): Message? {
        val at = Table.MESSAGES to key
        return if (at in changes) changes[at] as Message? else model.message(key)
    }

    fun putMessage(message: Message) {
        put(Table.MESSAGES, message.key, message)
        messages.getOrPut(message.conversation) { LinkedHashSet() } += message.key
    }

    fun removeMessage(message: Message) {
        remove(Table.MESSAGES, message.key)
        messages.getOrPut(message.conversation) { LinkedHashSet() } += message.key
    }

    fun putEntry(entry: Entry): Unit = put(Table.OUTBOX, entry.id, entry)

    fun removeEntry(id: String): Unit = remove(Table.OUTBOX, id)

    fun entry(id: String): Entry? {
        val at = Table.OUTBOX to id
        return if (at in changes) changes[at] as Entry? else model.outbox[id]
    }

    fun putPerson(person: Person): Unit = put(Table.PEOPLE, person.userId, person)

    fun person(userId: String): Person = changes[Table.PEOPLE to userId] as Person? ?: model.people[userId] ?: Person(userId)

    fun putProfile(profile: Profile): Unit = put(Table.META, PROFILE, profile)

    fun putCursor(cursor: String): Unit = put(Table.META, CURSOR, cursor)

    /** What is cleared comes first: messages of the same write stay. */
    fun toChanges(): List<Change> = cleared.map { Change.Clear(it) } + changes.map { (at, value) ->
        val (table, key) = at
        when (value) {
            null -> Change.Remove(table, key)
            is Message -> Change.Put(table, key, value.toJson().toString(), Place(value.conversation, value.created, value.text))
            is Conversation -> Change.Put(table, key, value.toJson().toString())
            is Entry -> Change.Put(table, key, value.toJson().toString())
            is Person -> Change.Put(table, key, value.toJson().toString())
            is Profile -> Change.Put(table, key, value.toJson().toString())
            is JSONObject -> Change.Put(table, key, value.toString())
            else -> Change.Put(table, key, value as String)
        }
    }

    companion object {
        const val PROFILE = "profile"
        const val CURSOR = "cursor"
    }
}

/**
 * What the device knows: conversations, people and the profile in memory, everything in the store. Changed by transactions, one at a time.
 * All of it is used on the client's one thread ([Core]): what is read between two suspensions belongs together.
 */
internal class Model(private val store: Store) {
    val conversations = HashMap<String, Conversation>()
    val people = HashMap<String, Person>()

    /** In order. */
    val outbox = LinkedHashMap<String, Entry>()
    var profile: Profile? = null
        private set
    var cursor: String? = null
        private set
    private var order = 0L
    private val turn = Mutex()
    private val listeners = ArrayList<(Event) -> Unit>()

    val me: String get() = profile?.userId ?: ""

    suspend fun open() {
        store.open()
        load()
    }

    suspend fun load() {
        conversations.clear()
        store.all(Table.CONVERSATIONS).associateTo(conversations) { (key, value) -> key to Conversation.of(JSONObject(value)) }
        people.clear()
        store.all(Table.PEOPLE).associateTo(people) { (key, value) -> key to Person.of(JSONObject(value)) }
        outbox.clear()
        store.all(Table.OUTBOX).associateTo(outbox) { (key, value) -> key to Entry.of(JSONObject(value)) }
        profile = store.get(Table.META, Transaction.PROFILE)?.let { Profile.of(JSONObject(it)) }
        cursor = store.get(Table.META, Transaction.CURSOR)
        order = outbox.keys.maxOfOrNull { it.toLongOrNull() ?: 0 } ?: 0
    }

    /** In the order in which it is asked for; its text sorts so too. */
    fun nextId(): String = (++order).toString().padStart(ID_DIGITS, '0')

    suspend fun message(key: String): Message? = store.get(Table.MESSAGES, key)?.let { Message.of(JSONObject(it)) }

    suspend fun page(conversation: String, before: Long, size: Int): List<Message> = store.page(conversation, before, size).map { Message.of(JSONObject(it)) }

    suspend fun oldest(conversation: String): Message? = store.oldest(conversation)?.let { Message.of(JSONObject(it)) }

    suspend fun search(text: String, size: Int): List<Message> = store.search(text, size).map { Message.of(JSONObject(it)) }

    suspend fun key(name: String): JSONObject? = store.get(Table.KEYS, name)?.let { JSONObject(it) }

    fun listen(listener: (Event) -> Unit): () -> Unit {
        listeners += listener
        return { listeners -= listener }
    }

    fun emit(event: Event) {
        for (listener in listeners.toList()) listener(event)
    }

    /**
     * Reads, decides and writes, with no other change between. No network inside: the next change waits. Whoever asked may be cancelled meanwhile: the change is made all the
     * same, so that memory and store stay equal.
     */
    suspend fun <T> change(work: suspend (Transaction) -> T): T = withContext(NonCancellable) {
        turn.withLock {
            val transaction = Transaction(this@Model)
            val value = work(transaction)
            if (transaction.changes.isNotEmpty() || transaction.cleared.isNotEmpty()) {
                store.write(transaction.toChanges())
                remember(transaction)
                transaction.afterwards.forEach { it() }
                tell(transaction)
            }
            value
        }
    }

    /** Forgets everything; nothing is written meanwhile. */
    suspend fun erase(): Unit = withContext(NonCancellable) {
        turn.withLock {
            store.erase()
            load()
        }
    }

    suspend fun close(): Unit = withContext(NonCancellable) { turn.withLock { store.close() } }

    private fun remember(transaction: Transaction) {
        for ((at, value) in transaction.changes) {
            val (table, key) = at
            when (table) {
                Table.CONVERSATIONS -> if (value == null) conversations.remove(key) else conversations[key] = value as Conversation
                Table.PEOPLE -> if (value == null) people.remove(key) else people[key] = value as Person
                Table.OUTBOX -> if (value == null) outbox.remove(key) else outbox[key] = value as Entry
                Table.META -> if (key == Transaction.PROFILE) profile = value as Profile? else if (key == Transaction.CURSOR) cursor = value as String?
                Table.MESSAGES, Table.KEYS -> {}
            }
        }
    }

    private fun tell(transaction: Transaction) {
        for (conversation in transaction.cleared) emit(Event.Messages(conversation, null))
        for ((conversation, keys) in transaction.messages) emit(Event.Messages(conversation, keys))
        if (transaction.conversations.isNotEmpty()) emit(Event.Conversations(transaction.conversations))
        if (transaction.changes.keys.any { it.first == Table.OUTBOX }) emit(Event.State) // whoever waits until nothing waits looks again
    }

    private companion object {
        const val ID_DIGITS = 12
    }
}
