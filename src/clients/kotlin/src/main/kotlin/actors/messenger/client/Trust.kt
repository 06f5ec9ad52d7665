package actors.messenger.client

import actors.messenger.client.crypto.Crypto
import actors.messenger.client.crypto.KeyPair
import org.json.JSONObject

/** Other people's public keys: the first one seen is trusted, another one is told, one that changes under its own name is refused (CL-42). */
internal class Trust(private val model: Model, private val ask: Ask, private val own: () -> KeyPair) {
    /** The public keys that these people have now, by user id, in PEM. */
    suspend fun current(userIds: Collection<String>): Map<String, String> {
        val keys = LinkedHashMap<String, String>()
        if (model.me in userIds) keys[model.me] = own().publicKey
        for (some in userIds.distinct().filter { it != model.me }.chunked(MULTI)) {
            for (user in ask("RequestGetUserInfoMulti", json("userIds" to some)).objects("users")) keys[user.need("userId")] = meet(user)
        }
        return keys
    }

    suspend fun current(userId: String): String = current(listOf(userId))[userId] ?: throw CryptoException("this person is not registered, or has no keys yet")

    /** The key of the pair that somebody signed with. */
    suspend fun ofSigner(userId: String, pair: String?): String {
        if (userId == model.me) return own().publicKey
        fun known() = if (pair == null) null else model.people[userId]?.keys?.find { it.pair.equals(pair, ignoreCase = true) }?.pem
        known()?.let { return it }
        val current = current(listOf(userId))[userId]
        return (if (pair == null) current else known())
            ?: throw CryptoException("the session key was signed with a key pair that its signer does not have any more")
    }

    private suspend fun meet(user: JSONObject): String {
        val userId = user.need("userId")
        val pem = user.text("publicKeyBase64") ?: throw CryptoException("this person is not registered, or has no keys yet")
        val pair = user.text("keyPairUuid")
        val print = Crypto.fingerprint(pem)
        model.change { transaction ->
            val person = transaction.person(userId)
            if (person.keys.any { it.pair != null && it.pair.equals(pair, ignoreCase = true) && Crypto.fingerprint(it.pem) != print }) {
                throw CryptoException("the server gives another public key under the name of one that is known: it is not used")
            }
            val last = person.keys.lastOrNull()
            val isSame = last != null && Crypto.fingerprint(last.pem) == print
            if (isSame && last.pair == pair) return@change
            transaction.putPerson(person.copy(keys = (person.keys + PublicKey(pair, pem)).takeLast(REMEMBERED), avatarUpdated = Person.pictureOf(user)))
            if (last != null && !isSame) transaction.afterwards += { model.emit(Event.KeysChanged(userId)) }
        }
        return pem
    }

    private companion object {
        /** Of one person; enough to verify what was signed before the last changes of key. */
        const val REMEMBERED = 16

        /** People that one request takes. */
        const val MULTI = 500
    }
}
