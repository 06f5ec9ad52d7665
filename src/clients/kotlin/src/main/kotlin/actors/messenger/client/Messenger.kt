package actors.messenger.client

import actors.messenger.client.store.MemoryStore
import actors.messenger.client.store.Store
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.cancel
import kotlinx.coroutines.channels.BufferOverflow
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.channels.awaitClose
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableSharedFlow
import kotlinx.coroutines.flow.SharedFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asSharedFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.buffer
import kotlinx.coroutines.flow.callbackFlow
import kotlinx.coroutines.flow.flowOn
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.launch
import org.json.JSONObject
import java.io.File
import kotlin.random.Random

/**
 * What a [Messenger] is made of.
 *
 * @property url of the WebSocket, such as `wss://example.org/ws`
 * @property files a folder of one's own, where files wait until they are sent
 * @property vault where the opened private key is kept between two starts; null: nowhere
 * @property applicationType the client's word for its kind: the server chooses the push provider by it
 * @property model shown on the list of devices
 * @property trace every frame, for developers: bodies in it are ciphertext, credentials are not
 */
public class Options @JvmOverloads constructor(
    public val url: String,
    public val store: Store = MemoryStore(),
    public val files: File = File(System.getProperty("java.io.tmpdir"), "messenger-outgoing"),
    public val vault: KeyVault? = null,
    public val applicationType: String = "android",
    public val model: String? = null,
    public val transport: Transport = OkHttpTransport(),
    public val clock: Clock = Clock.Platform,
    public val random: () -> Double = { Random.nextDouble() },
    public val trace: ((sent: Boolean, frame: String) -> Unit)? = null,
)

/**
 * A device of one person: the face of the library. What each part promises stands in docs/clients.md. One for each account and process (CL-1).
 *
 * All functions may be called from any thread; none blocks it.
 */
public class Messenger(options: Options) {
    private val data = Model(options.store)
    private val core = Core(data, options.transport, options.clock, options.random, options.files, options.trace)
    private val shown = MutableSharedFlow<Event>(extraBufferCapacity = EVENTS, onBufferOverflow = BufferOverflow.DROP_OLDEST)
    private val supervisor: Supervisor = Supervisor(core, Live(options.url))
    private val request: Ask = { type, payload -> supervisor.ask(type, payload) }

    /** Registration, keys, devices. */
    public val account: Account = Account(core, request, options)
    private val trust = Trust(data, request) { account.pair }
    private val keys = Keys(core, request, { account.pair }, trust)

    /** Files of messages. */
    public val transfer: Transfer = Transfer(core, options.url.replaceFirst("ws", "http").removeSuffix("/ws"), keys, { supervisor.connected() }, request)
    private val followup = Followup(core, request, keys) { account.isUnlocked }
    private val senders = Senders(core, supervisor, keys, transfer)
    private val outbox = Outbox(core, senders::send, senders::failed) { account.isUnlocked }
    private val inbox = Inbox(core, ::follow, ::told)
    private val sync = Sync(data)

    /** Contacts, names, safety numbers. */
    public val people: People = People(core, request, account, trust, transfer)

    /** Conversations, messages, groups. */
    public val talk: Talk = Talk(core, request, account, trust, keys) { outbox.run() }

    init {
        account.unlocked = {
            followup.lookThrough()
            outbox.run()
        }
        data.listen { shown.tryEmit(it) }
    }

    private inner class Live(override val url: String) : Session {
        override fun login() = Login(data.me, data.profile?.uuid ?: "", data.cursor)

        override fun take(notification: Notification, connection: Connection) = inbox.take(notification, connection)

        override suspend fun synchronise(connection: Connection) = sync.synchronise(connection)

        override fun begin() {
            inbox.begin()
            outbox.run()
            followup.run()
        }

        override fun hold() = inbox.hold()
    }

    /** Where the connection stands. */
    public val state: StateFlow<ConnectionState> = supervisor.state.asStateFlow()

    /** What happens. A collector that is more than 1 024 events behind loses the oldest. */
    public val events: SharedFlow<Event> = shown.asSharedFlow()

    /** This person's user id; empty before a code was asked for. */
    public val me: String get() = data.me

    /** Reads what is stored. To be called once, before all else. */
    public suspend fun open(): Messenger = core.turn {
        data.open()
        val kept = data.outbox.values.flatMap { if (it is Entry.Write) it.files else if (it is Entry.Upload) listOf(it.file) else emptyList() }.map { core.outgoing(it.id).name }.toSet()
        // Copied for a message that was never accepted, or sent already when the process ended.
        core.io { core.files.listFiles()?.filter { it.name !in kept }?.forEach { it.delete() } }
        account.restore()
        if (account.isUnlocked) followup.lookThrough()
        this
    }

    /** Connects and stays connected. The device must be registered: [Account.requestCode], [Account.confirm]. */
    public suspend fun start(): Unit = core.turn {
        if (!account.isRegistered) throw EndedException("this device is not registered")
        supervisor.start()
    }

    /** Closes the connection. What waits to be sent waits on; [start] goes on. */
    public suspend fun stop(): Unit = core.turn {
        supervisor.stop()
        inbox.hold()
    }

    /** Stops, and closes the store. The last call. */
    public suspend fun close() {
        core.turn {
            supervisor.stop()
            inbox.hold()
            data.close() // after what was under way
        }
        core.scope.cancel()
    }

    /** Any request of the protocol, over as many connections as it takes, at most a minute. */
    @JvmOverloads
    public suspend fun ask(type: String, payload: JSONObject = JSONObject()): JSONObject = core.turn { request(type, payload) }

    /** Completes when the server can be spoken to. */
    public suspend fun connected(): Unit = core.turn { supervisor.connected() }

