package actors.messenger.client

import actors.messenger.client.crypto.Crypto

/** Contacts, names, blocking, safety numbers, pictures of people. */
public class People internal constructor(private val core: Core, private val ask: Ask, private val account: Account, private val trust: Trust, private val transfer: Transfer) {
    private val model = core.model
    private val blocked = LinkedHashSet<String>()

    /** Reads the contacts and the blacklist from the server; names are opened here. */
    public suspend fun contacts(): List<Person> = core.turn {
        val users = ask("RequestGetContactList", json()).objects("users")
        val blacklist = ask("GetBlackList", json()).texts("users")
        blocked.clear()
        blocked += blacklist
        val opened = users.map { raw ->
            val person = Person(raw.need("contactId"))
            try {
                person.copy(
                    name = raw.text("nickEncrypted")?.let { account.openOwn(it) }, number = raw.text("contactIdEncrypted")?.let { account.openOwn(it) },
                    verified = raw.text("trustedFingerprintEncrypted")?.let { account.openOwn(it) },
                )
            } catch (_: CryptoException) {
                person // another device's, of other keys: without its name
            }
        }
        model.change { transaction ->
            for (one in opened) transaction.putPerson(transaction.person(one.userId).copy(name = one.name, number = one.number, verified = one.verified))
        }
        model.emit(Event.PeopleChanged)
        opened
    }

    /** A new contact. Gives the user id. @param number E.164 @throws NotAcceptedException when nobody is registered under it */
    public suspend fun add(number: String, name: String): String = core.turn {
        val userId = Crypto.userIdOf(number)
        if (userId !in ask("RequestGetRegisteredUsers", json("checkUserList" to listOf(userId))).texts("users")) throw NotAcceptedException("this number is not registered here")
        save(known(userId).copy(number = number, name = name))
        userId
    }

    /** What the owner of this device calls somebody. */
    public suspend fun rename(userId: String, name: String): Unit = core.turn { save(known(userId).copy(name = name)) }

    /** The two compared their safety number. */
    public suspend fun verify(userId: String, verified: Boolean): Unit = core.turn { save(known(userId).copy(verified = if (verified) safetyNumber(userId) else null)) }

    private fun known(userId: String) = model.people[userId] ?: Person(userId)

    private suspend fun save(person: Person) {
        fun label(text: String?) = text?.let { account.sealOwn(it) }
        val contact = json(
            "contactId" to person.userId, "nickEncrypted" to label(person.name), "contactIdEncrypted" to label(person.number), "trustedFingerprintEncrypted" to label(person.verified),
        )
        ask("UpdateContact", json("contact" to contact))
        model.change { transaction ->
            transaction.putPerson(transaction.person(person.userId).copy(name = person.name, number = person.number, verified = person.verified))
        }
        model.emit(Event.PeopleChanged)
    }

    /** What this device knows of somebody. */
    public suspend fun person(userId: String): Person = core.turn { known(userId) }

    /** All with a name, by name. */
    public suspend fun list(): List<Person> = core.turn { model.people.values.filter { it.name != null && it.userId != model.me }.sortedBy { it.name } }

    /** What to call somebody: one's own name for them, theirs in that conversation, or the beginning of the id. */
    @JvmOverloads
    public suspend fun name(userId: String, conversation: String? = null): String = core.turn {
        if (userId == model.me) model.profile?.name ?: ""
        else model.people[userId]?.name
            ?: conversation?.let { model.conversations[lower(it)]?.nicks?.get(userId) }
            ?: model.conversations.values.firstNotNullOfOrNull { it.nicks[userId] }
            ?: model.people[userId]?.number
            ?: "#${userId.take(6)}"
    }

    /** Whether this person blocked somebody, as of the last [contacts], [block] or [unblock]. */
    public suspend fun isBlocked(userId: String): Boolean = core.turn { userId in blocked }

    public suspend fun block(userId: String): Unit = core.turn {
        ask("AddBlackList", json("userId" to userId))
        blocked += userId
        mark(userId, true)
    }

    public suspend fun unblock(userId: String): Unit = core.turn {
        ask("RemoveBlackList", json("userId" to userId))
        blocked -= userId
        mark(userId, false)
    }

    private suspend fun mark(userId: String, isBlocked: Boolean) {
        model.change { transaction ->
            for (one in model.conversations.values) if (one.isDialog && userId in one.admins) transaction.patch(one.key) { copy(blocked = isBlocked) }
        }
        model.emit(Event.PeopleChanged)
    }

    /** What the two compare by voice or side by side. */
    public suspend fun safetyNumber(userId: String): String = core.turn { Crypto.safetyNumber(account.pair.publicKey, trust.current(userId)) }

    /** One's own picture. @param type such as `image/png` */
    public suspend fun setAvatar(picture: ByteArray, type: String): Unit = core.turn { transfer.setAvatar(pathOf(model.me), picture, type) }

    public suspend fun removeAvatar(): Unit = core.turn { transfer.setAvatar(pathOf(model.me), null, "") }

    /** Somebody's picture; null: there is none. */
    public suspend fun avatar(userId: String): ByteArray? = core.turn { transfer.avatar(pathOf(userId)) }

    /** Tells the operator of somebody. */
    public suspend fun report(userId: String, reason: String): Unit = core.turn { ask("AddUserReport", json("userId" to userId, "reason" to reason)) }

    /** FILE-8: base64url. */
    private fun pathOf(userId: String) = "user_${userId.replace('+', '-').replace('/', '_').replace("=", "")}"

    public companion object {
        /** FMT-1: the user id of a number in E.164. */
        @JvmStatic
        public fun userIdOf(number: String): String = Crypto.userIdOf(number)
    }
}
