package actors.messenger.client.crypto

import actors.messenger.client.CryptoException
import actors.messenger.client.base64
import actors.messenger.client.base64url
import actors.messenger.client.fromBase64
import actors.messenger.client.fromBase64url
import actors.messenger.client.hex
import actors.messenger.client.json
import actors.messenger.client.lower
import actors.messenger.client.need
import actors.messenger.client.text
import actors.messenger.client.textOf
import actors.messenger.client.utf8
import org.json.JSONException
import org.json.JSONObject
import java.nio.charset.CharacterCodingException
import java.security.GeneralSecurityException
import java.security.MessageDigest
import java.security.SecureRandom
import javax.crypto.Cipher
import javax.crypto.spec.GCMParameterSpec
import javax.crypto.spec.SecretKeySpec

/** Ciphertext with its iv, both Base64. */
internal class Sealed(val body: String, val iv: String)

/** What a message, and what hangs on it, is bound to. */
internal class Place(conversation: String, message: String, sessionKey: String, author: String) {
    val text: String = "${lower(conversation)}\n${lower(message)}\n${lower(sessionKey)}\n$author"
}

/** The name that a sealed file has inside. */
internal class FileName(val name: String, val type: String)

/** How bodies, labels and file names are sealed: docs/protocol.md, "What is inside", and docs/clients.md. Blocks; what takes long is in [Rsa] and [PrivateKeys]. */
internal object Crypto {
    const val KEY_BYTES = 32
    private const val IV_BYTES = 12
    private const val TAG_BITS = 128
    private val OWN = utf8("metadata")
    private val source = SecureRandom()

    fun random(count: Int): ByteArray = ByteArray(count).also { source.nextBytes(it) }

    fun createKey(): ByteArray = random(KEY_BYTES)

    fun sha256(bytes: ByteArray): ByteArray = MessageDigest.getInstance("SHA-256").digest(bytes)

    /** FMT-1, of a number in E.164. */
    fun userIdOf(number: String): String = base64(sha256(utf8(number)))

    /** Whatever fails inside is something that was not sealed as it should have been. */
    inline fun <T> orCryptoException(what: String, work: () -> T): T = try {
        work()
    } catch (fault: GeneralSecurityException) {
        throw CryptoException(what, fault)
    } catch (fault: IllegalArgumentException) {
        throw CryptoException(what, fault)
    } catch (fault: JSONException) {
        throw CryptoException(what, fault)
    } catch (fault: CharacterCodingException) {
        throw CryptoException(what, fault)
    }

    fun aesGcm(mode: Int, key: ByteArray, iv: ByteArray, bound: ByteArray, input: ByteArray): ByteArray {
        // The JDK has no fault of its own for it.
        if (mode == Cipher.DECRYPT_MODE && input.size < TAG_BITS / 8) throw CryptoException("this is no ciphertext of ours")
        val cipher = Cipher.getInstance("AES/GCM/NoPadding")
        cipher.init(mode, SecretKeySpec(key, "AES"), GCMParameterSpec(TAG_BITS, iv))
        cipher.updateAAD(bound)
        return cipher.doFinal(input)
    }

    fun seal(key: ByteArray, plain: ByteArray, bound: ByteArray, iv: ByteArray = random(IV_BYTES)): Sealed =
        Sealed(base64(aesGcm(Cipher.ENCRYPT_MODE, key, iv, bound, plain)), base64(iv))

    fun open(key: ByteArray, sealed: Sealed, bound: ByteArray): ByteArray = orCryptoException("it was changed, or belongs elsewhere") {
        val iv = fromBase64(sealed.iv)
        if (iv.size != IV_BYTES) throw CryptoException("this is no ciphertext of ours")
        aesGcm(Cipher.DECRYPT_MODE, key, iv, bound, fromBase64(sealed.body))
    }

    fun sealBody(key: ByteArray, place: Place, plain: String, iv: ByteArray = random(IV_BYTES)): Sealed =
        seal(key, utf8(plain), utf8("message\n${place.text}"), iv)

    fun openBody(key: ByteArray, place: Place, sealed: Sealed): String =
        orCryptoException("it is no text") { textOf(open(key, sealed, utf8("message\n${place.text}"))) }

    // --- labels: nicks, titles, one's own name and contacts

    private fun ofNick(conversation: String, sessionKey: String, owner: String) = utf8("nick\n$owner\n${lower(conversation)}\n${lower(sessionKey)}")

