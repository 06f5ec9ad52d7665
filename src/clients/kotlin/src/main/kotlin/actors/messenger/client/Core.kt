package actors.messenger.client

import kotlinx.coroutines.CoroutineExceptionHandler
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.withContext
import java.io.File

/** Asks the server, over as many connections as it takes. */
internal typealias Ask = suspend (type: String, payload: org.json.JSONObject) -> org.json.JSONObject

/**
 * What all parts share. Everything that decides runs on [dispatcher], one piece at a time: what is read between two suspensions belongs together, and nothing needs a lock.
 * What takes long leaves it: [heavy] for the processor, the dispatcher for input and output inside stores and transfers.
 */
internal class Core(val model: Model, val transport: Transport, val clock: Clock, val random: () -> Double, val files: File, val trace: ((sent: Boolean, frame: String) -> Unit)?) {
    @OptIn(ExperimentalCoroutinesApi::class)
    val dispatcher = Dispatchers.Default.limitedParallelism(1)

    /** What fails in the background is an event (CL-51). */
    val scope = CoroutineScope(SupervisorJob() + dispatcher + CoroutineExceptionHandler { _, fault -> model.emit(Event.Fault("in the background", fault)) })

    suspend fun <T> turn(work: suspend () -> T): T = withContext(dispatcher) { work() }

    suspend fun <T> heavy(work: () -> T): T = withContext(Dispatchers.Default) { work() }

    suspend fun <T> io(work: () -> T): T = withContext(Dispatchers.IO) { work() }

    fun outgoing(id: String): File = File(files, id.replace('/', '-'))
}
