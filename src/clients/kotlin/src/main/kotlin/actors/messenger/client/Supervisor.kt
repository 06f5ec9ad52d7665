package actors.messenger.client

import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.launch
import org.json.JSONObject

/** What the supervisor is for. */
internal interface Session {
    val url: String

    fun login(): Login

    fun take(notification: Notification, connection: Connection)

    suspend fun synchronise(connection: Connection)

    /** What follows the login may be worked on. */
    fun begin()

    /** What an ended connection brought and was not applied comes again, after the cursor. */
    fun hold()
}

internal class Login(val userId: String, val uuid: String, val cursor: String?)

/** Keeps a device connected: connect, log in, catch up, listen, and after the end all over again. The states of docs/clients.md. */
internal class Supervisor(private val core: Core, private val session: Session) {
    val state = MutableStateFlow<ConnectionState>(ConnectionState.Stopped)

    /** Where requests go; null until logged in. */
    private var live: Connection? = null
    private var current: Connection? = null
    private var running = false
    private var generation = 0
    private var woken = CompletableDeferred<Unit>()
    private val waiting = LinkedHashSet<CompletableDeferred<Connection>>()

    fun start() {
        if (running) return
        running = true
        val mine = ++generation
        core.scope.launch { run(mine) }
    }

    fun stop() {
        if (!running) return
        running = false
        generation++
        finish(ConnectionState.Stopped, EndedException("the client was stopped"))
        current?.end(Ending(Ending.NORMAL, "the client was stopped"))
        woken.complete(Unit)
    }

    /** Ends the connection; the next one is made as after any cut. */
    fun cut(reason: String) {
        current?.end(Ending(Ending.ABNORMAL, reason))
    }

    /** The network is back, or the application came to the foreground (CL-5). */
    fun wake() {
        if (state.value is ConnectionState.Waiting) {
            woken.complete(Unit)
            return
        }
        // A connection that died while the device slept shows it now, and not with the next message.
        live?.let { connection ->
            core.scope.launch {
                try {
                    connection.ask("RequestPing", json("when" to 0))
                } catch (_: ConnectionLostException) {
                    // That is what was asked: the connection has ended and the next one is made.
                }
            }
        }
    }

    private fun set(now: ConnectionState) {
        state.value = now
        core.model.emit(Event.State)
    }

    private fun finish(now: ConnectionState, fault: EndedException) {
        set(now)
        waiting.forEach { it.completeExceptionally(fault) }
        waiting.clear()
    }

    private suspend fun run(mine: Int) {
        var attempt = 0
        while (mine == generation) {
            val (ending, lasted) = once(mine)
            if (mine != generation) return
            if (lasted >= LASTING) attempt = 0
            val pause = Backoff.pauseAfter(ending, attempt++, core.random())
            if (pause == null) {
                running = false
                generation++
                val reason = ending.reason.ifEmpty { "the server ended this session" }
                val now = if (ending.code == Ending.REPLACED) ConnectionState.Replaced(reason) else ConnectionState.Refused(reason, (ending.fault as? RefusedException)?.status)
                finish(now, EndedException(reason, ending.fault))
                return
            }
            woken = CompletableDeferred()
            set(ConnectionState.Waiting(pause, ending.reason))
            val until = woken
            val timer = core.scope.launch {
                core.clock.sleep(pause)
                until.complete(Unit)
            }
            until.await()
            timer.cancel()
        }
    }

    /** One connection from its opening to its end, and how long it was logged in. */
    private suspend fun once(mine: Int): Pair<Ending, Long> {
        session.hold()
        set(ConnectionState.Connecting)
        var since: Long? = null
        val connection = Connection(core, session.url, session::take)
        current = connection
        var refusal: RefusedException? = null
        try {
            connection.awaitOpen()
            set(ConnectionState.LoggingIn)
            val login = session.login()
            val answer = connection.ask(
                "RequestAuthenticationByApplication", json("userId" to login.userId, "uuid" to login.uuid, "resumeCursor" to login.cursor), Connection.LOGIN_TIMEOUT,
            )
            if (mine != generation) throw ConnectionLostException("stopped")
            since = core.clock.now()
            live = connection
            waiting.forEach { it.complete(connection) }
            waiting.clear()
            if (login.cursor == null || answer.text("description") == "resync") {
                set(ConnectionState.Synchronising)
                session.synchronise(connection)
            }
            if (mine != generation) throw ConnectionLostException("stopped")
            session.begin()
            set(ConnectionState.Online)
            connection.ended.await()
        } catch (fault: Exception) {
            // A refused login, a store that fails, a cut: whatever it was ends this connection and is told with its ending. Only a login's refusal is final.
            if (fault is RefusedException && since == null) refusal = fault
            if (fault !is MessengerException && fault !is java.io.IOException && fault !is CancellationException) core.model.emit(Event.Fault("a connection", fault))
            connection.end(Ending(Ending.ABNORMAL, fault.message ?: fault.toString()))
        }
        if (live === connection) live = null
        val ending = connection.ended.await()
        return (if (refusal == null) ending else Ending(ending.code, refusal.message ?: "", refusal)) to (since?.let { core.clock.now() - it } ?: 0)
    }

    /** The connection that is logged in, as soon as there is one. */
    suspend fun connected(deadline: Long = FOR_EVER): Connection {
        live?.let { return it }
        val now = state.value
        if (now is ConnectionState.Replaced || now is ConnectionState.Refused) throw EndedException("the client is $now")
        val entry = CompletableDeferred<Connection>()
        waiting += entry
        val timer = if (deadline == FOR_EVER) null else core.scope.launch {
            core.clock.sleep(maxOf(0, deadline - core.clock.now()))
            entry.completeExceptionally(ConnectionLostException("there was no connection in time"))
        }
        try {
            return entry.await()
        } finally {
            timer?.cancel()
            waiting -= entry
        }
    }

    /** Asks until there is an answer, over as many connections as it takes (CL-14). Only for what may be repeated, which all requests of the protocol may. */
    suspend fun ask(type: String, payload: JSONObject, patience: Long = PATIENCE): JSONObject {
        val deadline = if (patience == FOR_EVER) FOR_EVER else core.clock.now() + patience
        var pause = 1_000L
        var internals = 0
        while (true) {
            val connection = connected(deadline)
            try {
                return connection.ask(type, payload)
            } catch (fault: ConnectionLostException) {
                if (live === connection) live = null // its end is under way: no second try on it
                if (core.clock.now() >= deadline) throw fault
                connection.ended.await()
            } catch (fault: RefusedException) {
                if (!fault.passes || (fault.status == "internal" && ++internals >= INTERNALS)) throw fault
                val wait = fault.wait ?: pause
                if (wait > deadline - core.clock.now()) throw fault
                core.clock.sleep(wait)
                pause = minOf(LONGEST_RETRY, pause * 2)
            }
        }
    }

    internal companion object {
        const val FOR_EVER = Long.MAX_VALUE

        /** A connection that was logged in for so long worked: the next pause is the first one again (CL-3). */
        private const val LASTING = 10_000L
        private const val PATIENCE = 60_000L
        private const val LONGEST_RETRY = 30_000L
        private const val INTERNALS = 3
    }
}
