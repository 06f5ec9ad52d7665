package actors.messenger.client

import actors.messenger.client.crypto.Crypto
import actors.messenger.client.crypto.KeyPair
import actors.messenger.client.crypto.Rsa
import actors.messenger.client.store.Table
import org.json.JSONObject

/** A session key and its name. */
internal class SessionKey(val uuid: String, val key: ByteArray)

/** Session keys: which one is current, opening them, making new ones (CL-41, CL-43, CL-44). */
internal class Keys(private val core: Core, private val ask: Ask, private val own: () -> KeyPair, private val trust: Trust) {
    private val model = core.model

    /** Opened keys, the one not used for longest first. */
    private val opened = object : LinkedHashMap<String, ByteArray>(16, 0.75f, true) {
        override fun removeEldestEntry(eldest: MutableMap.MutableEntry<String, ByteArray>) = size > OPENED
    }

    /** When this device may replace a key, by its own clock. */
    private val due = HashMap<String, Long>()

    private fun uuid(conversation: String) = model.conversations[conversation]?.uuid ?: conversation

    /** The key that something was sealed with. */
    suspend fun get(conversation: String, uuid: String): ByteArray {
        val name = nameOf(conversation, uuid)
        opened[name]?.let { return it }
        val wrapped = model.key(name) ?: fetch(conversation, uuid, name)
        val signerId = wrapped.text("signerUserId") ?: throw CryptoException("a session key without a signer is not used")
        val signer = trust.ofSigner(signerId, wrapped.text("signerKeyPairUuid"))
        val pair = own()
        val key = core.heavy { Rsa.openKey(pair, conversation, wrapped.text("keyEncryptedBase64") ?: "", wrapped.text("signatureBase64") ?: "", signer) }
        opened[name] = key
        return key
    }

    private suspend fun fetch(conversation: String, uuid: String, name: String): JSONObject {
        val wrapped = ask("RequestGetSessionKey", json("conversationUuid" to uuid(conversation), "sessionKeyUuid" to uuid)).getJSONObject("sessionKey")
        if (lower(wrapped.need("uuid")) != lower(uuid) || lower(wrapped.need("conversationUuid")) != conversation) {
            throw CryptoException("the server gave another session key than the one asked for")
        }
        model.change { it.put(Table.KEYS, name, wrapped) }
        return wrapped
    }

    /** The key to seal with, a new one where it is time for one. */
    suspend fun forWriting(conversation: String): SessionKey {
        if (model.conversations[conversation]?.keyDoubt == true) lookUp(conversation)
        val known = model.conversations[conversation] ?: throw CryptoException("the conversation is gone")
        if (isTime(known)) return rekey(conversation)
        return try {
            SessionKey(known.sessionKeyUuid, get(conversation, known.sessionKeyUuid))
        } catch (fault: CryptoException) {
            replace(known, fault)
        } catch (fault: RefusedException) {
            if (fault.status != "not_found") throw fault
            replace(known, fault)
        }
    }

    /** A key that cannot be used is replaced, and never written with. */
    private suspend fun replace(known: Conversation, fault: MessengerException): SessionKey = if (may(known)) rekey(known.key) else throw fault

    private suspend fun lookUp(conversation: String) {
        val full = ask("RequestGetConversationFull", json("conversationUuid" to uuid(conversation)))
        val updated = ask("RequestGetUpdatedPublicKeys", json("conversationUuid" to uuid(conversation))).textMap("publicKeys")
        val now = full.getJSONObject("conversation")
        val key = full.child("sessionKey")
        val signer = key?.text("signerUserId")
        val isDue = updated.isNotEmpty() || (key != null && signer !in now.texts("admins") && signer !in now.texts("members"))
        model.change { transaction ->
            if (key != null) transaction.put(Table.KEYS, nameOf(conversation, key.need("uuid")), key)
            transaction.patch(conversation) {
                copy(
                    sessionKeyUuid = now.text("sessionKeyUuid") ?: "", admins = now.texts("admins"), members = now.texts("members"), keyMade = key?.long("created"), keyDoubt = false,
                    rekeyDue = rekeyDue || isDue,
                )
            }
        }
    }

