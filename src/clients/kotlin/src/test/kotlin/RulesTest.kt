import actors.messenger.client.Backoff
import actors.messenger.client.Clock
import actors.messenger.client.ConnectionState
import actors.messenger.client.Core
import actors.messenger.client.Ending
import actors.messenger.client.Entry
import actors.messenger.client.Event
import actors.messenger.client.Inbox
import actors.messenger.client.HttpRequest
import actors.messenger.client.HttpResponse
import actors.messenger.client.Conversation
import actors.messenger.client.Message
import actors.messenger.client.MessageState
import actors.messenger.client.Messenger
import actors.messenger.client.Model
import actors.messenger.client.NotAcceptedException
import actors.messenger.client.Notification
import actors.messenger.client.Options
import actors.messenger.client.Outbox
import actors.messenger.client.Profile
import actors.messenger.client.RefusedException
import actors.messenger.client.Socket
import actors.messenger.client.SocketListener
import actors.messenger.client.SyncResult
import actors.messenger.client.Transport
import actors.messenger.client.Connection
import actors.messenger.client.json
import actors.messenger.client.rest
import actors.messenger.client.store.Change
import actors.messenger.client.store.MemoryStore
import actors.messenger.client.store.Place
import actors.messenger.client.store.Store
import actors.messenger.client.store.Table
import actors.messenger.client.syncOnce
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.json.JSONObject
import java.io.File
import java.io.IOException
import java.util.concurrent.CopyOnWriteArrayList
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertNull
import kotlin.test.assertTrue

/** Rules of docs/clients.md that need no server: pauses, and the library against a server that misbehaves on purpose. */
internal class RulesTest {
    /** Pauses are short, deadlines are far. */
    private object Hurried : Clock {
        override fun now(): Long = Clock.Platform.now()

        override suspend fun sleep(milliseconds: Long): Unit = delay(if (milliseconds >= 10_000) milliseconds else minOf(milliseconds, 2))
    }

    /** What a server does: a status for the login, and a code that it closes with. */
    private class Step(val status: String = "ok", val close: Int? = null, val description: String? = null)

    /** A server that goes through a script, one step a connection, and answers every other request with ok. */
    private class Scripted(private vararg val script: Step) : Transport {
        val opened = CopyOnWriteArrayList<SocketListener>()
        val asked = CopyOnWriteArrayList<String>()

        override fun connect(url: String, protocol: String, listener: SocketListener): Socket {
            val step = script[minOf(opened.size, script.size - 1)]
            opened += listener
            Thread { listener.onOpen() }.start()
            return object : Socket {
                override fun send(frame: String): Boolean {
                    val request = JSONObject(frame)
                    asked += request.getString("type")
                    val isLogin = request.getString("type") == "RequestAuthenticationByApplication"
                    val payload = json("requestType" to request.getString("type"), "status" to if (isLogin) step.status else "ok", "description" to step.description)
                    Thread {
                        listener.onFrame(json("type" to "ResponseStatusMessage", "id" to request.getString("id"), "payload" to payload).toString())
                        step.close?.let { listener.onEnd(it, "") }
                    }.start()
                    return true
                }

                override fun close() {}

                override fun cancel() {}
            }
        }

        override fun send(request: HttpRequest): HttpResponse = throw IOException("there is no HTTP here")
    }

    private fun ending(code: Int, reason: String = "", fault: Throwable? = null) = Ending(code, reason, fault)

    @Test
    fun `CL-3 and CL-4 pauses`() {
        assertEquals(listOf<Long?>(1_000, 2_000, 4_000, 60_000, 60_000), listOf(0, 1, 2, 6, 20).map { Backoff.pauseAfter(ending(1006), it, 1.0) })
        assertEquals(0, Backoff.pauseAfter(ending(1006), 3, 0.0))
        assertEquals(750, Backoff.pauseAfter(ending(1001, "reconnect-after-ms=750"), 5, 1.0))
        assertEquals(300_000, Backoff.pauseAfter(ending(1001, "reconnect-after-ms=86400000"), 0, 1.0))
        assertEquals(0, Backoff.pauseAfter(ending(1012), 0, 1.0))
        assertTrue(Backoff.pauseAfter(ending(1012), 1, 1.0)!! > 0, "not in a tight loop")
        assertEquals(7_000, Backoff.pauseAfter(ending(1006, fault = RefusedException("Login", "unavailable", "queue; try again in 7 s")), 9, 1.0))
        for (final in listOf(ending(4001), ending(4003), ending(1006, fault = RefusedException("Login", "unauthenticated", null)))) assertNull(Backoff.pauseAfter(final, 0, 1.0))
    }

