package actors.messenger.client

import org.json.JSONArray
import org.json.JSONException
import org.json.JSONObject
import java.nio.ByteBuffer
import java.nio.charset.CharacterCodingException
import java.util.Base64

// org.json as Kotlin reads it: absent and null are one, and null is never the text "null".

internal fun json(vararg fields: Pair<String, Any?>): JSONObject = JSONObject().also { made ->
    for ((name, value) in fields) made.put(name, jsonValue(value))
}

internal fun jsonValue(value: Any?): Any = when (value) {
    null -> JSONObject.NULL
    is Map<*, *> -> JSONObject().also { made -> for ((name, one) in value) made.put(name as String, jsonValue(one)) }
    is Iterable<*> -> JSONArray().also { made -> for (one in value) made.put(jsonValue(one)) }
    else -> value
}

internal fun JSONObject.text(name: String): String? = if (isNull(name)) null else getString(name)

internal fun JSONObject.need(name: String): String = text(name) ?: throw JSONException("$name is missing")

internal fun JSONObject.long(name: String): Long? = if (isNull(name)) null else getLong(name)

internal fun JSONObject.count(name: String): Int = if (isNull(name)) 0 else getInt(name)

internal fun JSONObject.flag(name: String): Boolean = !isNull(name) && getBoolean(name)

internal fun JSONObject.child(name: String): JSONObject? = if (isNull(name)) null else getJSONObject(name)

internal fun JSONObject.objects(name: String): List<JSONObject> =
    if (isNull(name)) emptyList() else getJSONArray(name).let { all -> List(all.length()) { all.getJSONObject(it) } }

internal fun JSONObject.texts(name: String): List<String> =
    if (isNull(name)) emptyList() else getJSONArray(name).let { all -> List(all.length()) { all.getString(it) } }

/** An empty map may come as an empty list. */
internal fun JSONObject.textMap(name: String): Map<String, String> {
    val all = optJSONObject(name) ?: return emptyMap()
    val names = all.keys()
    val found = HashMap<String, String>()
    while (names.hasNext()) {
        val one = names.next() as String
        all.text(one)?.let { found[one] = it }
    }
    return found
}

/** UUIDs are compared without case (FMT-2); this is the spelling in which they are keys. */
internal fun lower(uuid: String): String = uuid.lowercase()

internal fun utf8(text: String): ByteArray = text.toByteArray(Charsets.UTF_8)

/** Refuses what is no UTF-8: what was sealed by us always is. */
@Throws(CharacterCodingException::class)
internal fun textOf(bytes: ByteArray): String = Charsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString()

internal fun base64(bytes: ByteArray): String = Base64.getEncoder().encodeToString(bytes)

internal fun fromBase64(text: String): ByteArray = Base64.getDecoder().decode(text)

internal fun base64url(bytes: ByteArray): String = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes)

internal fun fromBase64url(text: String): ByteArray = Base64.getUrlDecoder().decode(text)

internal fun hex(bytes: ByteArray): String = bytes.joinToString("") { "%02x".format(it) }
