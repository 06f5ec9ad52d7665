package actors.messenger.client

import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Job
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.channels.trySendBlocking
import kotlinx.coroutines.launch
import org.json.JSONException
import org.json.JSONObject

internal class Notification(val type: String, val cursor: String?, val payload: JSONObject)

/** One WebSocket: requests and their answers, notifications in the order they came. It does not come back. Used on the client's one thread. */
internal class Connection(private val core: Core, url: String, private val onNotification: (Notification, Connection) -> Unit) {
    private class Asked(val type: String, val answer: CompletableDeferred<JSONObject>, val deadline: Job)

    private sealed class Happened {
        object Opened : Happened()

        class Frame(val text: String) : Happened()

        class Ended(val code: Int, val reason: String) : Happened()
    }

    private val asked = HashMap<String, Asked>()
    private var next = 1L
    private var heard = 0L

    /** Completes when the connection has ended, and never fails. */
    val ended = CompletableDeferred<Ending>()
    private val open = CompletableDeferred<Unit>()

    /** Bounded: a server that sends faster than this device reads waits in TCP. */
    private val happened = Channel<Happened>(FRAMES)
    private val socket = core.transport.connect(
        url, PROTOCOL,
        object : SocketListener {
            override fun onOpen() = tell(Happened.Opened)

            override fun onFrame(frame: String) = tell(Happened.Frame(frame))

            override fun onEnd(code: Int, reason: String) = tell(Happened.Ended(code, reason))

            /** After the end nobody listens, and nothing waits. */
            private fun tell(what: Happened) {
                happened.trySendBlocking(what)
            }
        },
    )
    private val opening = core.scope.launch {
        core.clock.sleep(LOGIN_TIMEOUT)
        end(Ending(Ending.ABNORMAL, "the server did not open a connection"))
    }
    private var watch: Job? = null

    init {
        core.scope.launch {
            for (one in happened) {
                when (one) {
                    Happened.Opened -> opened()
                    is Happened.Frame -> take(one.text)
                    is Happened.Ended -> end(Ending(one.code, one.reason))
                }
            }
        }
    }

    /** Waits until it is open. */
    suspend fun awaitOpen(): Unit = open.await()

    private fun opened() {
        opening.cancel()
        if (!open.complete(Unit)) return
        heard = core.clock.now()
        watch = core.scope.launch {
            while (true) {
                core.clock.sleep(QUIET)
                if (core.clock.now() - heard >= QUIET) begin("RequestPing", json("when" to System.currentTimeMillis()), TIMEOUT)
            }
        }
    }

    /** Ends it, whatever the socket does. */
    fun end(ending: Ending) {
        if (!ended.complete(ending)) return
        opening.cancel()
        watch?.cancel()
        if (ending.code == Ending.NORMAL) socket.close() else socket.cancel()
        happened.cancel()
        open.completeExceptionally(ConnectionLostException(ending.reason.ifEmpty { "nobody answers" }))
        for (one in asked.values) {
            one.deadline.cancel()
            one.answer.completeExceptionally(ConnectionLostException("the connection ended before the request was answered"))
        }
        asked.clear()
    }

    /** The payload of the answer. No answer in time ends the connection (CL-2). */
    suspend fun ask(type: String, payload: JSONObject = JSONObject(), timeout: Long = TIMEOUT): JSONObject = begin(type, payload, timeout).await()

    private fun begin(type: String, payload: JSONObject, timeout: Long): CompletableDeferred<JSONObject> {
        val answer = CompletableDeferred<JSONObject>()
        val id = next++.toString()
        val frame = json("type" to type, "id" to id, "payload" to payload).toString()
        if (!open.isCompleted || ended.isCompleted || !socket.send(frame)) {
            answer.completeExceptionally(ConnectionLostException("there is no connection"))
            return answer
        }
        core.trace?.invoke(true, frame)
        asked[id] = Asked(
            type, answer,
            core.scope.launch {
                core.clock.sleep(timeout)
                end(Ending(Ending.ABNORMAL, "$type was not answered in ${timeout / 1000} s"))
            },
        )
        return answer
    }

    private fun take(frame: String) {
        heard = core.clock.now()
        core.trace?.invoke(false, frame)
        try {
            val read = JSONObject(frame)
            val id = read.opt("id")
            val payload = read.child("payload") ?: JSONObject()
            if (id == null || id == JSONObject.NULL) onNotification(Notification(read.need("type"), read.text("cursor"), payload), this)
            else answer(id.toString(), read.need("type"), payload)
        } catch (fault: JSONException) {
            end(Ending(Ending.PROTOCOL, "the server sent what is no frame", fault))
        }
    }

    private fun answer(id: String, type: String, payload: JSONObject) {
        val waiting = asked.remove(id) ?: return
        waiting.deadline.cancel()
        val status = if (type == "ResponseStatusMessage") payload.need("status") else "ok"
        if (status == "ok") waiting.answer.complete(payload)
        else waiting.answer.completeExceptionally(RefusedException(waiting.type, status, payload.text("description")))
    }

    internal companion object {
        const val PROTOCOL = "messenger.v1"
        const val TIMEOUT = 12_000L // CL-2, REL-7
        const val LOGIN_TIMEOUT = 17_000L

        /** A connection without a frame for so long is asked for a sign of life (CL-7). */
        private const val QUIET = 30_000L
        private const val FRAMES = 256
    }
}