    private fun may(conversation: Conversation) = conversation.people.size <= LARGE || model.me in conversation.admins

    private fun isTime(conversation: Conversation): Boolean {
        if (!may(conversation)) return false
        if (conversation.keyUses >= MESSAGES) return true
        if (conversation.keyMade != null && conversation.lastMessage - conversation.keyMade > AGE) return true
        if (!conversation.rekeyDue) return false
        val at = due[conversation.key] ?: return true
        if (at > core.clock.now()) return false
        due -= conversation.key
        return true
    }

    /** Somebody went, by somebody else's doing: this device waits whether another one replaces the key. */
    fun somebodyWent(conversation: String) {
        due[conversation] = core.clock.now() + LEAST_WAIT + (core.random() * (MOST_WAIT - LEAST_WAIT)).toLong()
    }

    /** A new key for everyone who is a member now. */
    suspend fun rekey(conversation: String): SessionKey {
        var tries = 0
        while (true) {
            val pending = model.key(pendingOf(conversation)) ?: make(conversation)
            try {
                val uuid = ask("RequestAddNewSessionKeys", pending).need("sessionKeyUuid")
                val mine = pending.objects("sessionKeys").first { it.text("userId") == model.me }
                val wrapped = JSONObject(mine.toString()).put("uuid", uuid).put("conversationUuid", uuid(conversation))
                model.change { transaction ->
                    transaction.remove(Table.KEYS, pendingOf(conversation))
                    transaction.put(Table.KEYS, nameOf(conversation, uuid), wrapped)
                    transaction.patch(conversation) { copy(sessionKeyUuid = uuid, keyMade = lastMessage, keyUses = 0, rekeyDue = false) }
                }
                return SessionKey(uuid, get(conversation, uuid))
            } catch (fault: RefusedException) {
                if (fault.passes) throw fault
                // The roster changed meanwhile: begin anew. What was refused changed nothing.
                model.change { it.remove(Table.KEYS, pendingOf(conversation)) }
                if (++tries >= TRIES || (fault.status != "conflict" && fault.status != "bad_request")) throw fault
            }
        }
    }

    /** Wrapped, and stored before they are sent: the very same are sent again (TRY-6). */
    private suspend fun make(conversation: String): JSONObject {
        val roster = ask("RequestGetMembersList", json("conversationUuid" to uuid(conversation)))
        val (admins, members) = roster.texts("admins") to roster.texts("members")
        val all = admins + members
        val named = if (all.size > LARGE) (admins + model.me + members).distinct().take(LARGE) else all
        val key = Crypto.createKey()
        val publicKeys = trust.current(named)
        val pair = own()
        val values = core.heavy {
            val signature = Rsa.sign(pair, conversation, key)
            publicKeys.map { (userId, publicKey) -> value(key, userId, publicKey, signature) }
        }
        val pending = json("conversationUuid" to uuid(conversation), "sessionKeys" to values)
        model.change { it.put(Table.KEYS, pendingOf(conversation), pending) }
        return pending
    }

    /** One person's copy, as it is sent. */
    fun value(key: ByteArray, userId: String, publicKey: String, signature: String): JSONObject = json(
        "keyEncryptedBase64" to Rsa.wrap(publicKey, key), "signatureBase64" to signature, "signerKeyPairUuid" to model.profile?.pairUuid, "signerUserId" to model.me, "userId" to userId,
    )

    fun forget(): Unit = opened.clear()

    companion object {
        /** Opened keys in memory. */
        private const val OPENED = 2_000

        /** A key is replaced after so many messages, or so long: what one stolen key opens is bounded. */
        private const val MESSAGES = 500
        private const val AGE = 7 * 24 * 3_600_000L

        /** Others wait for so long, at random, before they replace a key after somebody went. */
        private const val LEAST_WAIT = 5_000L
        private const val MOST_WAIT = 60_000L

        /** More people than one message names: an admin's work (KEY-7). */
        private const val LARGE = 100
        private const val TRIES = 3

        fun nameOf(conversation: String, uuid: String): String = "$conversation/${lower(uuid)}"

        private fun pendingOf(conversation: String) = "pending/$conversation"
    }
}
