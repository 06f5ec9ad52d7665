package actors.messenger.client

import actors.messenger.client.crypto.Crypto
import actors.messenger.client.crypto.Place
import actors.messenger.client.crypto.Sealed
import actors.messenger.client.store.Table
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.launch

/** What follows a notification and needs the network or keys: rosters, nicks, and opening what was stored sealed (CL-22). Comes again until it is done. */
internal class Followup(private val core: Core, private val ask: Ask, private val keys: Keys, private val isUnlocked: () -> Boolean) {
    private val model = core.model
    private val refresh = LinkedHashSet<String>()
    private val nicks = LinkedHashSet<String>()

    /** By conversation: messages that may be sealed; null: look through the newest. */
    private val sealed = LinkedHashMap<String, MutableSet<String>?>()
    private var isRunning = false
    private var again = false

    init {
        model.listen { event ->
            if (event is Event.Messages) {
                look(event.conversation, event.keys)
                run()
            } else if (event is Event.Conversations && event.keys.any { model.conversations[it]?.isNameOpened == false }) run()
        }
    }

    /** Whether there is nothing to do that can be done. */
    val isDone: Boolean get() = !isRunning

    private fun look(conversation: String, keys: Set<String>?) {
        val known = sealed[conversation]
        if (keys == null || (conversation in sealed && known == null)) sealed[conversation] = null
        else sealed.getOrPut(conversation) { LinkedHashSet() }?.addAll(keys)
    }

    /** What an earlier process stored and did not open; once the keys are there. */
    fun lookThrough() {
        for (key in model.conversations.keys) look(key, null)
        run()
    }

    fun want(wanted: Wanted) {
        refresh += wanted.refresh
        nicks += wanted.nicks
        run()
    }

    fun run() {
        again = true
        if (isRunning) return
        isRunning = true
        core.scope.launch {
            try {
                work()
            } catch (_: ConnectionLostException) {
                // Cut off: the next login runs it again.
            } catch (_: EndedException) {
                // Stopped: so does the next start.
            } catch (fault: CancellationException) {
                throw fault // the client was closed
            } catch (fault: Exception) {
                model.emit(Event.Fault("following up", fault)) // what is sealed stays sealed and is tried again by the next run
            } finally {
                isRunning = false
            }
            model.emit(Event.State)
        }
    }

    private suspend fun work() {
        while (again) {
            again = false
            open()
            if (refresh.isNotEmpty()) core.clock.sleep(TOGETHER)
            orKeep(refresh) { conversation(it) }
            orKeep(nicks) { names(it) }
        }
    }

    private suspend fun orKeep(set: MutableSet<String>, work: suspend (String) -> Unit) {
        for (key in set.toList()) {
            set -= key
            try {
                work(key)
            } catch (fault: RefusedException) {
                if (fault.status == "not_found") model.change { it.removeConversation(key) } else throw fault
            } catch (fault: Exception) {
                set += key
                throw fault
            }
        }
    }

    private suspend fun conversation(key: String) {
        val before = model.conversations[key] ?: return
        for (asked in 1..ASKED) {
            val full = ask("RequestGetConversationFull", json("conversationUuid" to before.uuid))
            var isCurrent = true
            model.change { transaction ->
                val known = transaction.conversation(key) ?: return@change
                val row = Conversation.ofServer(full.getJSONObject("conversation"), known)
                isCurrent = known.last == null || row.lastMessage >= known.lastMessage
                // CL-27: the counter of an older row does not have what was told since.
                val now = if (isCurrent) row else row.copy(lastMessage = known.lastMessage, unread = known.unread, counted = known.counted)
                transaction.putConversation(if (now.unread == 0) now.copy(firstUnread = null) else now)
                full.child("sessionKey")?.let { transaction.put(Table.KEYS, Keys.nameOf(key, it.need("uuid")), it) }
            }
            if (isCurrent) break
        }
        nicks += key
        again = true
    }

