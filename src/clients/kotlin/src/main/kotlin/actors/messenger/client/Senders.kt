package actors.messenger.client

import actors.messenger.client.crypto.Crypto
import actors.messenger.client.crypto.Place
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.launch
import org.json.JSONObject

/** How each kind of entry of the outbox is sent, and what follows from the answer or the refusal, as one transaction (CL-13, CL-15). */
internal class Senders(private val core: Core, private val supervisor: Supervisor, private val keys: Keys, private val transfer: Transfer) {
    private val model = core.model

    /** For ever: an entry leaves by an answer and by nothing else. */
    private suspend fun ask(type: String, payload: JSONObject) = supervisor.ask(type, payload, Supervisor.FOR_EVER)

    suspend fun send(entry: Entry): Effect = when (entry) {
        is Entry.Write -> write(entry)
        is Entry.Upload -> upload(entry)
        is Entry.Rekey -> rekey(entry)
        is Entry.Receipts -> receipts(entry)
    }

    private suspend fun write(entry: Entry.Write): Effect {
        val payload = entry.payload?.let { JSONObject(it) } ?: seal(entry)
        val message = ask("RequestAddMessage", payload).getJSONObject("message")
        return { transaction ->
            // CL-25: what only an answer brought is no anchor.
            transaction.addMessage(message, anchor = false, count = false)
            // Files go beside later messages of the conversation, but after their own.
            for (file in entry.files) transaction.putEntry(Entry.Upload(model.nextId(), "files/${entry.message}", entry.message, file))
        }
    }

    /** Sealed once, and stored before it is first sent (CL-11). */
    private suspend fun seal(entry: Entry.Write): JSONObject {
        val message = model.message(entry.message)
        val conversation = model.conversations[entry.lane]
        if (message == null || conversation == null) throw RefusedException("RequestAddMessage", "not_found", "the conversation is gone")
        val key = keys.forWriting(entry.lane)
        val sealed = message.text?.let { Crypto.sealBody(key.key, Place(entry.lane, message.uuid, key.uuid, model.me), it) }
        val payload = json(
            "conversationUuid" to conversation.uuid, "messageUuid" to message.uuid, "sessionKeyUuid" to key.uuid, "hasFiles" to message.hasFiles, "replyMessageUuid" to message.replyTo,
            "bodyEncryptedBase64" to sealed?.body, "ivBase64" to sealed?.iv,
        )
        model.change { transaction -> if (transaction.entry(entry.id) != null) transaction.putEntry(entry.copy(payload = payload.toString())) }
        return payload
    }

    private suspend fun upload(entry: Entry.Upload): Effect {
        val file = core.outgoing(entry.file.id)
        val message = model.message(entry.message)
        if (message == null || message.deleted) return { transaction -> transaction.afterwards += { file.delete() } }
        val sealedName = transfer.upload(entry, message)
        return { transaction ->
            transaction.afterwards += { file.delete() }
            transaction.message(entry.message)?.let { transaction.putMessage(it.copy(isCurrent = false)) }
            // The picture that this is the preview of names it.
            for (other in model.outbox.values) {
                if (other is Entry.Upload && other.file.id == entry.file.previewOf) transaction.putEntry(other.copy(preview = sealedName))
            }
        }
    }

    private suspend fun rekey(entry: Entry.Rekey): Effect {
        if (entry.conversation in model.conversations) keys.rekey(entry.conversation)
        return {}
    }

    private suspend fun receipts(entry: Entry.Receipts): Effect {
        val uuid = model.conversations[entry.conversation]?.uuid ?: return {}
        if (entry.all) unlessGone { ask("RequestMarkAllReaded", json("conversationUuid" to uuid)) }
        else {
            if (entry.read.isNotEmpty()) unlessGone { ask("RequestMessagesReaded", json("conversationUuid" to uuid, "messageUuids" to entry.read)) }
            for (some in entry.delivered.chunked(TOGETHER)) {
                coroutineScope {
                    for (message in some) launch { unlessGone { ask("MessageDelivered", json("conversationUuid" to uuid, "messageUuid" to message)) } }
                }
            }
        }
        return {}
    }

    private suspend fun unlessGone(work: suspend () -> Unit) {
        try {
            work()
        } catch (fault: RefusedException) {
            if (fault.status != "not_found") throw fault
        }
    }

    fun failed(entry: Entry, fault: MessengerException): Effect = { transaction ->
        val status = (fault as? RefusedException)?.status ?: fault.message ?: fault.toString()
        when (entry) {
            is Entry.Write -> transaction.message(entry.message)?.let { message ->
                transaction.putMessage(message.copy(state = MessageState.FAILED, status = status))
                transaction.patch(entry.lane) { copy(failed = failed + message.key, keyDoubt = keyDoubt || status == "not_found") }
                transaction.afterwards += { entry.files.forEach { core.outgoing(it.id).delete() } }
            }
            is Entry.Upload -> {
                transaction.message(entry.message)?.let { transaction.putMessage(it.copy(isCurrent = false, status = "a file was refused: $status")) }
                transaction.afterwards += { core.outgoing(entry.file.id).delete() }
            }
            is Entry.Rekey, is Entry.Receipts -> {}
        }
        transaction.afterwards += { model.emit(Event.Refused(entry.javaClass.simpleName, entry.lane, status)) }
    }

    private companion object {
        /** Receipts that wait for their answers at the same time (CL-50). */
        const val TOGETHER = 64
    }
}
