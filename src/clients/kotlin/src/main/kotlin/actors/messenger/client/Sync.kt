package actors.messenger.client

import actors.messenger.client.store.Table
import org.json.JSONObject

/** The way back where the server cannot continue: CL-30 to CL-33. */
internal class Sync(private val model: Model) {
    /** The oldest unread message of each conversation: which one it is of is known when it is stored. */
    private var firstUnread: Set<String> = emptySet()

    suspend fun synchronise(connection: Connection) {
        val all = connection.ask("RequestGetConversationsFull")
        val there = all.objects("conversations").associateBy { lower(it.need("uuid")) }
        firstUnread = all.texts("firstUnreadMessageUuid").mapTo(HashSet()) { lower(it) }
        model.change { transaction ->
            transaction.remove(Table.META, Transaction.CURSOR)
            for (known in model.conversations.keys) if (known !in there) transaction.removeConversation(known)
            for ((key, raw) in there) {
                transaction.putConversation(Conversation.ofServer(raw, transaction.conversation(key)).copy(keyDoubt = true))
            }
            for (key in all.objects("sessionKeys")) {
                val conversation = lower(key.need("conversationUuid"))
                transaction.put(Table.KEYS, Keys.nameOf(conversation, key.need("uuid")), key)
                transaction.patch(conversation) { copy(keyMade = key.long("created")) }
            }
            for (raw in all.objects("members")) transaction.putPerson(transaction.person(raw.need("userId")).copy(avatarUpdated = Person.pictureOf(raw)))
        }

        for (last in all.objects("lastMessages")) {
            val conversation = model.conversations[lower(last.need("conversationUuid"))] ?: continue
            if (conversation.anchor == null) restart(connection, conversation.key)
            else if (conversation.anchor.created < last.getLong("created")) readOn(connection, conversation.key)
        }
    }

    private suspend fun readOn(connection: Connection, key: String) {
        if (!stands(connection, key)) return restart(connection, key)
        repeat(PAGES) {
            val conversation = model.conversations[key] ?: return
            val anchor = conversation.anchor ?: return
            val messages = try {
                connection.ask("RequestGetMessages", json("conversationUuid" to conversation.uuid, "fromMessageUuid" to anchor.uuid, "size" to PAGE)).objects("messages")
            } catch (fault: RefusedException) {
                if (fault.status != "not_found") throw fault
                return restart(connection, key) // the anchor is out of sight: this person left and came back, or the conversation is gone
            }
            store(key, messages)
            if (messages.size < PAGE) return
        }
        restart(connection, key)
    }

    /**
     * CL-31: whether the server has the anchor as it is stored. One that its store lost and its author sent again stands behind messages that this device
     * does not have.
     */
    private suspend fun stands(connection: Connection, key: String): Boolean {
        val conversation = model.conversations[key] ?: return false
        val anchor = conversation.anchor ?: return false
        val found = try {
            connection.ask("RequestGetMessagesByUuids", json("conversationUuid" to conversation.uuid, "uuids" to listOf(anchor.uuid)))
        } catch (fault: RefusedException) {
            if (fault.status != "not_found") throw fault
            return false // the conversation went after its row was told: what follows finds that out, too
        }
        return found.objects("messages").any { it.getLong("created") == anchor.created }
    }

    /** The newest page, and nothing before it. */
    private suspend fun restart(connection: Connection, key: String) {
        val conversation = model.conversations[key] ?: return
        try {
            val messages = connection.ask("RequestGetMessagesFromUuid", json("conversationUuid" to conversation.uuid, "uuid" to null, "size" to PAGE)).objects("messages")
            store(key, messages, clear = true)
        } catch (fault: RefusedException) {
            if (fault.status != "not_found") throw fault
            model.change { it.removeConversation(key) } // it went meanwhile
        }
    }

    /** @param messages newest first */
    private suspend fun store(key: String, messages: List<JSONObject>, clear: Boolean = false): Unit = model.change { transaction ->
        if (clear) {
            transaction.clear(key)
            transaction.patch(key) { copy(anchor = null, last = null, begins = messages.size < PAGE) }
        }
        for (message in messages.asReversed()) {
            transaction.addMessage(message, anchor = true, count = false)
            val one = lower(message.need("uuid"))
            if (one in firstUnread) transaction.patch(key) { copy(firstUnread = one) }
        }
    }

    /** The page before the oldest stored message, as the person scrolls (SYNC-4). Gives whether there may be more. */
    suspend fun older(ask: Ask, key: String): Boolean {
        val conversation = model.conversations[key] ?: return false
        if (conversation.begins) return false
        val oldest = model.oldest(key)
        val messages = ask("RequestGetMessagesFromUuid", json("conversationUuid" to conversation.uuid, "uuid" to oldest?.uuid, "size" to PAGE)).objects("messages")
        model.change { transaction ->
            for (message in messages.asReversed()) transaction.addMessage(message, anchor = oldest == null, count = false)
            if (messages.size < PAGE) transaction.patch(key) { copy(begins = true) }
        }
        return messages.size >= PAGE
    }

    /** Counters, deletions and files of messages that are shown (CL-33). */
    suspend fun refresh(ask: Ask, key: String, shown: List<Message>) {
        val conversation = model.conversations[key] ?: return
        val uuids = shown.filter { it.created != null && !it.isEvent }.map { it.uuid }.takeLast(PAGE)
        if (uuids.isEmpty()) return
        val messages = ask("RequestGetMessagesByUuids", json("conversationUuid" to conversation.uuid, "uuids" to uuids)).objects("messages")
        model.change { transaction -> for (message in messages) transaction.addMessage(message, anchor = false, count = false) }
    }

    private companion object {
        const val PAGE = 100

        /** Full pages that are read on; a larger gap nobody reads: the newest page begins anew. */
        const val PAGES = 5
    }
}
