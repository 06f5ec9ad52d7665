import actors.messenger.client.Attachment
import actors.messenger.client.ConnectionState
import actors.messenger.client.CryptoException
import actors.messenger.client.Message
import actors.messenger.client.MessageState
import actors.messenger.client.SyncResult
import actors.messenger.client.store.Change
import actors.messenger.client.store.FileStore
import actors.messenger.client.store.Table
import actors.messenger.client.syncOnce
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.Tag
import org.junit.jupiter.api.io.TempDir
import java.io.File
import kotlin.random.Random
import kotlin.test.Test
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertTrue

/** A day of people on a real server. */
@Tag("server")
internal class DayTest {
    @TempDir
    lateinit var folder: File

    private fun store(name: String) = File(folder, name)

    @Test
    fun `three people spend a day and nothing is lost or doubled`() = runBlocking {
        val (alice, bob, carol) = listOf("Alice", "Bob", "Carol").map { name -> async { TestPerson.register(name, store(name)) } }.awaitAll()
        val everybody = mutableListOf(alice, bob, carol)
        val dialog = alice.client.talk.dialog(bob.client.me)
        ticks(alice, bob, dialog)
        cuts(alice, bob, dialog)
        files(alice, bob, dialog)
        everybody += secondDevice(alice, dialog)
        group(alice, bob, carol)
        peopleAndBlocking(alice, bob, dialog)
        resync(alice, bob, dialog)
        for (one in everybody) {
            assertEquals(emptyList(), one.faults, "${one.name}: nothing went wrong in the background")
            one.client.close()
        }
    }

    private suspend fun ticks(alice: TestPerson, bob: TestPerson, dialog: String) {
        val sent = alice.client.talk.write(dialog, "Hello Bob")
        bob.sees(dialog, "Hello Bob")
        assertEquals(1, bob.client.conversation(dialog)?.unread)
        alice.sees(dialog) { all -> all.any { it.key == sent.key && it.deliveredMembers == 2 } }
        bob.client.talk.markRead(dialog)
        alice.sees(dialog) { all -> all.any { it.key == sent.key && it.readMembers == 2 } }
        assertEquals(0, bob.client.conversation(dialog)?.unread)
        withTimeout(60_000) { while (bob.client.people.name(alice.client.me, dialog) != "Alice") delay(20) }
        val slip = alice.client.talk.write(dialog, "a slip", replyTo = sent.uuid)
        bob.sees(dialog, "a slip").let { assertEquals(sent.key, it.replyTo?.lowercase()) }
        alice.settled()
        alice.client.talk.delete(slip)
        bob.sees(dialog) { all -> all.none { it.text == "a slip" } && all.any { it.deleted } }
    }

    private suspend fun cuts(alice: TestPerson, bob: TestPerson, dialog: String) = kotlinx.coroutines.coroutineScope {
        val all = ArrayList<String>()
        val cutting = launch {
            while (true) {
                delay(150)
                alice.client.cut("a tunnel")
                bob.client.cut("a tunnel")
            }
        }
        for (number in 0 until 30) {
            for (one in listOf(alice, bob)) {
                val text = "${one.name.first()}$number"
                all += text
                one.client.talk.write(dialog, text)
            }
            delay(20)
        }
        cutting.cancel()
        fun List<Message>.said() = mapNotNull { it.text }.filter { Regex("[AB]\\d+").matches(it) }
        alice.settled()
        bob.settled()
        val hers = alice.sees(dialog) { it.said().size >= all.size }.said()
        val his = bob.sees(dialog) { it.said().size >= all.size }.said()
        assertEquals(all.sorted(), hers.sorted())
        assertEquals(hers, his, "both see one order")
    }

    private suspend fun files(alice: TestPerson, bob: TestPerson, dialog: String) {
        val original = File(folder, "mountain.png").apply { writeBytes(Random.nextBytes(60_000) + ByteArray(2_500_000)) }
        val small = Attachment("preview.webp", "image/webp") { "small".byteInputStream() }
        val sent = alice.client.talk.write(dialog, "look", files = listOf(Attachment.of(original, "image/png", small)))
        original.renameTo(File(folder, "elsewhere.png")) // it was copied when the message was accepted
        alice.settled()
        assertEquals(0, File(store("Alice"), "outgoing").list()?.size, "what was sent is not kept")
        val message = bob.sees(dialog, "look")
        assertEquals(sent.key, message.key)
        val main = bob.client.transfer.files(message).first { it.name == "mountain.png" }
        assertEquals("image/png", main.type)
        val preview = File(folder, "preview")
        bob.client.transfer.download(message, main.preview!!, preview)
        assertEquals("small", preview.readText())
        val copy = File(folder, "copy.png")
        bob.client.transfer.download(message, main.sealedName, copy)
        assertContentEquals(File(folder, "elsewhere.png").readBytes(), copy.readBytes())
    }

    private suspend fun secondDevice(alice: TestPerson, dialog: String): TestPerson {
        val device = TestPerson.device(store("second")).open()
        device.account.requestCode(alice.number)
        device.account.confirm("000000")
        device.start()
        assertTrue(device.account.hasKeys())
        assertFailsWith<CryptoException> { device.account.unlock("wrong") }
        device.account.unlock(TestPerson.PASSPHRASE)
        val second = TestPerson("second", device, alice.number)
        second.sees(dialog, "B29")
        assertEquals("Alice", device.account.name)
        alice.client.talk.write(dialog, "from the first")
        second.sees(dialog, "from the first")
        while (device.older(dialog)) delay(1)
        second.sees(dialog) { all -> all.none { it.isSealed } }
        assertEquals(alice.texts(dialog), second.texts(dialog))
        return second
    }