    private fun ofTitle(conversation: String, sessionKey: String) = utf8("title\n${lower(conversation)}\n${lower(sessionKey)}")

    fun sealNick(key: ByteArray, conversation: String, sessionKey: String, owner: String, plain: String): String =
        label(seal(key, utf8(plain), ofNick(conversation, sessionKey, owner)), conversation, sessionKey)

    fun sealTitle(key: ByteArray, conversation: String, sessionKey: String, plain: String): String =
        label(seal(key, utf8(plain), ofTitle(conversation, sessionKey)), conversation, sessionKey)

    private fun label(sealed: Sealed, conversation: String, sessionKey: String) = base64(
        utf8(json("encryptedBodyBase64" to sealed.body, "ivBase64" to sealed.iv, "conversationUuid" to lower(conversation), "sessionKeyUuid" to sessionKey).toString()),
    )

    fun sessionKeyOf(label: String): String = parseLabel(label).text("sessionKeyUuid") ?: ""

    private fun parseLabel(label: String): JSONObject = orCryptoException("a label must be Base64 of a JSON object") { JSONObject(textOf(fromBase64(label))) }

    private fun openLabel(key: ByteArray, label: String, bound: (sessionKey: String) -> ByteArray): String = orCryptoException("this is no label of ours") {
        val parsed = parseLabel(label)
        textOf(open(key, Sealed(parsed.need("encryptedBodyBase64"), parsed.need("ivBase64")), bound(parsed.text("sessionKeyUuid") ?: "")))
    }

    fun openNick(key: ByteArray, conversation: String, owner: String, label: String): String = openLabel(key, label) { ofNick(conversation, it, owner) }

    fun openTitle(key: ByteArray, conversation: String, label: String): String = openLabel(key, label) { ofTitle(conversation, it) }

    /** For one's own devices alone, under the metadata key. */
    fun sealOwn(key: ByteArray, plain: String): String {
        val sealed = seal(key, utf8(plain), OWN)
        return base64(utf8(json("encryptedBodyBase64" to sealed.body, "ivBase64" to sealed.iv).toString()))
    }

    fun openOwn(key: ByteArray, label: String): String = openLabel(key, label) { OWN }

    // --- names of files; their content is in SealedFile

    fun sealFileName(key: ByteArray, place: Place, name: FileName): String {
        val iv = random(IV_BYTES)
        val plain = utf8(json("name" to name.name, "type" to name.type).toString())
        return base64url(iv + aesGcm(Cipher.ENCRYPT_MODE, key, iv, utf8("file-name\n${place.text}"), plain))
    }

    fun openFileName(key: ByteArray, place: Place, sealed: String): FileName = orCryptoException("this is no sealed file name") {
        val bytes = fromBase64url(sealed)
        if (bytes.size < IV_BYTES) throw CryptoException("this is no sealed file name")
        val plain = aesGcm(Cipher.DECRYPT_MODE, key, bytes.copyOf(IV_BYTES), utf8("file-name\n${place.text}"), bytes.copyOfRange(IV_BYTES, bytes.size))
        JSONObject(textOf(plain)).let { FileName(it.need("name"), it.need("type")) }
    }

    /** What the content of a file is bound to. */
    fun fileInfo(place: Place, sealedName: String): ByteArray = utf8("file\n${place.text}\n$sealedName")

    // --- what people compare

    /** The SHA-256 of a public key in hexadecimal, however its PEM was broken into lines. */
    fun fingerprint(publicKey: String): String = hex(sha256(Rsa.spki(publicKey)))

    /** Twelve groups of five digits, the same on both sides. */
    fun safetyNumber(mine: String, theirs: String): String {
        val prints = listOf(fingerprint(mine), fingerprint(theirs)).sorted()
        val digest = MessageDigest.getInstance("SHA-512").digest(utf8("safety-number\n${prints.joinToString("\n")}"))
        return (0 until SAFETY_GROUPS).joinToString(" ") { group ->
            val five = (group * SAFETY_BYTES until (group + 1) * SAFETY_BYTES).fold(0L) { sum, at -> (sum * 256 + (digest[at].toInt() and 0xff)) % 100_000 }
            five.toString().padStart(SAFETY_BYTES, '0')
        }
    }

    private const val SAFETY_GROUPS = 12
    private const val SAFETY_BYTES = 5
}
