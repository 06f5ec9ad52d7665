package actors.messenger.client

import actors.messenger.client.crypto.Crypto
import actors.messenger.client.crypto.KeyPair
import actors.messenger.client.crypto.PrivateKeys
import actors.messenger.client.crypto.Rsa
import actors.messenger.client.store.Table
import org.json.JSONObject
import java.util.UUID

/** Who this device is: registering it, the person's keys, other devices. */
public class Account internal constructor(private val core: Core, private val ask: Ask, private val options: Options) {
    private val model = core.model
    private var opened: KeyPair? = null
    private var metaKey: ByteArray? = null

    /** Told when keys are opened. */
    internal var unlocked: () -> Unit = {}

    /** Whether a code was confirmed: then [Messenger.start] may be called. */
    public val isRegistered: Boolean get() = model.profile?.confirmed == true

    /** Whether there are keys to seal and open with. */
    public val isUnlocked: Boolean get() = opened != null

    /** What others see. */
    public val name: String? get() = model.profile?.name

    /** Whether the private key deserves to be wrapped again ([changePassphrase], CL-46). */
    public val isKeyOutdated: Boolean get() = model.profile?.wrapped?.let { PrivateKeys.isOutdated(it) } == true

    internal val pair: KeyPair get() = opened ?: throw CryptoException("the private key is locked: unlock it with the passphrase")

    /** From what the vault keeps, where there is one. */
    internal suspend fun restore() {
        val kept = options.vault?.let { vault -> core.io { vault.load() } } ?: return
        open(core.heavy { Rsa.of(kept) })
    }

    private fun open(pair: KeyPair) {
        opened = pair
        metaKey = model.profile?.wrappedMetaKey?.let { Rsa.unwrap(pair, it) }
    }

    internal suspend fun forget() {
        opened = null
        metaKey = null
        options.vault?.let { vault -> core.io { vault.erase() } }
    }

    /** Asks for a code by SMS. @param number E.164, such as +35794048714 */
    public suspend fun requestCode(number: String): Unit = core.turn {
        val profile = Profile(number, Crypto.userIdOf(number), UUID.randomUUID().toString(), confirmed = false)
        once(
            "RequestRegisterApplication",
            json("applicationType" to options.applicationType, "model" to options.model, "openUserId" to number, "userId" to profile.userId, "uuid" to profile.uuid),
        )
        model.change { it.putProfile(profile) }
    }

    /** Registers this device with the code that came. */
    public suspend fun confirm(smsCode: String): Unit = core.turn {
        val profile = model.profile ?: throw NotAcceptedException("a code was not asked for")
        once("RequestConfirmRegistration", json("smsCode" to smsCode, "userId" to profile.userId, "uuid" to profile.uuid))
        model.change { transaction ->
            transaction.putProfile(profile.copy(confirmed = true))
            transaction.remove(Table.META, Transaction.CURSOR)
        }
    }

    /** Before there is a login. */
    private suspend fun once(type: String, payload: JSONObject) {
        val connection = Connection(core, options.url) { _, _ -> }
        try {
            connection.awaitOpen()
            connection.ask(type, payload)
        } finally {
            connection.end(Ending(Ending.NORMAL, "done"))
        }
    }

    private suspend fun info() = ask("RequestGetUserInfo", json("userId" to model.me)).getJSONObject("user")

    /** Whether this person has keys already: then [unlock], else [createKeys]. */
    public suspend fun hasKeys(): Boolean = core.turn { !info().isNull("publicKeyBase64") }

    /** The person's first keys. Takes seconds. @param name what others see */
    public suspend fun createKeys(passphrase: String, name: String): Unit = core.turn {
        val pair = core.heavy { Rsa.create() }
        val wrapped = core.heavy { PrivateKeys.wrap(pair.pkcs8, passphrase) }
        val meta = Crypto.createKey()
        val wrappedMeta = Rsa.wrap(pair.publicKey, meta)
        ask(
            "RequestAddUserKeys",
            json(
                "publicKeyBase64" to pair.publicKey, "privateKeyEncryptedBase64" to wrapped, "metaDataKeyEncryptedBase64" to wrappedMeta, "nick" to Crypto.sealOwn(meta, name),
            ),
        )
        keep(pair) { copy(name = name, wrapped = wrapped, wrappedMetaKey = wrappedMeta) }
        val user = info()
        model.change { it.putProfile(model.profile!!.copy(pairUuid = user.text("keyPairUuid"))) }
    }

