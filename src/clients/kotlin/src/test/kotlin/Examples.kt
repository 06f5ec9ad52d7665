import actors.messenger.client.Messenger
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.launch

// The examples of README.md: a test compares the two, another one runs these.

// --- registering
internal suspend fun register(client: Messenger, number: String, code: suspend () -> String, passphrase: String, name: String) {
    client.open()
    client.account.requestCode(number)
    client.account.confirm(code())
    client.start()
    if (client.account.hasKeys()) client.account.unlock(passphrase) else client.account.createKeys(passphrase, name)
}
// ---

// --- conversations
internal fun titles(client: Messenger): Flow<List<String>> = client.conversations().map { all ->
    all.map { conversation ->
        val other = conversation.admins.firstOrNull { it != client.me }
        val title = conversation.name ?: if (other == null) "" else client.people.name(other, conversation.key)
        if (conversation.unread == 0) title else "$title (${conversation.unread})"
    }
}
// ---

// --- sending
internal suspend fun greet(client: Messenger, number: String, show: (String) -> Unit, scope: CoroutineScope): Job {
    val conversation = client.talk.dialog(client.people.add(number, "Bob"))
    client.talk.write(conversation, "Hello Bob") // accepted: it survives the process, and is sent exactly once or reported as failed
    return scope.launch {
        client.messages(conversation).collect { all ->
            show(all.joinToString("\n") { "${it.text} ${it.state}" })
        }
    }
}
// ---
