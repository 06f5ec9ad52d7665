import actors.messenger.client.Event
import actors.messenger.client.Message
import actors.messenger.client.Messenger
import actors.messenger.client.MessageState
import actors.messenger.client.Options
import actors.messenger.client.store.FileStore
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import org.json.JSONArray
import org.json.JSONObject
import java.io.File
import kotlin.system.exitProcess

private const val PASSPHRASE = "torture"
private const val EVERYTHING = 100_000

/**
 * The agent of the client kit: JSON lines in, JSON lines out (docs/clients.md, "The client kit").
 *
 * `MESSENGER_PLANT=lose|double|reorder|stuck` makes it break a rule on purpose: the kit must notice.
 */
public fun main(): Unit = runBlocking(Dispatchers.Default) {
    val agent = Agent()
    val output = Any()
    while (true) {
        val line = readlnOrNull() ?: break
        launch {
            val asked = JSONObject(line)
            val answer = try {
                agent.work(asked).put("ok", true)
            } catch (fault: Exception) {
                JSONObject().put("ok", false).put("error", fault.toString())
            }
            val text = answer.put("id", asked.get("id")).toString()
            synchronized(output) {
                println(text)
                System.out.flush()
            }
            if (asked.getString("do") == "end") exitProcess(0)
        }
    }
    exitProcess(0)
}

private class Agent {
    private lateinit var client: Messenger
    private val plant = System.getenv("MESSENGER_PLANT") ?: ""
    private var sent = 0

    suspend fun work(asked: JSONObject): JSONObject = when (val what = asked.getString("do")) {
        "hello" -> JSONObject().put("crash", true).put("library", "kotlin")
        "register" -> {
            open(asked)
            client.account.requestCode(asked.getString("number"))
            client.account.confirm(asked.getString("code"))
            client.start()
            client.connected()
            client.account.createKeys(PASSPHRASE, asked.getString("name"))
            JSONObject().put("userId", client.me)
        }
        // After a crash: what is in the store goes on.
        "open" -> {
            open(asked)
            client.account.unlock(PASSPHRASE)
            client.start()
            JSONObject()
        }
        "dialog" -> JSONObject().put("conversation", client.talk.dialog(asked.getString("userId")))
        "group" -> {
            val others = asked.getJSONArray("userIds").let { all -> List(all.length()) { all.getString(it) } }
            JSONObject().put("conversation", client.talk.group(others, asked.getString("title")))
        }
        "knows" -> {
            client.conversations().first { all -> all.any { it.key == asked.getString("conversation") } }
            JSONObject()
        }
        "send" -> send(asked.getString("conversation"), asked.getString("text"))
        "settled" -> {
            client.settled()
            JSONObject()
        }
        "show" -> JSONObject().put("messages", shown(asked.getString("conversation")))
        "end" -> {
            client.close()
            JSONObject()
        }
        else -> throw IllegalArgumentException("this agent does not know $what")
    }

    private suspend fun open(asked: JSONObject) {
        val folder = File(asked.getString("store"))
        client = Messenger(Options(asked.getString("url"), FileStore(folder), File(folder, "outgoing"), applicationType = "jvm", model = "agent")).open()
        CoroutineScope(Dispatchers.Default).launch {
            client.events.collect { if (it is Event.Fault) System.err.println("${it.what}: ${it.cause}") }
        }
    }

    private suspend fun send(conversation: String, text: String): JSONObject {
        sent++
        if (plant == "lose" && sent % PLANTED == 0) return JSONObject()
        client.talk.write(conversation, text)
        if (plant == "double" && sent % PLANTED == 0) client.talk.write(conversation, text)
        return JSONObject()
    }

    /** Everything of a conversation, oldest first, as this device shows it. */
    private suspend fun shown(conversation: String): JSONArray {
        do {
            val more = client.older(conversation)
        } while (more)
        val messages = client.messages(conversation, EVERYTHING).first { all -> all.none { it.isSealed } }.filter { !it.isEvent && !it.deleted }.toMutableList()
        if (plant == "reorder" && messages.size > 1) swapTwoOfOneAuthor(messages)
        val told = messages.map { JSONObject().put("text", it.text ?: it.unreadable ?: JSONObject.NULL).put("state", it.state.name.lowercase()) }
        if (plant == "stuck" && told.isNotEmpty()) told.last().put("state", MessageState.SENDING.name.lowercase())
        return JSONArray(told)
    }

    private fun swapTwoOfOneAuthor(messages: MutableList<Message>) {
        for (first in messages.indices) {
            val second = (first + 1 until messages.size).find { messages[it].userId == messages[first].userId } ?: continue
            messages[first] = messages.set(second, messages[first])
            return
        }
    }

    private companion object {
        const val PLANTED = 7
    }
}
