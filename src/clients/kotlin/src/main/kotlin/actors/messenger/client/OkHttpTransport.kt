package actors.messenger.client

import okhttp3.MediaType
import okhttp3.OkHttpClient
import okhttp3.Request
import okhttp3.RequestBody
import okhttp3.Response
import okhttp3.WebSocket
import okhttp3.WebSocketListener
import java.io.IOException
import java.util.concurrent.TimeUnit

/** The network by OkHttp. Give the application's own client to share its pools, proxies and certificate pins. */
public class OkHttpTransport @JvmOverloads constructor(client: OkHttpClient = OkHttpClient()) : Transport {
    // Deadlines are the library's (CL-2); those of a WebSocket's reads are none.
    private val sockets = client.newBuilder().readTimeout(0, TimeUnit.MILLISECONDS).build()
    private val http = client.newBuilder().followRedirects(false).build()

    override fun connect(url: String, protocol: String, listener: SocketListener): Socket {
        val request = Request.Builder().url(url).header("Sec-WebSocket-Protocol", protocol).build()
        val socket = sockets.newWebSocket(
            request,
            object : WebSocketListener() {
                override fun onOpen(webSocket: WebSocket, response: Response) = listener.onOpen()

                override fun onMessage(webSocket: WebSocket, text: String) = listener.onFrame(text)

                override fun onClosing(webSocket: WebSocket, code: Int, reason: String) = listener.onEnd(code, reason)

                override fun onClosed(webSocket: WebSocket, code: Int, reason: String) = listener.onEnd(code, reason)

                override fun onFailure(webSocket: WebSocket, t: Throwable, response: Response?) =
                    listener.onEnd(ABNORMAL, if (response == null) t.toString() else "the server answered with HTTP ${response.code()}")
            },
        )
        return object : Socket {
            override fun send(frame: String) = socket.send(frame)

            override fun close() {
                socket.close(NORMAL, null)
            }

            override fun cancel() = socket.cancel()
        }
    }

    @Throws(IOException::class)
    override fun send(request: HttpRequest): HttpResponse {
        val type = request.headers["Content-Type"]?.let { MediaType.parse(it) }
        // A POST needs a body, even where there is none.
        val body = request.body ?: if (request.method == "POST" || request.method == "PATCH" || request.method == "PUT") ByteArray(0) else null
        val built = Request.Builder().url(request.url).method(request.method, body?.let { RequestBody.create(type, it) })
        for ((name, value) in request.headers) built.header(name, value)
        val response = http.newCall(built.build()).execute()
        return HttpResponse(response.code(), response.body()!!.byteStream(), { response.header(it) }, response)
    }

    private companion object {
        const val NORMAL = 1000
        const val ABNORMAL = 1006
    }
}
