import actors.messenger.client.CryptoException
import actors.messenger.client.base64
import actors.messenger.client.crypto.Crypto
import actors.messenger.client.crypto.KeyPair
import actors.messenger.client.crypto.Place
import actors.messenger.client.crypto.PrivateKeys
import actors.messenger.client.crypto.Rsa
import actors.messenger.client.crypto.Sealed
import actors.messenger.client.crypto.SealedFile
import actors.messenger.client.flag
import actors.messenger.client.fromBase64
import actors.messenger.client.hex
import actors.messenger.client.need
import actors.messenger.client.objects
import actors.messenger.client.text
import org.json.JSONObject
import java.io.ByteArrayOutputStream
import java.io.File
import kotlin.test.Test
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertTrue

/** docs/vectors, which the C# client wrote: everything is read, and everything that is broken is refused. */
internal class VectorsTest {
    private val keys = read("keys")

    private fun read(name: String) = JSONObject(File(System.getProperty("vectors"), "$name.json").readText())

    private fun person(name: String) = keys.objects("people").first { it.need("name") == name }

    private fun place(one: JSONObject) = Place(one.need("conversationUuid"), one.need("messageUuid"), one.need("sessionKeyUuid"), one.need("author"))

    private fun each(cases: List<JSONObject>, work: (JSONObject) -> String) {
        assertTrue(cases.any { it.flag("fails") }, "there is a broken one")
        for (one in cases) {
            if (one.flag("fails")) assertFailsWith<CryptoException>(one.need("name")) { work(one) } else assertEquals(one.need("plain"), work(one), one.need("name"))
        }
    }

    @Test
    fun `fingerprints, user ids and outdated forms`() {
        for (one in keys.objects("people")) assertEquals(one.need("fingerprint"), Crypto.fingerprint(one.need("publicKey")))
        for (one in keys.objects("userIds")) assertEquals(one.need("userId"), Crypto.userIdOf(one.need("number")))
        for (one in keys.objects("privateKeys")) assertEquals(one.flag("outdated"), PrivateKeys.isOutdated(one.need("wrapped")), one.need("name"))
    }

    @Test
    fun `private keys`() = each(keys.objects("privateKeys")) { Crypto.fingerprint(PrivateKeys.open(it.need("wrapped"), it.text("passphrase") ?: "").publicKey) }

    @Test
    fun `what is wrapped here is opened here`() {
        val pkcs8 = alice().pkcs8
        assertContentEquals(pkcs8, PrivateKeys.open(PrivateKeys.wrap(pkcs8, "ﬁve words"), "five words").pkcs8, "NFKC")
    }

    private fun alice(): KeyPair = PrivateKeys.open(person("alice").need("wrapped"), "correct horse battery staple")

    @Test
    fun `session keys`() {
        val pair = alice()
        each(read("session-keys").objects("cases")) {
            base64(Rsa.openKey(pair, it.need("conversationUuid"), it.need("keyEncryptedBase64"), it.need("signatureBase64"), person(it.need("signer")).need("publicKey")))
        }
        val key = Crypto.createKey()
        assertContentEquals(key, Rsa.openKey(pair, "ABC", Rsa.wrap(pair.publicKey, key), Rsa.sign(pair, "abc", key), pair.publicKey))
    }

    @Test
    fun bodies() = each(read("bodies").objects("cases")) {
        val key = fromBase64(it.need("keyBase64"))
        val plain = Crypto.openBody(key, place(it), Sealed(it.need("bodyEncryptedBase64"), it.need("ivBase64")))
        assertEquals(it.need("bodyEncryptedBase64"), Crypto.sealBody(key, place(it), plain, fromBase64(it.need("ivBase64"))).body, "sealed with the same iv, it is the same")
        plain
    }

    @Test
    fun labels() = each(read("labels").objects("cases")) {
        val key = fromBase64(it.need("keyBase64"))
        when (it.need("kind")) {
            "metadata" -> Crypto.openOwn(key, it.need("label"))
            "nick" -> Crypto.openNick(key, it.need("conversationUuid"), it.need("owner"), it.need("label"))
            else -> Crypto.openTitle(key, it.need("conversationUuid"), it.need("label"))
        }
    }

    @Test
    fun files() = each(read("files").objects("cases")) {
        val key = fromBase64(it.need("keyBase64"))
        val bytes = fromBase64(it.need("sealedBase64"))
        val name = Crypto.openFileName(key, place(it), it.need("fileNameEncrypted"))
        val info = Crypto.fileInfo(place(it), it.need("fileNameEncrypted"))
        val plain = ByteArrayOutputStream().also { target -> SealedFile.open(bytes.inputStream(), target, key, info) }.toByteArray()
        sealsTheSame(plain, key, info, bytes)
        "${name.name} ${name.type} ${plain.size} ${hex(Crypto.sha256(plain))}"
    }

    private fun sealsTheSame(plain: ByteArray, key: ByteArray, info: ByteArray, bytes: ByteArray) {
        val file = File.createTempFile("messenger", ".plain").apply { writeBytes(plain) }
        SealedFile(file, key, info, bytes.copyOf(HEADER)).use { again ->
            assertEquals(bytes.size.toLong(), again.size)
            assertContentEquals(bytes, again.slice(0, again.size), "sealed with the same header, it is the same")
            for ((from, to) in listOf(10L to 70_000L, 24L to 25L, 65_576L to 65_577L, 65_559L to 140_000L)) {
                if (from < bytes.size) assertContentEquals(bytes.copyOfRange(from.toInt(), minOf(to, again.size).toInt()), again.slice(from, to), "any part of it can be made")
            }
        }
        file.delete()
    }

    private companion object {
        const val HEADER = 24
    }
}
