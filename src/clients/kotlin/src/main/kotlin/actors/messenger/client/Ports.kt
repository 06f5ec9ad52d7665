package actors.messenger.client

import kotlinx.coroutines.delay
import java.io.Closeable
import java.io.IOException
import java.io.InputStream

/** All pauses and deadlines; never the time of day (CL-6). */
public interface Clock {
    /** Milliseconds that never go back. */
    public fun now(): Long

    public suspend fun sleep(milliseconds: Long)

    /** The platform's. */
    public object Platform : Clock {
        private val origin = System.nanoTime()

        override fun now(): Long = (System.nanoTime() - origin) / 1_000_000

        override suspend fun sleep(milliseconds: Long): Unit = delay(milliseconds)
    }
}

/** A WebSocket that is opening or open. */
public interface Socket {
    /** False: it is not open. */
    public fun send(frame: String): Boolean

    /** Says goodbye. */
    public fun close()

    /** Ends it without a word. */
    public fun cancel()
}

/** What becomes of a [Socket]. Called from whatever thread, one call at a time; it may block its caller for a moment. */
public interface SocketListener {
    public fun onOpen()

    public fun onFrame(frame: String)

    /** The last call. [code] is 1006 where the connection simply ended. */
    public fun onEnd(code: Int, reason: String)
}

/** One HTTP request. [body] is in memory: uploads go in pieces. */
public class HttpRequest(public val method: String, public val url: String, public val headers: Map<String, String>, public val body: ByteArray? = null)

/** Its answer, to be closed. */
public class HttpResponse(public val code: Int, public val body: InputStream, private val header: (String) -> String?, private val end: Closeable) : Closeable {
    public fun header(name: String): String? = header.invoke(name)

    override fun close(): Unit = end.close()
}

/** The network. [OkHttpTransport] is the one to use. */
public interface Transport {
    /** Begins to open a socket with that subprotocol (ENV-1). */
    public fun connect(url: String, protocol: String, listener: SocketListener): Socket

    /** Blocks. */
    @Throws(IOException::class)
    public fun send(request: HttpRequest): HttpResponse
}

/**
 * Where the opened private key may be kept between two starts, so that a push can be shown with its text. On Android: encrypted under a key of the Android Keystore.
 * Without one, [Account.unlock] takes the passphrase at each start.
 */
public interface KeyVault {
    public fun load(): ByteArray?

    public fun save(privateKey: ByteArray)

    public fun erase()
}
