package actors.messenger.client

import actors.messenger.client.crypto.Crypto
import actors.messenger.client.crypto.Rsa
import actors.messenger.client.store.Table
import java.io.File
import java.io.FileOutputStream
import java.io.InputStream
import java.util.UUID

/**
 * A file to send. It is copied when the message is accepted: the original may change or go afterwards.
 *
 * @property open gives its content from the beginning, such as of a content URI of Android
 * @property preview a small picture of it
 */
public class Attachment @JvmOverloads constructor(
    public val name: String,
    public val type: String,
    public val preview: Attachment? = null,
    public val open: () -> InputStream,
) {
    public companion object {
        @JvmStatic
        @JvmOverloads
        public fun of(file: File, type: String, preview: Attachment? = null): Attachment = Attachment(file.name, type, preview) { file.inputStream() }
    }
}

/** Talking: conversations, messages, groups. What is written is accepted in the store and sent by the outbox (CL-10). A conversation's key is its uuid in lower case. */
public class Talk internal constructor(
    private val core: Core,
    private val ask: Ask,
    private val account: Account,
    private val trust: Trust,
    private val keys: Keys,
    private val send: () -> Unit,
) {
    private val model = core.model

    /** When typing was told of last. */
    private val typed = HashMap<String, Long>()

    private fun known(key: String) = model.conversations[lower(key)] ?: throw NotAcceptedException("there is no such conversation on this device")

    /** The dialog with somebody; made where there is none. Gives its key. */
    public suspend fun dialog(userId: String): String = core.turn {
        if (userId == model.me) throw NotAcceptedException("a dialog is with somebody else")
        model.conversations.values.find { it.isDialog && userId in it.admins && model.me in it.admins }?.key ?: create(listOf(userId), null)
    }

    /** A group of these and of oneself, who is its admin. Gives its key. */
    public suspend fun group(userIds: List<String>, title: String): String = core.turn { create(userIds, title) }

    /** @param title null: a dialog */
    private suspend fun create(others: List<String>, title: String?): String {
        val (uuid, sessionKeyUuid) = UUID.randomUUID().toString() to UUID.randomUUID().toString()
        val key = Crypto.createKey()
        val publicKeys = trust.current(others)
        val pair = account.pair
        val me = model.me
        val name = model.profile?.name
        val (wrapped, own) = core.heavy {
            publicKeys.mapValues { Rsa.wrap(it.value, key) } to keys.value(key, me, pair.publicKey, Rsa.sign(pair, uuid, key))
        }
        val isDialog = title == null
        val raw = ask(
            "RequestCreateConversationFull",
            json(
                "conversationUuid" to uuid, "sessionKeyUuid" to sessionKeyUuid, "isDialog" to isDialog, "admins" to if (isDialog) wrapped else emptyMap<String, String>(),
                "members" to if (isDialog) emptyMap() else wrapped, "sessionKeyValue" to own,
                "nickEncrypted" to name?.let { Crypto.sealNick(key, uuid, sessionKeyUuid, me, it) }, "title" to title?.let { Crypto.sealTitle(key, uuid, sessionKeyUuid, it) },
            ),
        ).getJSONObject("conversation")
        val created = raw.long("created") ?: 0
        model.change { transaction ->
            transaction.put(Table.KEYS, Keys.nameOf(uuid, sessionKeyUuid), own.put("uuid", sessionKeyUuid).put("conversationUuid", uuid).put("created", created))
            val now = Conversation.ofServer(raw, transaction.conversation(uuid))
            transaction.putConversation(
                now.copy(
                    lastMessage = if (now.lastMessage == 0L) created else now.lastMessage, name = title, isNameOpened = true, keyMade = created,
                    nicks = if (name == null) emptyMap() else mapOf(me to name),
                ),
            )
        }
        return uuid
    }

    /**
     * Accepts a message: when this returns it survives the process, and is sent exactly once or reported as failed ([Message.state]).
     *
     * @param replyTo the uuid of the message that it answers
     * @throws NotAcceptedException when the outbox is full, or there is nothing to say; nothing is kept then
     */
    @JvmOverloads
    public suspend fun write(conversation: String, text: String, replyTo: String? = null, files: List<Attachment> = emptyList()): Message = core.turn {
        val key = known(conversation).key
        if (text.isBlank() && files.isEmpty()) throw NotAcceptedException("a message must say something")
        if (utf8(text).size > LONGEST) throw NotAcceptedException("the message is too long")
        val uuid = UUID.randomUUID().toString()
        val copies = copy(uuid, files)
        val message = Message(
            uuid = uuid, conversation = key, sessionKeyUuid = "", userId = model.me, created = null, state = MessageState.SENDING, text = text.ifBlank { null },
            hasFiles = files.isNotEmpty(), replyTo = replyTo,
        )
        try {
            model.change { transaction ->
                Outbox.accept(transaction, Entry.Write(model.nextId(), key, uuid, null, copies))
                transaction.putMessage(message)
                transaction.patch(key) { copy(draft = "", last = uuid) }
            }
        } catch (fault: Exception) {
            for (one in copies) core.outgoing(one.id).delete()
            throw fault
        }
        typed -= key
        send()
        message
    }

    /** On the disk before the message is accepted. Previews come before what they are of. */
    private suspend fun copy(uuid: String, files: List<Attachment>): List<Attached> {
        val copies = ArrayList<Attached>()
        for ((number, file) in files.withIndex()) {
            val id = "$uuid/$number"
            file.preview?.let { copies += copy("$id/preview", it, previewOf = id) }
            copies += copy(id, file, previewOf = null)
        }
        return copies
    }

    private suspend fun copy(id: String, file: Attachment, previewOf: String?): Attached = core.io {
        core.files.mkdirs()
        FileOutputStream(core.outgoing(id)).use { target ->
            file.open().use { it.copyTo(target) }
            target.fd.sync()
        }
        Attached(id, file.name, file.type, previewOf)
    }

    /** A message that was refused, once more: as a new one, since what was refused changed nothing. Its files are not sent again. */
    public suspend fun retry(message: Message): Message = core.turn {
        discard(message)
        write(message.conversation, message.text ?: "", message.replyTo)
    }

    /** Forgets a message that failed. */
    public suspend fun discard(message: Message): Unit = core.turn {
        model.change { transaction ->
            transaction.patch(message.conversation) { copy(failed = failed - message.key) }
            transaction.removeMessage(message)
        }
    }

    /** For all: one's own, or as a group's admin. */
    public suspend fun delete(message: Message): Unit = core.turn {
        ask("RequestDeleteMessage", json("conversationUuid" to known(message.conversation).uuid, "uuid" to message.uuid))
        model.change { transaction -> transaction.message(message.key)?.let { transaction.putMessage(it.gone()) } }
    }

    /** Everything in it was seen. */
    @JvmOverloads
    public suspend fun markRead(conversation: String, keepSeparator: Boolean = false): Unit = core.turn {
        val key = known(conversation).key
        model.change { transaction ->
            val now = transaction.conversation(key) ?: return@change
            if (now.unread == 0 && (keepSeparator || now.firstUnread == null)) return@change
            if (now.unread > 0) transaction.addReceipts(key, all = true)
            transaction.patch(key) { copy(unread = 0, firstUnread = if (keepSeparator) firstUnread else null) }
        }
        send()
    }

    /** While the person types; told at most every 3 s (MSG-10), and lost where there is no connection. */
    public suspend fun typing(conversation: String): Unit = core.turn {
        val key = known(conversation).key
        val now = core.clock.now()
        if (now - (typed[key] ?: -TYPING) < TYPING) return@turn
        typed[key] = now
        try {
            ask("RequestTyping", json("conversationUuid" to known(key).uuid))
        } catch (_: ConnectionLostException) {
            typed -= key
        } catch (_: EndedException) {
            typed -= key
        }
    }

    public suspend fun setDraft(conversation: String, draft: String): Unit = core.turn { model.change { it.patch(lower(conversation)) { copy(draft = draft) } } }

    /** The current key is wrapped for whom is added: what comes from now on is readable there. */
    @JvmOverloads
    public suspend fun add(conversation: String, userId: String, admin: Boolean = false): Unit = core.turn {
        val key = known(conversation).key
        val secret = keys.forWriting(key)
        val publicKey = trust.current(userId)
        val pair = account.pair
        val value = core.heavy { keys.value(secret.key, userId, publicKey, Rsa.sign(pair, key, secret.key)) }
        ask(if (admin) "RequestAddAdmin" else "RequestAddMember", json("conversationUuid" to known(key).uuid, "sessionKeyUuid" to secret.uuid, "sessionKeyValue" to value))
        roster(key)
    }

    public suspend fun promote(conversation: String, userId: String): Unit = core.turn {
        ask("RequestChangeToAdmin", json("conversationUuid" to known(conversation).uuid, "userId" to userId))
        roster(lower(conversation))
    }

    /** And re-keys at once (CL-43). */
    public suspend fun kick(conversation: String, userId: String): Unit = core.turn {
        val key = known(conversation).key
        ask("RequestKickUser", json("conversationUuid" to known(key).uuid, "userId" to userId))
        model.change { Outbox.accept(it, Entry.Rekey(model.nextId(), key, key)) }
        send()
        roster(key)
    }

    /** What a device did itself is not told to it (NOT-4). */
    private suspend fun roster(key: String) {
        val now = ask("RequestGetConversationFull", json("conversationUuid" to known(key).uuid)).getJSONObject("conversation")
        model.change { it.patch(key) { copy(admins = now.texts("admins"), members = now.texts("members")) } }
        val from = model.conversations[key]?.anchor?.uuid
        val messages = ask("RequestGetMessages", json("conversationUuid" to known(key).uuid, "fromMessageUuid" to from, "size" to EVENTS)).objects("messages")
        model.change { transaction -> for (message in messages.asReversed()) transaction.addMessage(message, anchor = false, count = false) }
    }

    public suspend fun leave(conversation: String): Unit = core.turn {
        ask("RequestLeaveConversation", json("conversationUuid" to known(conversation).uuid))
        model.change { it.removeConversation(lower(conversation)) }
    }

    /** For everybody. */
    public suspend fun remove(conversation: String): Unit = core.turn {
        ask("RequestDeleteConversation", json("conversationUuid" to known(conversation).uuid))
        model.change { it.removeConversation(lower(conversation)) }
    }

    public suspend fun rename(conversation: String, name: String): Unit = core.turn {
        val key = known(conversation).key
        val secret = keys.forWriting(key)
        val title = Crypto.sealTitle(secret.key, key, secret.uuid, name)
        ask("RequestRenameConversation", json("conversationUuid" to known(key).uuid, "title" to title))
        model.change { it.patch(key) { copy(title = title, name = name, isNameOpened = true) } }
    }

    /** Tells the operator of a message. */
    public suspend fun report(message: Message, reason: String): Unit = core.turn {
        ask("AddMessageReport", json("conversationUuid" to known(message.conversation).uuid, "messageUuid" to message.uuid, "reason" to reason))
    }

    private companion object {
        /** What a body takes is 64 KiB of ciphertext. */
        const val LONGEST = 60_000
        const val TYPING = 3_000L

        /** Events that one's own change of a roster makes. */
        const val EVENTS = 20
    }
}