    private fun core(store: Store) = Core(Model(store), Scripted(Step()), Hurried, { 1.0 }, File("."), null)

    @Test
    fun `CL-16 a full outbox accepts nothing and drops nothing`() = runBlocking {
        val core = core(MemoryStore())
        core.model.open()
        suspend fun accept() = core.model.change { Outbox.accept(it, Entry.Rekey(core.model.nextId(), "x", "x")) }
        repeat(Outbox.BOUND) { accept() }
        assertFailsWith<NotAcceptedException> { accept() }
        assertEquals(Outbox.BOUND, core.model.outbox.size)
    }

    @Test
    fun `CL-12 and CL-14 entries of one conversation keep their order, whatever is unavailable`() = runBlocking {
        val core = core(MemoryStore())
        core.model.open()
        val sent = ArrayList<String>()
        var trouble = 2
        val outbox = Outbox(
            core,
            { entry ->
                if (entry.id.endsWith("2") && trouble-- > 0) throw RefusedException("Request", "unavailable", null)
                sent += entry.id.takeLast(1)
                val effect: suspend (actors.messenger.client.Transaction) -> Unit = {}
                effect
            },
            { entry, fault -> throw AssertionError("$entry failed", fault) },
        )
        core.turn {
            repeat(4) { core.model.change { Outbox.accept(it, Entry.Rekey(core.model.nextId(), "x", "x")) } }
            outbox.run()
            outbox.run()
        }
        eventually { core.model.outbox.isEmpty() }
        assertEquals(listOf("1", "2", "3", "4"), sent)
    }

    private suspend fun eventually(condition: suspend () -> Boolean) = withTimeout(30_000) { while (!condition()) delay(5) }

    private fun arrived(uuid: String, created: Long) = Notification(
        "NotificationAddedMessageToConversation", "c$created",
        json(
            "message" to json(
                "uuid" to uuid, "conversationUuid" to "X", "sessionKeyUuid" to "k", "userId" to "bob", "created" to created, "bodyEncryptedBase64" to "AAAA", "ivBase64" to "AAAA",
                "hasFiles" to false, "isEvent" to false, "deleted" to false,
            ),
        ),
    )

    @Test
    fun `CL-20 a cursor is stored with its effect, or neither is`() = runBlocking {
        class Failing : MemoryStore() {
            var failing = false

            override suspend fun write(changes: List<Change>) = if (failing) throw IOException("the disk is full") else super.write(changes)
        }
        val store = Failing()
        val core = core(store)
        core.model.open()
        val inbox = Inbox(core, {}, {})
        val connection = Connection(core, "ws://nowhere") { _, _ -> }
        suspend fun take(vararg all: Notification) = core.turn {
            inbox.begin()
            all.forEach { inbox.take(it, connection) }
        }
        take(arrived("m1", 1), Notification("NotificationOfTheFuture", "c1b", JSONObject()))
        eventually { core.turn { core.model.cursor } == "c1b" } // CL-21: what is not known counts
        store.failing = true
        take(arrived("m2", 2))
        connection.ended.await() // the connection is closed
        assertEquals("c1b", store.get(Table.META, "cursor"))
        assertNull(store.get(Table.MESSAGES, "m2"))
        store.failing = false
        take(arrived("m2", 2), arrived("m2", 2), Notification("NotificationOfTheFuture", "c3", JSONObject()))
        eventually { core.turn { core.model.cursor } == "c3" }
        assertEquals(listOf("m1", "m2"), core.turn { core.model.page("x", Long.MAX_VALUE, 10).map { it.key } }, "once, whatever comes twice")
        assertEquals(2, core.turn { core.model.conversations["x"]?.unread })
    }

