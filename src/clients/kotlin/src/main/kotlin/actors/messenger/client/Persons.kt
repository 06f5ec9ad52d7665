package actors.messenger.client

import org.json.JSONObject

/** One of somebody's public keys, and the pair that it is of. */
internal data class PublicKey(val pair: String?, val pem: String)

/**
 * Somebody whom this device has heard of.
 *
 * @property name what the owner of this device calls them
 * @property number E.164, where they are a contact
 * @property verified the safety number that was compared
 * @property avatarUpdated 0: there is no picture
 */
@ConsistentCopyVisibility
public data class Person internal constructor(
    public val userId: String,
    internal val keys: List<PublicKey> = emptyList(),
    public val name: String? = null,
    public val number: String? = null,
    public val verified: String? = null,
    public val avatarUpdated: Long = 0,
) {
    internal fun toJson(): JSONObject = json(
        "userId" to userId, "keys" to keys.map { json("pair" to it.pair, "pem" to it.pem) }, "name" to name, "number" to number, "verified" to verified, "avatarUpdated" to avatarUpdated,
    )

    internal companion object {
        fun of(stored: JSONObject): Person = Person(
            stored.need("userId"), stored.objects("keys").map { PublicKey(it.text("pair"), it.need("pem")) }, stored.text("name"), stored.text("number"), stored.text("verified"),
            stored.long("avatarUpdated") ?: 0,
        )

        /** When somebody's picture was changed; 0: there never was one, and none need be asked for. */
        fun pictureOf(raw: JSONObject): Long = (raw.long("avatarUpdated") ?: 0).let { if (it > (raw.long("created") ?: 0)) it else 0 }
    }
}

/** Who this device is. [uuid] is the application's: a secret. */
internal data class Profile(
    val number: String,
    val userId: String,
    val uuid: String,
    val confirmed: Boolean,
    val name: String? = null,
    val pairUuid: String? = null,
    val wrapped: String? = null,
    val wrappedMetaKey: String? = null,
) {
    fun toJson(): JSONObject = json(
        "number" to number, "userId" to userId, "uuid" to uuid, "confirmed" to confirmed, "name" to name, "pairUuid" to pairUuid, "wrapped" to wrapped, "wrappedMetaKey" to wrappedMetaKey,
    )

    companion object {
        fun of(stored: JSONObject): Profile = Profile(
            stored.need("number"), stored.need("userId"), stored.need("uuid"), stored.flag("confirmed"), stored.text("name"), stored.text("pairUuid"), stored.text("wrapped"),
            stored.text("wrappedMetaKey"),
        )
    }
}

/** A file that waits in the folder of outgoing files. [previewOf]: the id of the picture that this is the preview of. */
internal data class Attached(val id: String, val name: String, val type: String, val previewOf: String?) {
    fun toJson(): JSONObject = json("id" to id, "name" to name, "type" to type, "previewOf" to previewOf)

    companion object {
        fun of(stored: JSONObject): Attached = Attached(stored.need("id"), stored.need("name"), stored.need("type"), stored.text("previewOf"))
    }
}

/** An entry of the outbox. Those of one [lane] go one after the other (CL-12). */
internal sealed class Entry {
    abstract val id: String
    abstract val lane: String

    /** @param payload what was sealed, once it was: the same bytes are sent again (CL-11) */
    data class Write(override val id: String, override val lane: String, val message: String, val payload: String?, val files: List<Attached>) : Entry()

    data class Upload(
        override val id: String, override val lane: String, val message: String, val file: Attached, val header: String? = null, val sealedName: String? = null, val url: String? = null,
        val preview: String? = null,
    ) : Entry()

    data class Rekey(override val id: String, override val lane: String, val conversation: String) : Entry()

    data class Receipts(
        override val id: String, override val lane: String, val conversation: String, val delivered: List<String> = emptyList(), val read: List<String> = emptyList(),
        val all: Boolean = false,
    ) : Entry()

    fun toJson(): JSONObject = when (this) {
        is Write -> json("kind" to "message", "id" to id, "lane" to lane, "message" to message, "payload" to payload, "files" to files.map { it.toJson() })
        is Upload -> json(
            "kind" to "upload", "id" to id, "lane" to lane, "message" to message, "file" to file.toJson(), "header" to header, "sealedName" to sealedName, "url" to url, "preview" to preview,
        )
        is Rekey -> json("kind" to "rekey", "id" to id, "lane" to lane, "conversation" to conversation)
        is Receipts -> json("kind" to "receipts", "id" to id, "lane" to lane, "conversation" to conversation, "delivered" to delivered, "read" to read, "all" to all)
    }

    companion object {
        fun of(stored: JSONObject): Entry {
            val (id, lane) = stored.need("id") to stored.need("lane")
            return when (val kind = stored.need("kind")) {
                "message" -> Write(id, lane, stored.need("message"), stored.text("payload"), stored.objects("files").map { Attached.of(it) })
                "upload" -> Upload(
                    id, lane, stored.need("message"), Attached.of(stored.getJSONObject("file")), stored.text("header"), stored.text("sealedName"), stored.text("url"), stored.text("preview"),
                )
                "rekey" -> Rekey(id, lane, stored.need("conversation"))
                "receipts" -> Receipts(id, lane, stored.need("conversation"), stored.texts("delivered"), stored.texts("read"), stored.flag("all"))
                else -> throw IllegalStateException("an entry of the outbox of kind $kind: the store was written by a later release")
            }
        }
    }
}
