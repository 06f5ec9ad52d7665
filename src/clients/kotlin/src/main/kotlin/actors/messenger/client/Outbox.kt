package actors.messenger.client

import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.launch

/** What follows from an answer or a refusal, in the transaction that removes its entry. */
internal typealias Effect = suspend (Transaction) -> Unit

/** Sends what was accepted, exactly once or reported as failed: CL-10 to CL-16. Entries are in the store; this works them off. */
internal class Outbox(
    private val core: Core,
    private val send: suspend (Entry) -> Effect,
    private val failed: (Entry, MessengerException) -> Effect,
    private val isUnlocked: () -> Boolean = { true },
) {
    private val model = core.model

    /** Lanes at work. */
    private val working = HashSet<String>()

    /** Works off whatever is there; to be called after each change of the outbox. */
    fun run() {
        val seen = HashSet<String>()
        for (entry in model.outbox.values) {
            if (working.size >= LANES) return
            if (seen.add(entry.lane) && canSend(entry) && working.add(entry.lane)) core.scope.launch { lane(entry.lane) }
        }
    }

    /** What is to be sealed waits until there are keys: after a push there may be none. */
    fun canSend(entry: Entry): Boolean = isUnlocked() || entry is Entry.Receipts || (entry is Entry.Write && entry.payload != null)

    private suspend fun lane(lane: String) {
        try {
            while (true) {
                val entry = model.outbox.values.firstOrNull { it.lane == lane } ?: break
                if (!canSend(entry)) break
                one(entry)
            }
        } catch (_: EndedException) {
            return // stopped, replaced, refused: it stays, and the next login works it off
        } catch (fault: CancellationException) {
            throw fault // the client was closed
        } catch (fault: Exception) {
            // The store or a file failed: nothing changed, and the next login works the outbox off again.
            model.emit(Event.Fault("the outbox could not be worked off", fault))
            return
        } finally {
            working -= lane
        }
        run() // another lane may have waited for a place
    }

    private suspend fun one(entry: Entry) {
        val effect = try {
            send(entry)
        } catch (_: ConnectionLostException) {
            return // what had to be asked first was not answered: it is tried again, over the next connection
        } catch (fault: RefusedException) {
            if (fault.passes && fault.status != "internal") {
                core.clock.sleep(fault.wait ?: AGAIN) // CL-14: the entry stays
                return
            }
            failed(entry, fault)
        } catch (fault: CryptoException) {
            failed(entry, fault)
        } catch (fault: NotAcceptedException) {
            failed(entry, fault)
        }
        model.change { transaction ->
            val now = transaction.entry(entry.id) ?: return@change // the conversation was removed meanwhile, and this with it
            // Receipts may have been added while others were sent; what else changed is this entry with what was sealed for it.
            if (entry is Entry.Receipts && now is Entry.Receipts && now != entry) transaction.putEntry(remaining(now, entry)) else transaction.removeEntry(entry.id)
            effect(transaction)
        }
    }

    /** Receipts that came while others were sent. */
    private fun remaining(now: Entry.Receipts, sent: Entry.Receipts) =
        now.copy(delivered = now.delivered - sent.delivered.toSet(), read = now.read - sent.read.toSet(), all = now.all && !sent.all)

    companion object {
        /** Entries that are kept (CL-16). */
        const val BOUND = 1_000

        /** Conversations that are sent to at the same time (CL-12). */
        private const val LANES = 16
        private const val AGAIN = 5_000L

        /** In the transaction that accepts it. */
        fun accept(transaction: Transaction, entry: Entry) {
            if (transaction.model.outbox.size >= BOUND) throw NotAcceptedException("$BOUND entries wait to be sent: this one is not accepted")
            transaction.putEntry(entry)
        }
    }
}