    private suspend fun group(alice: TestPerson, bob: TestPerson, carol: TestPerson) {
        val group = alice.client.talk.group(listOf(bob.client.me, carol.client.me), "Hiking 🥾")
        for (one in listOf(bob, carol)) withTimeout(60_000) { one.client.conversations().first { all -> all.any { it.key == group && it.name == "Hiking 🥾" } } }
        carol.client.talk.write(group, "I bring tea")
        bob.sees(group, "I bring tea")
        alice.client.talk.promote(group, bob.client.me)
        val before = bob.client.conversations().first().first { it.key == group }.sessionKeyUuid
        alice.client.talk.kick(group, carol.client.me)
        withTimeout(60_000) { carol.client.conversations().first { all -> all.none { it.key == group } } }
        // Who has not heard of the new key yet may write under the old one.
        for (one in listOf(alice, bob)) withTimeout(60_000) { one.client.conversations().first { all -> all.any { it.key == group && it.sessionKeyUuid != before } } }
        bob.client.talk.write(group, "without her")
        alice.sees(group, "without her")
        val keys = alice.client.messages(group).first().filter { !it.isEvent }.map { it.sessionKeyUuid.lowercase() }.distinct()
        assertEquals(2, keys.size, "another key since she was removed (CL-43)")
        bob.client.talk.rename(group, "Hiking, early")
        withTimeout(60_000) { alice.client.conversations().first { all -> all.any { it.name == "Hiking, early" } } }
    }

    private suspend fun peopleAndBlocking(alice: TestPerson, bob: TestPerson, dialog: String) {
        val userId = alice.client.people.add(bob.number, "Bob from work")
        assertEquals("Bob from work", alice.client.people.name(userId, dialog))
        assertEquals(alice.client.people.safetyNumber(bob.client.me), bob.client.people.safetyNumber(alice.client.me))
        bob.client.people.block(alice.client.me)
        val refused = alice.client.talk.write(dialog, "are you there?")
        val failed = alice.sees(dialog) { all -> all.any { it.key == refused.key && it.state == MessageState.FAILED } }.first { it.key == refused.key }
        bob.client.people.unblock(alice.client.me)
        alice.client.talk.retry(failed)
        bob.sees(dialog, "are you there?")
        assertFalse(alice.client.messages(dialog).first().any { it.state == MessageState.FAILED })
    }

    /** The process ends with an unknown cursor in its store, and what was written offline in it; much was said meanwhile. */
    private suspend fun resync(alice: TestPerson, bob: TestPerson, dialog: String) {
        bob.client.stop()
        bob.client.talk.write(dialog, "written offline")
        bob.client.close()
        FileStore(store("Bob")).run {
            open()
            write(listOf(Change.Put(Table.META, "cursor", "unknown-1")))
            close()
        }
        repeat(130) { alice.client.talk.write(dialog, "missed $it") }
        alice.settled()
        val again = TestPerson("Bob again", TestPerson.device(store("Bob")).open(), bob.number)
        assertEquals(MessageState.SENDING, again.client.messages(dialog).first().last().state)
        assertEquals(SyncResult.DONE, again.client.syncOnce(60_000), "without the passphrase everything is stored, and nothing opened")
        assertTrue(again.client.state.value is ConnectionState.Stopped)
        val locked = again.client.messages(dialog).first()
        assertTrue(locked.any { it.isSealed })
        assertEquals(MessageState.SENT, locked.last().state, "what was sealed before needs no key")
        again.client.start()
        again.client.account.unlock(TestPerson.PASSPHRASE)
        alice.sees(dialog, "written offline")
        again.sees(dialog) { all -> all.count { it.text?.startsWith("missed") == true } == 130 && all.none { it.isSealed } }
        assertEquals(alice.texts(dialog), again.texts(dialog))
        assertEquals(emptyList(), again.faults)
        again.client.close()
    }

    @Test
    fun `the examples of the README do what they say`() = runBlocking {
        val bob = TestPerson.register("Bob", store("bob"))
        val alice = TestPerson.device(store("alice"))
        register(alice, TestPerson.number(), { "000000" }, TestPerson.PASSPHRASE, "Alice")
        val shown = CompletableDeferred<String>()
        val showing = greet(alice, bob.number, { if ("SENT" in it) shown.complete(it) }, this)
        assertEquals("Hello Bob SENT", withTimeout(60_000) { shown.await() }.lines().last())
        showing.cancel()
        withTimeout(60_000) { titles(bob.client).first { it == listOf("Alice (1)") } }
        alice.close()
        bob.client.close()
    }
}

internal class ReadmeTest {
    @Test
    fun `the examples of the README are the ones that are run`() {
        fun withoutSpace(text: String) = text.filterNot { it.isWhitespace() }
        val readme = Regex("```kotlin\n(.+?)```", RegexOption.DOT_MATCHES_ALL).findAll(File(System.getProperty("readme")).readText()).map { withoutSpace(it.groupValues[1]) }.toList()
        val source = File(System.getProperty("examples")).readText()
        val examples = Regex("// --- (\\w+)\n(.+?)// ---\n", RegexOption.DOT_MATCHES_ALL).findAll(source).map { withoutSpace(it.groupValues[2].replace("internal ", "")) }.toList()
        assertEquals(3, examples.size)
        for (one in examples) assertTrue(one in readme, "README.md has not: $one")
    }
}
