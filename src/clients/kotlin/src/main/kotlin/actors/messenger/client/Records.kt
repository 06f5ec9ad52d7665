package actors.messenger.client

import org.json.JSONObject

/** What became of a message. */
public enum class MessageState {
    /** Accepted on this device: it is sent until there is an answer. */
    SENDING,

    /** The server has it. */
    SENT,

    /** The server refused it: [Message.status] says why. */
    FAILED,
}

/**
 * A file of a message.
 *
 * @property sealedName its name on the server, by which it is asked for
 * @property size of the ciphertext
 * @property preview the sealed name of its preview
 * @property unreadable why its name could not be opened
 */
@ConsistentCopyVisibility
public data class FileInfo internal constructor(
    public val sealedName: String,
    public val name: String,
    public val type: String,
    public val size: Long,
    internal val url: String?,
    public val preview: String?,
    public val unreadable: String?,
) {
    internal fun toJson(): JSONObject =
        json("sealedName" to sealedName, "name" to name, "type" to type, "size" to size, "url" to url, "preview" to preview, "unreadable" to unreadable)

    internal companion object {
        fun of(stored: JSONObject): FileInfo = FileInfo(
            stored.need("sealedName"), stored.need("name"), stored.need("type"), stored.getLong("size"), stored.text("url"), stored.text("preview"), stored.text("unreadable"),
        )
    }
}

/**
 * A message as this device shows it.
 *
 * @property key the uuid in lower case
 * @property created by the server's clock; null until the server has it
 * @property text null: it has none, or [isSealed]
 * @property unreadable why it could not be opened
 * @property isSealed it came and was not opened yet
 * @property isCurrent false: counters and files are to be read again ([Messenger.refresh])
 */
@ConsistentCopyVisibility
public data class Message internal constructor(
    public val uuid: String,
    public val conversation: String,
    internal val sessionKeyUuid: String,
    public val userId: String,
    public val created: Long?,
    public val state: MessageState,
    public val status: String? = null,
    internal val body: String? = null,
    internal val iv: String? = null,
    public val text: String? = null,
    public val unreadable: String? = null,
    public val isSealed: Boolean = false,
    public val hasFiles: Boolean = false,
    public val isEvent: Boolean = false,
    public val eventType: String? = null,
    public val eventUserId: String? = null,
    public val members: Int = 0,
    public val readMembers: Int = 0,
    public val deliveredMembers: Int = 0,
    public val deleted: Boolean = false,
    public val objectionable: Boolean = false,
    public val replyTo: String? = null,
    public val isCurrent: Boolean = true,
    public val files: List<FileInfo> = emptyList(),
) {
    public val key: String get() = lower(uuid)

    /** What is left of it when it was deleted. */
    internal fun gone(): Message = copy(deleted = true, body = null, iv = null, text = null, unreadable = null, isSealed = false, files = emptyList())

    /** What the server says [now], without losing what was opened here. */
    internal fun merge(now: Message): Message {
        val opened = if (now.deleted || isSealed) now else now.copy(text = text, unreadable = unreadable, isSealed = false, files = files)
        return opened.copy(text = if (now.isSealed) opened.text else null, isCurrent = true)
    }

    internal fun toJson(): JSONObject = json(
        "uuid" to uuid, "conversation" to conversation, "sessionKeyUuid" to sessionKeyUuid, "userId" to userId, "created" to created, "state" to state.name, "status" to status,
        "body" to body, "iv" to iv, "text" to text, "unreadable" to unreadable, "isSealed" to isSealed, "hasFiles" to hasFiles, "isEvent" to isEvent, "eventType" to eventType,
        "eventUserId" to eventUserId, "members" to members, "readMembers" to readMembers, "deliveredMembers" to deliveredMembers, "deleted" to deleted,
        "objectionable" to objectionable, "replyTo" to replyTo, "isCurrent" to isCurrent, "files" to files.map { it.toJson() },
    )

    internal companion object {
        fun of(stored: JSONObject): Message = Message(
            uuid = stored.need("uuid"), conversation = stored.need("conversation"), sessionKeyUuid = stored.need("sessionKeyUuid"), userId = stored.need("userId"),
            created = stored.long("created"), state = MessageState.valueOf(stored.need("state")), status = stored.text("status"), body = stored.text("body"), iv = stored.text("iv"),
            text = stored.text("text"), unreadable = stored.text("unreadable"), isSealed = stored.flag("isSealed"), hasFiles = stored.flag("hasFiles"), isEvent = stored.flag("isEvent"),
            eventType = stored.text("eventType"), eventUserId = stored.text("eventUserId"), members = stored.count("members"), readMembers = stored.count("readMembers"),
            deliveredMembers = stored.count("deliveredMembers"), deleted = stored.flag("deleted"), objectionable = stored.flag("objectionable"), replyTo = stored.text("replyTo"),
            isCurrent = stored.flag("isCurrent"), files = stored.objects("files").map { FileInfo.of(it) },
        )

        fun ofServer(raw: JSONObject): Message {
            val deleted = raw.flag("deleted")
            val body = raw.text("bodyEncryptedBase64")
            return Message(
                uuid = raw.need("uuid"), conversation = lower(raw.need("conversationUuid")), sessionKeyUuid = raw.text("sessionKeyUuid") ?: "", userId = raw.need("userId"),
                created = raw.getLong("created"), state = MessageState.SENT, body = if (deleted) null else body, iv = raw.text("ivBase64"),
                isSealed = !deleted && !raw.flag("isEvent") && body != null, hasFiles = raw.flag("hasFiles"), isEvent = raw.flag("isEvent"), eventType = raw.text("eventType"),
                eventUserId = raw.text("eventUserId"), members = raw.count("members"), readMembers = raw.count("readedMembers"), deliveredMembers = raw.count("deliveredMembers"),
                deleted = deleted, objectionable = raw.flag("objectionable"), replyTo = raw.text("replyMessageUuid"),
            )
        }
    }
}

