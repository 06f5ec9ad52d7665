package actors.messenger.client

import actors.messenger.client.crypto.Crypto
import actors.messenger.client.crypto.FileName
import actors.messenger.client.crypto.SealedFile
import org.json.JSONException
import org.json.JSONObject
import java.io.File
import java.io.FileOutputStream
import java.io.IOException
import java.io.InputStream
import java.net.URI

/** Files on their way: tus 1.0.0 up, where they stopped before; sealed chunk by chunk (CL-45). Sending them is part of [Talk.write]. */
public class Transfer internal constructor(
    private val core: Core,
    private val server: String,
    private val keys: Keys,
    private val connected: suspend () -> Unit,
    private val ask: Ask,
) {
    private val model = core.model

    /** Until there is an answer that counts: cuts, 423, 429 and 503 are tried again. [read] runs where it may block. */
    private suspend fun <T> request(request: HttpRequest, read: (HttpResponse) -> T): T {
        var pause = 1_000L
        while (true) {
            connected()
            try {
                val answer = core.io {
                    core.transport.send(request).use { response ->
                        if (response.code in BUSY) Result.failure(Busy((response.header("Retry-After")?.toLongOrNull() ?: 0) * 1000)) else Result.success(read(response))
                    }
                }
                val busy = answer.exceptionOrNull() as Busy? ?: return answer.getOrThrow()
                pause = maxOf(pause, minOf(busy.wait, LONGEST_PAUSE))
            } catch (_: IOException) {
                // The network: again after the pause.
            }
            core.clock.sleep(pause)
            pause = minOf(LONGEST_PAUSE, pause * 2)
        }
    }

    private class Busy(val wait: Long) : Exception()

    private fun authorized(vararg more: Pair<String, String>): Map<String, String> {
        val profile = model.profile
        return mapOf("Authorization" to "Basic ${base64(utf8("${profile?.userId}:${profile?.uuid}"))}") + more
    }

    /** One file of a message that the server has. Gives its sealed name. */
    internal suspend fun upload(first: Entry.Upload, message: Message): String {
        var entry = first
        val path = core.outgoing(entry.file.id)
        if (!path.exists()) throw RefusedException("upload", "not_found", "the file is not on this device any more")
        val key = keys.get(message.conversation, message.sessionKeyUuid)
        val place = Followup.placeOf(message)
        val sealedName = entry.sealedName ?: Crypto.sealFileName(key, place, FileName(entry.file.name, entry.file.type))
        val header = entry.header ?: base64(SealedFile.header())
        if (entry.header == null) {
            // Stored before the first byte is sent: what goes on later goes on with the same key and name.
            entry = entry.copy(header = header, sealedName = sealedName)
            keep(entry)
        }
        SealedFile(path, key, Crypto.fileInfo(place, sealedName), fromBase64(header)).use { file ->
            do {
                var url = entry.url
                var offset = url?.let { offset(it) }
                if (url == null || offset == null) {
                    url = create(entry, message, sealedName, file.size)
                    entry = entry.copy(url = url)
                    keep(entry)
                    offset = 0
                }
            } while (!send(url, entry, file, offset))
        }
        return sealedName
    }

    private suspend fun keep(entry: Entry.Upload): Unit = model.change { transaction -> if (transaction.entry(entry.id) != null) transaction.putEntry(entry) }

    private suspend fun create(entry: Entry.Upload, message: Message, sealedName: String, size: Long): String {
        val metadata = listOfNotNull(
            "conversationUuid" to (model.conversations[message.conversation]?.uuid ?: message.conversation), "messageUuid" to message.uuid, "fileNameEncrypted" to sealedName,
            "mimeType" to "application/octet-stream", entry.preview?.let { "previewFileNameEncrypted" to it },
        ).joinToString(",") { (name, value) -> "$name ${base64(utf8(value))}" }
        return request(HttpRequest("POST", "$server/upload", authorized(TUS, "Upload-Length" to size.toString(), "Upload-Metadata" to metadata))) { response ->
            if (response.code != CREATED) throw refusal("upload", response)
            URI(server).resolve(response.header("Location") ?: throw refusal("upload", response)).toString()
        }
    }

    /** Null: it begins anew. */
    private suspend fun offset(url: String): Long? = request(HttpRequest("HEAD", url, authorized(TUS))) { response ->
        when (response.code) {
            NOT_FOUND, GONE -> null
            in SUCCESS -> response.header("Upload-Offset")?.toLongOrNull()
            else -> throw refusal("upload", response)
        }
    }

    /** False: ask where to go on. */
    private suspend fun send(url: String, entry: Entry.Upload, file: SealedFile, from: Long): Boolean {
        var offset = from
        model.emit(Event.Progress(entry.message, entry.file.name, offset, file.size))
        while (offset < file.size) {
            val piece = core.io { file.slice(offset, offset + PIECE) }
            val headers = authorized(TUS, "Upload-Offset" to offset.toString(), "Content-Type" to "application/offset+octet-stream")
            offset = request(HttpRequest("PATCH", url, headers, piece)) { response ->
                when (response.code) {
                    NO_CONTENT -> response.header("Upload-Offset")?.toLongOrNull()
                    CONFLICT, NOT_FOUND, GONE -> null
                    else -> throw refusal("upload", response)
                }
            } ?: return false
            model.emit(Event.Progress(entry.message, entry.file.name, offset, file.size))
        }
        return true
    }

    /** The files of a message, as the server has them now. */
    public suspend fun files(message: Message): List<FileInfo> = core.turn {
        val uuid = model.conversations[message.conversation]?.uuid
        val raw = ask("RequestGetFilesFast", json("conversationUuid" to uuid, "messageUuid" to message.uuid)).objects("files")
        val key = keys.get(message.conversation, message.sessionKeyUuid)
        val files = raw.map { open(key, message, it) }
        model.change { transaction ->
            val now = transaction.message(message.key)
            if (now != null && !now.deleted) transaction.putMessage(now.copy(files = files, isCurrent = true))
        }
        files
    }

    private fun open(key: ByteArray, message: Message, raw: JSONObject): FileInfo {
        val sealedName = raw.need("fileNameEncrypted")
        fun info(name: FileName, unreadable: String?) =
            FileInfo(sealedName, name.name, name.type, raw.long("size") ?: 0, raw.text("downloadUrl"), raw.text("previewFileNameEncrypted"), unreadable)
        return try {
            info(Crypto.openFileName(key, Followup.placeOf(message), sealedName), null)
        } catch (fault: CryptoException) {
            info(FileName("", "application/octet-stream"), fault.message)
        }
    }

    /**
     * Writes the plaintext [into] a file, which is there only when all of it was authenticated (CL-45). A signed URL that has expired is asked for anew.
     */
    public suspend fun download(message: Message, sealedName: String, into: File): Unit = core.turn {
        var isFresh = false
        var file = message.files.find { it.sealedName == sealedName && it.url != null }
        while (true) {
            if (file == null) {
                file = files(message).find { it.sealedName == sealedName }
                isFresh = true
            }
            val url = file?.url ?: throw RefusedException("download", "not_found", "the file is not there")
            val key = keys.get(message.conversation, message.sessionKeyUuid)
            val info = Crypto.fileInfo(Followup.placeOf(message), sealedName)
            val isDone = request(HttpRequest("GET", url, emptyMap())) { response ->
                if (response.code == FORBIDDEN && !isFresh) return@request false
                if (response.code !in SUCCESS) throw refusal("download", response)
                save(response.body, into, key, info)
                true
            }
            if (isDone) return@turn
            file = null
        }
    }

    private fun save(source: InputStream, into: File, key: ByteArray, info: ByteArray) {
        val part = File(into.path + ".part")
        try {
            FileOutputStream(part).use { target ->
                SealedFile.open(source, target, key, info)
                target.fd.sync()
            }
            if (!part.renameTo(into)) throw NotAcceptedException("$into cannot be written")
        } finally {
            part.delete()
        }
    }

    /** @param owner as in the URL, such as `conversation_UUID`; null takes the picture away */
    internal suspend fun setAvatar(owner: String, picture: ByteArray?, type: String) {
        val url = "$server/avatar/$owner"
        val request = if (picture == null) HttpRequest("DELETE", url, authorized()) else HttpRequest("PUT", url, authorized("Content-Type" to type), picture)
        request(request) { response -> if (response.code !in SUCCESS) throw refusal("avatar", response) }
    }

    /** Null: there is none. */
    internal suspend fun avatar(owner: String): ByteArray? = request(HttpRequest("GET", "$server/avatar/$owner", authorized())) { response ->
        when (response.code) {
            NOT_FOUND -> null
            in SUCCESS -> response.body.readBytes()
            else -> throw refusal("avatar", response)
        }
    }

    private fun refusal(what: String, response: HttpResponse): RefusedException {
        val said = try {
            JSONObject(String(response.body.readBytes(), Charsets.UTF_8)).let { it.child("payload") ?: it }
        } catch (_: JSONException) {
            JSONObject()
        }
        return RefusedException(what, said.text("status") ?: STATUSES[response.code] ?: "internal", said.text("description") ?: "HTTP ${response.code}")
    }

    private companion object {
        /** Bytes of one PATCH: what is sent again after a cut at most, and the step of the progress. */
        const val PIECE = 1L shl 20
        const val LONGEST_PAUSE = 30_000L
        const val CREATED = 201
        const val NO_CONTENT = 204
        const val FORBIDDEN = 403
        const val NOT_FOUND = 404
        const val CONFLICT = 409
        const val GONE = 410
        val SUCCESS = 200..299
        val BUSY = setOf(423, 429, 503)
        val TUS = "Tus-Resumable" to "1.0.0"
        val STATUSES = mapOf(401 to "unauthenticated", 403 to "forbidden", 404 to "not_found", 409 to "conflict", 410 to "not_found", 413 to "bad_request")
    }
}
