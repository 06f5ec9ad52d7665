import actors.messenger.client.Event
import actors.messenger.client.Message
import actors.messenger.client.Messenger
import actors.messenger.client.Options
import actors.messenger.client.store.FileStore
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.launch
import kotlinx.coroutines.withTimeout
import java.io.File
import java.util.concurrent.CopyOnWriteArrayList
import kotlin.random.Random

/** People of the tests: each on a device of its own, against a real server. */
internal class TestPerson(val name: String, val client: Messenger, val number: String) {
    val faults = CopyOnWriteArrayList<String>()

    init {
        CoroutineScope(SupervisorJob() + Dispatchers.Default).launch { client.events.collect { if (it is Event.Fault) faults += "${it.what}: ${it.cause}" } }
    }

    /** Sees it within a minute, which a busy machine may need. */
    suspend fun sees(conversation: String, size: Int = 500, condition: (List<Message>) -> Boolean): List<Message> =
        withTimeout(60_000) { client.messages(conversation, size).first(condition) }

    suspend fun settled(): Unit = withTimeout(60_000) { client.settled() }

    suspend fun texts(conversation: String): List<String?> = client.messages(conversation, 500).first().filter { !it.isEvent }.map { it.text }

    suspend fun sees(conversation: String, text: String): Message = sees(conversation) { all -> all.any { it.text == text } }.first { it.text == text }

    companion object {
        const val PASSPHRASE = "correct horse battery staple"
        val server: String = System.getProperty("server") ?: "ws://127.0.0.1:8080/ws"

        fun number(): String = "+35799" + Random.nextInt(1_000_000).toString().padStart(6, '0')

        fun device(folder: File): Messenger = Messenger(Options(server, FileStore(folder), File(folder, "outgoing"), applicationType = "jvm"))

        suspend fun register(name: String, folder: File): TestPerson {
            val number = number()
            val client = device(folder).open()
            client.account.requestCode(number)
            client.account.confirm("000000")
            client.start()
            client.connected()
            client.account.createKeys(PASSPHRASE, name)
            return TestPerson(name, client, number)
        }
    }
}
