package actors.messenger.client.crypto

import actors.messenger.client.CryptoException
import actors.messenger.client.utf8
import java.io.Closeable
import java.io.File
import java.io.InputStream
import java.io.OutputStream
import java.io.RandomAccessFile
import java.nio.ByteBuffer
import javax.crypto.Cipher
import javax.crypto.Mac
import javax.crypto.spec.SecretKeySpec

/**
 * A file in authenticated chunks (docs/clients.md): any part of it can be made again, so that an upload goes on where it stopped, and memory holds one chunk.
 *
 * @param header to be kept with an upload that may go on later
 */
internal class SealedFile(plain: File, key: ByteArray, info: ByteArray, private val header: ByteArray) : Closeable {
    private val source = RandomAccessFile(plain, "r")
    private val length = source.length()
    private val derived = derive(key, header, info)
    private val chunks = maxOf(1, (length + CHUNK - 1) / CHUNK)

    /** Of the ciphertext. */
    val size: Long = HEADER + length + chunks * TAG

    private fun chunk(number: Long): ByteArray {
        val plain = ByteArray(minOf(CHUNK.toLong(), length - number * CHUNK).toInt())
        source.seek(number * CHUNK)
        source.readFully(plain)
        return Crypto.aesGcm(Cipher.ENCRYPT_MODE, derived, iv(number, number == chunks - 1), header, plain)
    }

    /** The ciphertext from one byte to another. */
    fun slice(from: Long, to: Long): ByteArray {
        val end = minOf(to, size)
        val part = ByteArray((end - from).toInt())
        var at = 0
        fun add(bytes: ByteArray, begin: Long) {
            val first = maxOf(0, from - begin).toInt()
            val last = minOf(bytes.size.toLong(), end - begin).toInt()
            if (first >= last) return
            bytes.copyInto(part, at, first, last)
            at += last - first
        }
        if (from < HEADER) add(header, 0)
        var number = maxOf(0, (from - HEADER) / WHOLE)
        while (number < chunks && HEADER + number * WHOLE < end) {
            add(chunk(number), HEADER + number * WHOLE)
            number++
        }
        return part
    }

    override fun close(): Unit = source.close()

    companion object {
        private const val BITS = 16
        private const val CHUNK = 1 shl BITS
        private const val TAG = 16
        private const val WHOLE = CHUNK + TAG
        private const val SALT = 16

        /** A chunk's number has four bytes of its iv. */
        private const val MOST_CHUNKS = 0xffff_ffffL
        private val START = utf8("MSGF") + byteArrayOf(1, BITS.toByte(), 0, 0)
        private val HEADER = START.size + SALT

        fun header(): ByteArray = START + Crypto.random(SALT)

        /** HKDF-SHA-256 (RFC 5869) of one block. */
        private fun derive(key: ByteArray, header: ByteArray, info: ByteArray): ByteArray {
            fun hmac(key: ByteArray, bytes: ByteArray) = Mac.getInstance("HmacSHA256").run {
                init(SecretKeySpec(key, "HmacSHA256"))
                doFinal(bytes)
            }
            return hmac(hmac(header.copyOfRange(START.size, HEADER), key), info + 1)
        }

        private fun iv(number: Long, last: Boolean): ByteArray {
            if (number > MOST_CHUNKS) throw CryptoException("the file is too long")
            return ByteBuffer.allocate(12).putInt(7, number.toInt()).put(11, if (last) 1 else 0).array()
        }

        /** Reads until the buffer is full or the source ends. */
        private fun InputStream.fill(buffer: ByteArray, from: Int): Int {
            var at = from
            while (at < buffer.size) {
                val count = read(buffer, at, buffer.size - at)
                if (count < 0) break
                at += count
            }
            return at
        }

        /** Writes the plaintext, chunk by chunk. What was written is only to be shown when this returns without an error (CL-45). */
        fun open(source: InputStream, target: OutputStream, key: ByteArray, info: ByteArray) {
            val header = ByteArray(HEADER)
            if (source.fill(header, 0) < HEADER) throw CryptoException("the file was cut")
            if (START.indices.any { header[it] != START[it] }) throw CryptoException("this is no sealed file that this client reads")
            val derived = derive(key, header, info)
            val buffer = ByteArray(WHOLE + 1) // one byte more than a chunk: then it is not the last
            var number = 0L
            var have = 0
            while (true) {
                have = source.fill(buffer, have)
                val last = have <= WHOLE
                val size = minOf(have, WHOLE)
                if (size < TAG || (size == TAG && number > 0)) throw CryptoException("the file was cut")
                target.write(
                    Crypto.orCryptoException("the file was changed, cut or extended, or belongs elsewhere") {
                        Crypto.aesGcm(Cipher.DECRYPT_MODE, derived, iv(number++, last), header, buffer.copyOf(size))
                    },
                )
                if (last) return
                buffer[0] = buffer[WHOLE]
                have = 1
            }
        }
    }
}