/** The newest message that came by a notification or a page (CL-25). */
internal data class Anchor(val uuid: String, val created: Long)

/**
 * A conversation as this device shows it.
 *
 * @property key the uuid in lower case
 * @property name the title, opened; null for a dialog, or while it cannot be read
 * @property nicks what its members call themselves, by user id
 * @property lastMessage when its newest message was written, by the server's clock
 * @property last the key of its newest message
 * @property firstUnread the key of the message where the separator stands
 * @property failed keys of messages that the server refused
 */
@ConsistentCopyVisibility
public data class Conversation internal constructor(
    public val uuid: String,
    public val isDialog: Boolean,
    internal val title: String?,
    public val name: String? = null,
    internal val isNameOpened: Boolean = false,
    internal val sessionKeyUuid: String,
    public val lastMessage: Long,
    public val unread: Int,
    public val admins: List<String>,
    public val members: List<String>,
    public val hasAvatar: Boolean,
    public val avatarUpdated: Long,
    public val blocked: Boolean,
    public val nicks: Map<String, String> = emptyMap(),
    internal val anchor: Anchor? = null,
    internal val begins: Boolean = false,
    public val last: String? = null,
    public val firstUnread: String? = null,
    public val draft: String = "",
    public val failed: List<String> = emptyList(),
    internal val keyDoubt: Boolean = false,
    internal val rekeyDue: Boolean = false,
    internal val keyUses: Int = 0,
    internal val keyMade: Long? = null,
    /** Messages up to then are in [unread] already: the `lastMessage` of the row that it is from (CL-27). */
    internal val counted: Long = 0,
) {
    public val key: String get() = lower(uuid)

    internal val people: List<String> get() = admins + members

    internal fun toJson(): JSONObject = json(
        "uuid" to uuid, "isDialog" to isDialog, "title" to title, "name" to name, "isNameOpened" to isNameOpened, "sessionKeyUuid" to sessionKeyUuid, "lastMessage" to lastMessage,
        "unread" to unread, "admins" to admins, "members" to members, "hasAvatar" to hasAvatar, "avatarUpdated" to avatarUpdated, "blocked" to blocked, "nicks" to nicks,
        "anchor" to anchor?.let { mapOf("uuid" to it.uuid, "created" to it.created) }, "begins" to begins, "last" to last, "firstUnread" to firstUnread, "draft" to draft,
        "failed" to failed, "keyDoubt" to keyDoubt, "rekeyDue" to rekeyDue, "keyUses" to keyUses, "keyMade" to keyMade, "counted" to counted,
    )

    internal companion object {
        fun of(stored: JSONObject): Conversation = Conversation(
            uuid = stored.need("uuid"), isDialog = stored.flag("isDialog"), title = stored.text("title"), name = stored.text("name"), isNameOpened = stored.flag("isNameOpened"),
            sessionKeyUuid = stored.need("sessionKeyUuid"), lastMessage = stored.getLong("lastMessage"), unread = stored.count("unread"), admins = stored.texts("admins"),
            members = stored.texts("members"), hasAvatar = stored.flag("hasAvatar"), avatarUpdated = stored.long("avatarUpdated") ?: 0, blocked = stored.flag("blocked"),
            nicks = stored.textMap("nicks"), anchor = stored.child("anchor")?.let { Anchor(it.need("uuid"), it.getLong("created")) }, begins = stored.flag("begins"),
            last = stored.text("last"), firstUnread = stored.text("firstUnread"), draft = stored.text("draft") ?: "", failed = stored.texts("failed"),
            keyDoubt = stored.flag("keyDoubt"), rekeyDue = stored.flag("rekeyDue"), keyUses = stored.count("keyUses"), keyMade = stored.long("keyMade"),
            counted = stored.long("counted") ?: 0,
        )

        /** Stands there without its people until the server has said more. */
        fun unknown(uuid: String, sessionKeyUuid: String): Conversation = Conversation(
            uuid = uuid, isDialog = false, title = null, sessionKeyUuid = sessionKeyUuid, lastMessage = 0, unread = 0, admins = emptyList(), members = emptyList(), hasAvatar = false,
            avatarUpdated = 0, blocked = false,
        )

        fun ofServer(raw: JSONObject, known: Conversation?): Conversation {
            val title = raw.text("title")
            val before = known ?: unknown(raw.need("uuid"), "")
            val isSameTitle = known != null && known.title == title
            return before.copy(
                uuid = raw.need("uuid"), isDialog = raw.flag("isDialog"), title = title, name = if (isSameTitle) before.name else null,
                isNameOpened = isSameTitle && before.isNameOpened, sessionKeyUuid = raw.text("sessionKeyUuid") ?: "", lastMessage = raw.long("lastMessage") ?: 0,
                unread = raw.count("unreadedCounter"), admins = raw.texts("admins"), members = raw.texts("members"), hasAvatar = raw.flag("hasAvatar"),
                avatarUpdated = raw.long("avatarUpdated") ?: 0, blocked = raw.flag("blocked"), counted = raw.long("lastMessage") ?: 0,
            )
        }
    }
}