    private suspend fun registered(transport: Transport, store: MemoryStore = MemoryStore()): Messenger {
        store.write(
            listOf(Change.Put(Table.META, "profile", Profile("+357", "me", "u", confirmed = true).toJson().toString()), Change.Put(Table.META, "cursor", "c")),
        )
        return Messenger(Options("ws://nowhere/ws", store, File(System.getProperty("java.io.tmpdir"), "messenger-nothing"), transport = transport, clock = Hurried, random = { 1.0 })).open()
    }

    @Test
    fun `CL-4 replaced and refused are ends`() = runBlocking {
        val replaced = Scripted(Step(close = 4001))
        registered(replaced).run {
            start()
            state.first { it is ConnectionState.Replaced }
        }
        assertEquals(1, replaced.opened.size)
        val refused = Scripted(Step(status = "unauthenticated"))
        val client = registered(refused)
        assertEquals(SyncResult.ENDED, client.syncOnce(30_000))
        assertEquals("unauthenticated", (client.state.value as ConnectionState.Refused).status)
        assertEquals(1, refused.opened.size)
    }

    @Test
    fun `a cut leads back, and what waits for a connection gets the next`() = runBlocking {
        val server = Scripted(Step("unavailable", 1006), Step("unavailable", 1012), Step())
        val client = registered(server)
        client.start()
        client.ask("RequestPing", json("when" to 1))
        assertEquals(3, server.opened.size)
        client.close()
    }

    @Test
    fun `a background run connects, settles and stops, and one that finds no network says so`() = runBlocking {
        val client = registered(Scripted(Step()))
        assertEquals(SyncResult.DONE, client.syncOnce(30_000))
        assertTrue(client.state.value is ConnectionState.Stopped)
        var scheduled = 0
        client.rest { scheduled++ }
        assertEquals(0, scheduled, "nothing waits")
        client.close()
        val away = registered(Scripted(Step("unavailable", 1006)))
        assertEquals(SyncResult.AGAIN, away.syncOnce(100))
        away.close()
    }

    @Test
    fun `what cannot be sealed without the passphrase waits`() = runBlocking {
        val store = MemoryStore()
        val message = Message("m", "x", "", "me", null, MessageState.SENDING, text = "later")
        store.write(
            listOf(
                Change.Put(Table.CONVERSATIONS, "x", Conversation.unknown("X", "k").toJson().toString()),
                Change.Put(Table.MESSAGES, "m", message.toJson().toString(), Place("x", null, "later")),
                Change.Put(Table.OUTBOX, "1", Entry.Write("1", "x", "m", null, emptyList()).toJson().toString()),
            ),
        )
        val client = registered(Scripted(Step()), store)
        assertEquals(SyncResult.DONE, client.syncOnce(30_000), "nothing that can be sent waits")
        assertEquals(MessageState.SENDING, client.messages("X").first().single().state)
        assertEquals(1, client.waiting())
        client.close()
    }

    @Test
    fun `it has settled when the last entry of the outbox is gone, whatever that was`() = runBlocking {
        val core = core(MemoryStore())
        core.model.open()
        core.turn {
            core.model.change { Outbox.accept(it, Entry.Rekey("1", "x", "x")) }
            var isEmpty = false
            core.model.listen { isEmpty = core.model.outbox.isEmpty() }
            core.model.change { it.removeEntry("1") }
            assertTrue(isEmpty, "a change of the outbox alone is told")
        }
    }

    @Test
    fun `a listener that fails is told, and nothing stops`() = runBlocking {
        val core = core(MemoryStore())
        core.model.open()
        val told = CompletableDeferred<Event.Fault>()
        core.model.listen { if (it is Event.Fault) told.complete(it) }
        Outbox(core, { throw IllegalStateException("a slip") }, { _, _ -> {} }).let { outbox ->
            core.turn {
                core.model.change { Outbox.accept(it, Entry.Rekey(core.model.nextId(), "x", "x")) }
                outbox.run()
            }
        }
        assertEquals("a slip", told.await().cause.message)
        assertEquals(1, core.turn { core.model.outbox.size }, "it stays")
    }
}
