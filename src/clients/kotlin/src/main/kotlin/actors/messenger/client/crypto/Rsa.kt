package actors.messenger.client.crypto

import actors.messenger.client.CryptoException
import actors.messenger.client.base64
import actors.messenger.client.fromBase64
import actors.messenger.client.lower
import actors.messenger.client.utf8
import java.security.KeyFactory
import java.security.KeyPairGenerator
import java.security.Security
import java.security.Signature
import java.security.interfaces.RSAPrivateCrtKey
import java.security.interfaces.RSAPublicKey
import java.security.spec.MGF1ParameterSpec
import java.security.spec.PKCS8EncodedKeySpec
import java.security.spec.PSSParameterSpec
import java.security.spec.RSAPublicKeySpec
import java.security.spec.X509EncodedKeySpec
import javax.crypto.Cipher
import javax.crypto.spec.OAEPParameterSpec
import javax.crypto.spec.PSource

/** A person's key pair: [pkcs8] is the secret part, [publicKey] is PEM. */
internal class KeyPair(val pkcs8: ByteArray, val privateKey: RSAPrivateCrtKey, val publicKey: String)

/** Key pairs and session keys: RSA-OAEP and RSA-PSS, both with SHA-256. Everything here takes milliseconds, [create] takes seconds. */
internal object Rsa {
    private const val BITS = 4096
    private const val SALT = 32
    private val pem = Regex("-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\\s]+)-----END PUBLIC KEY-----")

    // The platform's default for MGF1 is SHA-1: both are said.
    private val oaep = OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, PSource.PSpecified.DEFAULT)
    private val pss = PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, SALT, 1)

    /** The JDK and Android call it differently. */
    private val pssName = if (Security.getAlgorithms("Signature").any { it.equals("RSASSA-PSS", ignoreCase = true) }) "RSASSA-PSS" else "SHA256withRSA/PSS"

    fun create(): KeyPair = of(KeyPairGenerator.getInstance("RSA").apply { initialize(BITS) }.generateKeyPair().private.encoded)

    /** @param pkcs8 DER */
    fun of(pkcs8: ByteArray): KeyPair = Crypto.orCryptoException("this is no private key") {
        val factory = KeyFactory.getInstance("RSA")
        val key = factory.generatePrivate(PKCS8EncodedKeySpec(pkcs8)) as? RSAPrivateCrtKey ?: throw CryptoException("this is no private key")
        val public = factory.generatePublic(RSAPublicKeySpec(key.modulus, key.publicExponent))
        KeyPair(pkcs8, key, "-----BEGIN PUBLIC KEY-----\n${base64(public.encoded).chunked(64).joinToString("\n")}\n-----END PUBLIC KEY-----\n")
    }

    fun spki(publicKey: String): ByteArray = Crypto.orCryptoException("this is no public key") {
        val match = pem.find(publicKey) ?: throw CryptoException("a public key must be a PEM block PUBLIC KEY")
        fromBase64(match.groupValues[1].filterNot { it.isWhitespace() })
    }

    private fun public(publicKey: String): RSAPublicKey = Crypto.orCryptoException("this is no public key") {
        val key = KeyFactory.getInstance("RSA").generatePublic(X509EncodedKeySpec(spki(publicKey))) as RSAPublicKey
        if (key.modulus.bitLength() < BITS) throw CryptoException("a public key of ${key.modulus.bitLength()} bits is not used: it takes $BITS")
        key
    }

    private fun cipher() = Cipher.getInstance("RSA/ECB/OAEPWithSHA-256AndMGF1Padding")

    fun wrap(publicKey: String, key: ByteArray): String = base64(cipher().run {
        init(Cipher.ENCRYPT_MODE, public(publicKey), oaep)
        doFinal(key)
    })

    fun unwrap(pair: KeyPair, wrapped: String): ByteArray = Crypto.orCryptoException("the key is not wrapped for this key pair") {
        cipher().run {
            init(Cipher.DECRYPT_MODE, pair.privateKey, oaep)
            doFinal(fromBase64(wrapped))
        }
    }

    private fun signed(conversation: String, key: ByteArray) = utf8("session-key\n${lower(conversation)}\n") + key

    private fun signature() = Signature.getInstance(pssName).apply { setParameter(pss) }

    fun sign(pair: KeyPair, conversation: String, key: ByteArray): String = base64(signature().run {
        initSign(pair.privateKey)
        update(signed(conversation, key))
        sign()
    })

    /** One's own copy of a session key, verified (KEY-6). */
    fun openKey(pair: KeyPair, conversation: String, wrapped: String, signature: String, signer: String): ByteArray =
        Crypto.orCryptoException("the session key cannot be verified") {
            val key = unwrap(pair, wrapped)
            if (key.size != Crypto.KEY_BYTES) throw CryptoException("a key has ${Crypto.KEY_BYTES} bytes, this one has ${key.size}")
            val valid = signature().run {
                initVerify(public(signer))
                update(signed(conversation, key))
                verify(fromBase64(signature))
            }
            if (!valid) throw CryptoException("the session key's signature is not its signer's: it is not used")
            key
        }
}
