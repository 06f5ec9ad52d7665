package actors.messenger.client

import actors.messenger.client.store.Table
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.launch
import org.json.JSONObject

/** What is to be asked for after the write. */
internal class Wanted {
    val refresh = LinkedHashSet<String>()
    val nicks = LinkedHashSet<String>()
    val people = LinkedHashSet<String>()
    var contacts = false
}

/** Receipts that wait to be sent. */
internal fun Transaction.addReceipts(conversation: String, delivered: List<String> = emptyList(), all: Boolean = false) {
    val id = "receipts/$conversation"
    val known = entry(id) as Entry.Receipts? ?: Entry.Receipts(id, id, conversation)
    // Read implies delivered (RCP-1).
    val more = (known.delivered + delivered).distinct().takeLast(RECEIPTS).filter { it !in known.read }
    putEntry(known.copy(delivered = more, all = known.all || all))
}

/**
 * A message that the server has, from wherever it came.
 *
 * @param anchor it came by a notification or a page (CL-25)
 * @param count whether it counts as unread
 */
internal suspend fun Transaction.addMessage(raw: JSONObject, anchor: Boolean, count: Boolean) {
    val now = Message.ofServer(raw)
    val known = message(now.key)
    putMessage(known?.merge(now) ?: now)
    val isNew = known?.created == null
    var conversation = conversation(now.conversation) ?: return
    val created = now.created ?: 0
    if (created >= conversation.lastMessage || conversation.last == null) conversation = conversation.copy(lastMessage = maxOf(created, conversation.lastMessage), last = now.key)
    if (anchor && (conversation.anchor?.created ?: 0) < created) conversation = conversation.copy(anchor = Anchor(now.uuid, created))
    val isTheirs = now.userId != model.me && !now.isEvent && !now.deleted
    if (isNew && count && isTheirs && created > conversation.counted) conversation = conversation.copy(unread = conversation.unread + 1, firstUnread = conversation.firstUnread ?: now.key)
    if (isNew && now.sessionKeyUuid.equals(conversation.sessionKeyUuid, ignoreCase = true)) conversation = conversation.copy(keyUses = conversation.keyUses + 1)
    putConversation(conversation)
    if (isNew && isTheirs) addReceipts(now.conversation, delivered = listOf(now.uuid))
}

/** Uuids of receipts that wait in one conversation. */
private const val RECEIPTS = 1_000

/** Applies notifications: one at a time, in order, each in one transaction with its cursor (CL-20). Neither network nor keys are needed (CL-22). */
internal class Inbox(private val core: Core, private val follow: (Wanted) -> Unit, private val told: (Notification) -> Unit) {
    private class Come(val notification: Notification, val connection: Connection)

    private val model = core.model
    private val queue = ArrayDeque<Come>()
    private var isOpen = false
    private var isWorking = false

    /** Whether everything that came is applied. */
    val isDone: Boolean get() = isOpen && !isWorking && queue.isEmpty()

    /** Nothing of an earlier connection is applied any more: the next login brings it again. */
    fun hold() {
        isOpen = false
        queue.clear()
    }

    fun begin() {
        isOpen = true
        work()
    }

    fun take(notification: Notification, connection: Connection) {
        if (queue.size >= HELD) {
            connection.end(Ending(Ending.ABNORMAL, "more notifications came than are held"))
            return
        }
        queue += Come(notification, connection)
        work()
    }

    private fun work() {
        if (isWorking || !isOpen) return
        isWorking = true
        core.scope.launch {
            try {
                while (isOpen && queue.isNotEmpty()) some()
            } finally {
                isWorking = false
            }
            model.emit(Event.State) // whoever waits for the end of it looks again
        }
    }

    private suspend fun some() {
        val some = List(minOf(TOGETHER, queue.size)) { queue.removeFirst() }
        val wanted = Wanted()
        try {
            model.change { transaction ->
                for (one in some) {
                    transaction.apply(one.notification, wanted)
                    one.notification.cursor?.let { transaction.putCursor(it) }
                }
            }
        } catch (fault: CancellationException) {
            throw fault // the client was closed
        } catch (fault: Exception) {
            // The store failed, or what came is not what the protocol says: nothing was applied, and the next login brings it again.
            hold()
            some[0].connection.end(Ending(Ending.ABNORMAL, "a notification could not be applied: $fault", fault))
            model.emit(Event.Fault("a notification could not be applied", fault))
            return
        }
        for (one in some) told(one.notification)
        follow(wanted)
    }

