package actors.messenger.client.crypto

import actors.messenger.client.CryptoException
import actors.messenger.client.base64
import actors.messenger.client.count
import actors.messenger.client.fromBase64
import actors.messenger.client.need
import actors.messenger.client.utf8
import org.json.JSONException
import org.json.JSONObject
import java.text.Normalizer
import javax.crypto.Cipher
import javax.crypto.SecretKeyFactory
import javax.crypto.spec.IvParameterSpec
import javax.crypto.spec.PBEKeySpec
import javax.crypto.spec.SecretKeySpec

/** The private key under a passphrase, as the server keeps it (docs/clients.md, "A wrapped private key"). Each call takes about a second. */
internal object PrivateKeys {
    const val ROUNDS = 600_000

    /** More would let a server keep a phone busy (CL-46). */
    const val MOST_ROUNDS = 10_000_000
    private const val SALT = 16
    private val FORM = mapOf("format" to "messenger-private-key", "version" to 1, "kdf" to "PBKDF2-HMAC-SHA-256", "cipher" to "AES-256-GCM")
    private val BOUND = utf8("messenger-private-key\n1")

    fun wrap(pkcs8: ByteArray, passphrase: String): String {
        if (passphrase.isEmpty()) throw CryptoException("the passphrase is empty: anybody could open the key")
        val salt = Crypto.random(SALT)
        val sealed = Crypto.seal(derive(normal(passphrase), salt, ROUNDS, "SHA256", Crypto.KEY_BYTES), pkcs8, BOUND)
        return JSONObject(FORM).put("rounds", ROUNDS).put("saltBase64", base64(salt)).put("ivBase64", sealed.iv).put("encryptedBase64", sealed.body).toString()
    }

    /** Whether it deserves to be wrapped again (CL-46). */
    fun isOutdated(wrapped: String): Boolean = try {
        JSONObject(wrapped).count("rounds") < ROUNDS
    } catch (_: JSONException) {
        true
    }

    fun open(wrapped: String, passphrase: String): KeyPair = Crypto.orCryptoException("the passphrase does not open the private key") {
        Rsa.of(if (wrapped.trimStart().startsWith("{")) openJson(JSONObject(wrapped), passphrase) else openPkcs8(wrapped, passphrase))
    }

    private fun normal(passphrase: String) = Normalizer.normalize(passphrase, Normalizer.Form.NFKC)

    private fun derive(passphrase: String, salt: ByteArray, rounds: Int, hash: String, bytes: Int): ByteArray {
        // Both the JDK and Android take the characters as UTF-8.
        val spec = PBEKeySpec(passphrase.toCharArray(), salt, rounds, bytes * 8)
        try {
            return SecretKeyFactory.getInstance("PBKDF2WithHmac$hash").generateSecret(spec).encoded
        } finally {
            spec.clearPassword()
        }
    }

    private fun openJson(key: JSONObject, passphrase: String): ByteArray {
        val rounds = key.count("rounds")
        if (FORM.any { (name, value) -> key.opt(name) != value } || rounds !in 1..MOST_ROUNDS) throw CryptoException("this client does not know how the private key was wrapped")
        val derived = derive(normal(passphrase), fromBase64(key.need("saltBase64")), rounds, "SHA256", Crypto.KEY_BYTES)
        return Crypto.open(derived, Sealed(key.need("encryptedBase64"), key.need("ivBase64")), BOUND)
    }

    // --- what earlier clients wrote: PKCS#8 under PBES2 (PBKDF2, AES-CBC), RFC 8018. Nothing is written in this form any more.

    private val pem = Regex("-----BEGIN ENCRYPTED PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END ENCRYPTED PRIVATE KEY-----")
    private const val PBES2 = "2a864886f70d01050d"
    private const val PBKDF2 = "2a864886f70d01050c"
    private val HASHES = mapOf("2a864886f70d0207" to "SHA1", "2a864886f70d0209" to "SHA256")
    private val CIPHERS = mapOf("608648016503040102" to 16, "60864801650304012a" to 32)

    private fun unknown(): Nothing = throw CryptoException("this client does not know how the private key was wrapped")

    private fun openPkcs8(wrapped: String, passphrase: String): ByteArray {
        val match = pem.find(wrapped) ?: throw CryptoException("this is no wrapped private key")
        val outer = Der(fromBase64(match.groupValues[1].filterNot { it.isWhitespace() })).sequence()
        val algorithm = outer.sequence()
        val encrypted = outer.take(Der.OCTETS)
        if (algorithm.oid() != PBES2) unknown()
        val parameters = algorithm.sequence()
        val derivation = parameters.sequence()
        val encryption = parameters.sequence()
        if (derivation.oid() != PBKDF2) unknown()

        val pbkdf2 = derivation.sequence()
        val salt = pbkdf2.take(Der.OCTETS)
        val rounds = pbkdf2.integer()
        if (rounds !in 1..MOST_ROUNDS) throw CryptoException("the private key takes too many rounds to open")
        var hash: String? = "SHA1" // RFC 8018: the default, which is left out
        while (pbkdf2.more) {
            val (tag, value) = pbkdf2.next()
            if (tag == Der.SEQUENCE) hash = HASHES[Der(value).oid()]
        }

        val length = CIPHERS[encryption.oid()] ?: unknown()
        val iv = encryption.take(Der.OCTETS)
        val key = derive(passphrase, salt, rounds, hash ?: unknown(), length)
        return Cipher.getInstance("AES/CBC/PKCS5Padding").run {
            init(Cipher.DECRYPT_MODE, SecretKeySpec(key, "AES"), IvParameterSpec(iv))
            doFinal(encrypted)
        }
    }
}

/** A reader of DER, of as much as one such key takes. */
internal class Der(private val bytes: ByteArray) {
    private var at = 0

    val more: Boolean get() = at < bytes.size

    private fun byte(): Int = if (at < bytes.size) bytes[at++].toInt() and 0xff else broken()

    private fun broken(): Nothing = throw CryptoException("this is no wrapped private key")

    fun next(): Pair<Int, ByteArray> {
        val tag = byte()
        var length = byte()
        if (length == 0x80 || length > 0x83) broken()
        if (length > 0x80) length = (0 until length - 0x80).fold(0) { sum, _ -> sum * 256 + byte() }
        if (length > bytes.size - at) broken()
        return tag to bytes.copyOfRange(at, at + length).also { at += length }
    }

    fun take(tag: Int): ByteArray = next().let { (found, value) -> if (found == tag) value else broken() }

    fun sequence(): Der = Der(take(SEQUENCE))

    fun oid(): String = take(OID).joinToString("") { "%02x".format(it) }

    fun integer(): Int {
        val value = take(INTEGER)
        if (value.size > 4) broken()
        return value.fold(0) { sum, byte -> sum * 256 + (byte.toInt() and 0xff) }
    }

    companion object {
        const val INTEGER = 0x02
        const val OCTETS = 0x04
        const val OID = 0x06
        const val SEQUENCE = 0x30
    }
}