    /** All conversations, the newest first, whenever they change. */
    public fun conversations(): Flow<List<Conversation>> = signals { it is Event.Conversations }
        .map { data.conversations.values.sortedByDescending { it.lastMessage } }.flowOn(core.dispatcher)

    /** One of them, as it is now. */
    public suspend fun conversation(key: String): Conversation? = core.turn { data.conversations[lower(key)] }

    /** The newest [size] messages of a conversation, oldest first, whenever they change. */
    @JvmOverloads
    public fun messages(conversation: String, size: Int = PAGE): Flow<List<Message>> {
        val key = lower(conversation)
        return signals { (it is Event.Messages && it.conversation == key) || (it is Event.Conversations && key in it.keys) }.map { newest(key, size) }.flowOn(core.dispatcher)
    }

    /** Stored messages before a time, oldest first. Those that are not stored yet are fetched by [older]. */
    @JvmOverloads
    public suspend fun messagesBefore(conversation: String, before: Long, size: Int = PAGE): List<Message> = core.turn { data.page(lower(conversation), before, size) }

    /** One's own that the server does not have yet stand at the end (CL-24). */
    private suspend fun newest(key: String, size: Int): List<Message> {
        val page = data.page(key, Long.MAX_VALUE, size)
        val failed = data.conversations[key]?.failed.orEmpty().mapNotNull { data.message(it) }
        val pending = data.outbox.values.filterIsInstance<Entry.Write>().filter { it.lane == key }.mapNotNull { data.message(it.message) }.filter { it.created == null }
        return page + failed + pending
    }

    /** Whenever something of it happened, and once at first. Several that come together are one. */
    private fun signals(of: (Event) -> Boolean): Flow<Unit> = callbackFlow {
        val end = data.listen { if (of(it)) trySend(Unit) }
        send(Unit)
        awaitClose(end)
    }.buffer(Channel.CONFLATED)

    /** Fetches the page before what is stored. Gives whether there may be more. */
    public suspend fun older(conversation: String): Boolean = core.turn { sync.older(request, lower(conversation)) }

    /** What is on the screen, as the server has it now (CL-33). */
    public suspend fun refresh(conversation: String, shown: List<Message>): Unit = core.turn { sync.refresh(request, lower(conversation), shown) }

    /** Messages that are stored here and contain it, newest first. */
    @JvmOverloads
    public suspend fun search(text: String, size: Int = PAGE): List<Message> = core.turn { if (text.isBlank()) emptyList() else data.search(text.trim(), size) }

    /** The network is back, or the application came to the foreground (CL-5). */
    public suspend fun wake(): Unit = core.turn { supervisor.wake() }

    /** The network is known to be gone: what is unanswered waits for the next connection. */
    public suspend fun cut(reason: String): Unit = core.turn { supervisor.cut(reason) }

    /** How much waits to be sent. */
    public suspend fun waiting(): Int = core.turn { data.outbox.size }

    /**
     * Completes when the device is online and nothing waits: what came is stored, opened where there are keys, and acknowledged, and what was written is answered. What cannot be
     * sealed while the keys are locked waits on.
     *
     * @throws EndedException when the connection ends for good ([ConnectionState.Replaced], [ConnectionState.Refused])
     */
    public suspend fun settled(): Unit = core.turn {
        val done = CompletableDeferred<Unit>()
        fun look() {
            val now = state.value
            if (now is ConnectionState.Replaced || now is ConnectionState.Refused) done.completeExceptionally(EndedException("the client is $now"))
            else if (now is ConnectionState.Online && inbox.isDone && followup.isDone && data.outbox.values.none { outbox.canSend(it) }) done.complete(Unit)
        }
        val end = data.listen { look() }
        try {
            look()
            done.await()
        } finally {
            end()
        }
    }

    /** Signs this device out: the server forgets it, and everything here is erased. */
    public suspend fun signOut(): Unit = core.turn {
        try {
            request("RequestDeleteApplication", json("uuid" to data.profile?.uuid))
        } catch (_: ConnectionLostException) {
            // Its connection is closed by its own deletion: that is the answer, too.
        } catch (_: EndedException) {
            // And so it is when the server has closed for good.
        }
        erase()
    }

    /** Forgets everything on this device (CL-4). */
    public suspend fun erase(): Unit = core.turn {
        supervisor.stop()
        inbox.hold()
        keys.forget()
        data.erase()
        account.forget()
        core.io { core.files.listFiles()?.forEach { it.delete() } }
    }

    private fun follow(wanted: Wanted) {
        followup.want(wanted)
        outbox.run()
        if (wanted.contacts) background("contacts") { people.contacts() }
        if (wanted.people.isNotEmpty() && account.isUnlocked) background("public keys") { trust.current(wanted.people) }
    }

    /** What failed for want of a connection comes again by itself; anything else is told. */
    private fun background(what: String, work: suspend () -> Unit) {
        core.scope.launch {
            try {
                work()
            } catch (_: ConnectionLostException) {
                // The next login brings it again.
            } catch (_: EndedException) {
                // So does the next start.
            } catch (fault: MessengerException) {
                data.emit(Event.Fault(what, fault))
            }
        }
    }

    private fun told(notification: Notification) {
        val payload = notification.payload
        when (notification.type) {
            "NotificationTyping" -> data.emit(Event.Typing(lower(payload.text("conversationUuid") ?: ""), payload.text("userId") ?: ""))
            "AuthenticationByApplicationNotification" -> data.emit(Event.DeviceAdded(payload.child("application") ?: JSONObject()))
            "NotificationConversationLeaved" -> keys.somebodyWent(lower(payload.text("uuid") ?: ""))
        }
    }

    private companion object {
        const val EVENTS = 1_024
        const val PAGE = 50
    }
}