    /** Opens the keys that the server keeps for this person, or those that were opened here before: that works offline too. Takes a second. */
    public suspend fun unlock(passphrase: String): Unit = core.turn {
        val known = model.profile?.takeIf { it.pairUuid != null }?.wrapped
        if (known != null) {
            val pair = core.heavy { PrivateKeys.open(known, passphrase) }
            keep(pair) { this }
            return@turn
        }
        val user = info()
        // A new device may have to wait for it, so that a code by SMS alone opens nothing.
        val wrapped = user.text("privateKeyEncryptedBase64")
            ?: throw CryptoException(if (user.isNull("publicKeyBase64")) "this person has no keys yet" else "the keys are not given to this device yet: approve it on another one, or wait")
        val pair = core.heavy { PrivateKeys.open(wrapped, passphrase) }
        val wrappedMeta = user.text("metaDataKeyEncryptedBase64")
        val name = if (wrappedMeta == null) null else user.text("nick")?.let { nameOf(Rsa.unwrap(pair, wrappedMeta), it) }
        keep(pair) { copy(name = name ?: this.name, pairUuid = user.text("keyPairUuid"), wrapped = wrapped, wrappedMetaKey = wrappedMeta) }
    }

    private fun nameOf(key: ByteArray, nick: String): String? = try {
        Crypto.openOwn(key, nick)
    } catch (fault: CryptoException) {
        model.emit(Event.Fault("your own name cannot be read", fault))
        null
    }

    private suspend fun keep(pair: KeyPair, change: Profile.() -> Profile) {
        model.change { transaction -> transaction.putProfile(model.profile!!.change()) }
        open(pair)
        options.vault?.let { vault -> core.io { vault.save(pair.pkcs8) } }
        model.emit(Event.ProfileChanged)
        unlocked()
    }

    /** Begins a change of the passphrase, which a code by SMS ends (PRO-2). */
    public suspend fun changePassphrase(before: String, after: String): Unit = core.turn {
        val user = info()
        val pair = core.heavy { PrivateKeys.open(user.need("privateKeyEncryptedBase64"), before) }
        val wrapped = core.heavy { PrivateKeys.wrap(pair.pkcs8, after) }
        ask(
            "RequestUpdateUserKeys",
            json(
                "openUserId" to model.profile?.number, "privateKeyEncryptedBase64" to wrapped, "metaDataKeyEncryptedBase64" to user.text("metaDataKeyEncryptedBase64"),
                "nick" to user.text("nick"),
            ),
        )
    }

    /** Ends [changePassphrase]. */
    public suspend fun confirmPassphrase(smsCode: String): Unit = core.turn {
        ask("RequestConfirmUpdateUserKeys", json("smsCode" to smsCode))
        val wrapped = info().text("privateKeyEncryptedBase64")
        model.change { it.putProfile(model.profile!!.copy(wrapped = wrapped)) }
    }

    /** What others see from now on in new conversations, and what one's other devices see. */
    public suspend fun rename(name: String): Unit = core.turn {
        ask("RequestUpdateUserNick", json("nick" to sealOwn(name)))
        model.change { it.putProfile(model.profile!!.copy(name = name)) }
        model.emit(Event.ProfileChanged)
    }

    private fun meta() = metaKey ?: throw CryptoException("the private key is locked: unlock it with the passphrase")

    internal fun sealOwn(text: String): String = Crypto.sealOwn(meta(), text)

    internal fun openOwn(label: String): String = Crypto.openOwn(meta(), label)

    /** All devices of this person, as the server describes them. */
    public suspend fun devices(): List<JSONObject> = core.turn { ask("RequestGetApplicationsFull", json("confirmed" to true)).objects("applications") }

    /** Signs another device out. @param name from the list: not a credential (REG-14) */
    public suspend fun removeDevice(name: String): Unit = core.turn { ask("RequestDeleteApplication", json("uuid" to name)) }

    /** Where pushes for this device go (REG-9): to be set after each login when it changed. @param token of FCM or the like; null: none */
    public suspend fun setPushToken(token: String?): Unit = core.turn { ask("RequestUpdateDeviceTokenByApplication", json("token" to token, "uuid" to model.profile?.uuid)) }
}