    private suspend fun names(key: String) {
        val conversation = model.conversations[key] ?: return
        if (!isUnlocked()) return
        val labels = ask("GetNicks", json("conversationUuid" to conversation.uuid)).textMap("nicks")
        val opened = LinkedHashMap<String, String>()
        for ((userId, label) in labels) orNull { Crypto.openNick(keys.get(key, Crypto.sessionKeyOf(label)), key, userId, label) }?.let { opened[userId] = it }
        model.change { it.patch(key) { copy(nicks = opened) } }
        ownNick(key, opened)
    }

    /** One's own name, where it is not said yet. */
    private suspend fun ownNick(key: String, nicks: Map<String, String>) {
        val name = model.profile?.name ?: return
        val conversation = model.conversations[key] ?: return
        if (conversation.blocked || nicks[model.me] == name) return
        val uuid = conversation.sessionKeyUuid
        // No key, or not allowed there: others see no name, which is what there is.
        orNull {
            val label = Crypto.sealNick(keys.get(key, uuid), key, uuid, model.me, name)
            ask("UpdateMemberNick", json("conversationUuid" to conversation.uuid, "nickEncrypted" to label))
        } ?: return
        model.change { it.patch(key) { copy(nicks = nicks + (model.me to name)) } }
    }

    /** Null: it cannot be read, or was refused for good. */
    private suspend fun <T> orNull(work: suspend () -> T): T? = try {
        work()
    } catch (_: CryptoException) {
        null
    } catch (fault: RefusedException) {
        if (fault.passes) throw fault else null
    }

    private suspend fun open() {
        if (!isUnlocked()) return
        for (conversation in model.conversations.values.filter { !it.isNameOpened }) {
            val name = conversation.title?.let { title -> orNull { Crypto.openTitle(keys.get(conversation.key, Crypto.sessionKeyOf(title)), conversation.key, title) } }
            model.change { it.patch(conversation.key) { if (title == conversation.title) copy(name = name, isNameOpened = true) else this } }
            nicks += conversation.key
        }
        for (key in sealed.keys.toList()) {
            if (key !in sealed) continue
            val some = sealed.remove(key)
            try {
                if (some == null) newest(key) else open(some.mapNotNull { model.message(it) })
            } catch (fault: Exception) {
                look(key, some)
                throw fault
            }
        }
    }

    /** A page that was open already ends it: what is older was opened when it came. */
    private suspend fun newest(key: String) {
        var before = Long.MAX_VALUE
        while (true) {
            val page = model.page(key, before, PAGE)
            if (!open(page) || page.size < PAGE) return
            before = page.first().created ?: return
        }
    }

    private suspend fun open(messages: List<Message>): Boolean {
        val opened = messages.filter { it.isSealed }.map { open(it) }
        if (opened.isEmpty()) return false
        model.change { transaction ->
            for (one in opened) {
                val now = transaction.message(one.key)
                if (now != null && now.isSealed) transaction.putMessage(now.copy(text = one.text, unreadable = one.unreadable, isSealed = false))
            }
        }
        return true
    }

    private suspend fun open(message: Message): Message = try {
        val key = keys.get(message.conversation, message.sessionKeyUuid)
        message.copy(text = Crypto.openBody(key, placeOf(message), Sealed(message.body ?: "", message.iv ?: "")))
    } catch (fault: CryptoException) {
        message.copy(unreadable = fault.message)
    } catch (fault: RefusedException) {
        if (fault.passes) throw fault
        message.copy(unreadable = "its key was not given to this person")
    }

    companion object {
        /** Several events of one conversation come together: they are asked for once. */
        private const val TOGETHER = 150L
        private const val PAGE = 50

        /** How often a row is asked for that does not know yet what was told: an answer may be older than the notifications before it. */
        private const val ASKED = 3

        fun placeOf(message: Message): Place = Place(message.conversation, message.uuid, message.sessionKeyUuid, message.userId)
    }
}