    private suspend fun Transaction.apply(notification: Notification, wanted: Wanted) {
        val payload = notification.payload
        val key = lower(payload.text("conversationUuid") ?: payload.text("uuid") ?: "")
        when (notification.type) {
            "NotificationAddedMessageToConversation" -> arrived(payload.getJSONObject("message"), wanted)
            "UpdatedMessageNotification" -> {
                val message = message(lower(payload.need("uuid")))
                if (message != null) {
                    val now = message.copy(
                        members = payload.count("members"), readMembers = payload.count("readedMembers"), deliveredMembers = payload.count("deliveredMembers"),
                        objectionable = payload.flag("objectionable"),
                    )
                    putMessage(if (payload.flag("deleted")) now.gone() else now)
                }
                // Another device of this person may have read it: how much is unread is the server's to say.
                if (message == null || message.userId != model.me) wanted.refresh += key
            }
            "DeleteMessageNotification" -> {
                message(lower(payload.need("messageUuid")))?.let { putMessage(it.gone()) }
                wanted.refresh += key
            }
            "FileReadyNotification" -> message(lower(payload.need("messageUuid")))?.let { putMessage(it.copy(isCurrent = false)) }
            "NotificationAddMemberToConversation" -> {
                val raw = payload.getJSONObject("conversation")
                val added = lower(raw.need("uuid"))
                if (conversation(added) == null) putConversation(Conversation.ofServer(raw, null).copy(unread = 0))
                wanted.refresh += added
            }
            "NotificationConversationLeaved" -> {
                val left = lower(payload.need("uuid"))
                if (payload.text("userId") == model.me) removeConversation(left) else gone(left, payload.text("userId"))
            }
            "NotificationConversationDeleted" -> removeConversation(lower(payload.need("uuid")))
            "NotificationRenameConversation" -> patch(key) { copy(title = payload.text("title"), name = null, isNameOpened = false) }
            "ConversationAvatarChangedNotification" -> {
                patch(key) { copy(hasAvatar = true, avatarUpdated = payload.long("avatarUpdated") ?: 0) }
                wanted.refresh += key
            }
            "ConversationNickUpdatedNotification" -> wanted.nicks += key
            "NotificationNewSessionKey" -> newKey(payload.getJSONObject("sessionKey"))
            "NotificationNewPublicKey" -> {
                val userId = payload.need("userId")
                wanted.people += userId
                for (one in model.conversations.values) if (userId in one.people) patch(one.key) { copy(rekeyDue = true) }
            }
            "UpdateContactNotification" -> wanted.contacts = true
            else -> {} // CL-21: what is not known is ignored, and its cursor counts
        }
    }

    private suspend fun Transaction.arrived(raw: JSONObject, wanted: Wanted) {
        val key = lower(raw.need("conversationUuid"))
        if (conversation(key) == null) {
            // Its NotificationAddMemberToConversation may come after it: until then it stands there without its people.
            putConversation(Conversation.unknown(raw.need("conversationUuid"), raw.text("sessionKeyUuid") ?: ""))
            wanted.refresh += key
        }
        addMessage(raw, anchor = true, count = true)
        if (!raw.flag("isEvent")) return
        val type = raw.text("eventType")
        if (type == "Leaved" || type == "Kicked") gone(key, raw.text("eventUserId") ?: raw.text("userId"))
        if (type == "SessionKeyRegenerated") patch(key) { copy(keyDoubt = true) }
        wanted.refresh += key
    }

    /** A key arrives: what could not be opened without it is opened again (CL-22). */
    private suspend fun Transaction.newKey(made: JSONObject) {
        val conversation = lower(made.need("conversationUuid"))
        val uuid = made.need("uuid")
        put(Table.KEYS, Keys.nameOf(conversation, uuid), made)
        patch(conversation) { copy(sessionKeyUuid = uuid, keyMade = made.long("created"), keyUses = 0, rekeyDue = false, keyDoubt = false) }
        for (stored in model.page(conversation, Long.MAX_VALUE, REOPENED)) {
            val message = message(stored.key) ?: continue
            if (message.unreadable != null && message.sessionKeyUuid.equals(uuid, ignoreCase = true)) putMessage(message.copy(unreadable = null, isSealed = true))
        }
    }

    private fun Transaction.gone(key: String, userId: String?) {
        if (userId == model.me) return
        patch(key) { copy(admins = admins - setOfNotNull(userId), members = members - setOfNotNull(userId), rekeyDue = !isDialog) }
    }

    private companion object {
        /** Held back while synchronising; more begins again (CL-30). */
        const val HELD = 4_096

        /** Notifications of one transaction: a store is slow per write and not per record. */
        const val TOGETHER = 64

        /** Messages that may have come before their key. */
        const val REOPENED = 200
    }
}
