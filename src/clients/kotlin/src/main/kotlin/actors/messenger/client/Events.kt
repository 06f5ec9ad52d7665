package actors.messenger.client

import org.json.JSONObject

/** The states of docs/clients.md. */
public sealed class ConnectionState {
    public object Stopped : ConnectionState() {
        override fun toString(): String = "Stopped"
    }

    public object Connecting : ConnectionState() {
        override fun toString(): String = "Connecting"
    }

    public object LoggingIn : ConnectionState() {
        override fun toString(): String = "LoggingIn"
    }

    public object Synchronising : ConnectionState() {
        override fun toString(): String = "Synchronising"
    }

    public object Online : ConnectionState() {
        override fun toString(): String = "Online"
    }

    /** Comes back after [milliseconds], or earlier by [Messenger.wake]. */
    public data class Waiting(val milliseconds: Long, val reason: String) : ConnectionState()

    /** Another connection of this device took its place (4001): [Messenger.start] takes it back. */
    public data class Replaced(val reason: String) : ConnectionState()

    /** The server does not know this device any more: erase it ([Messenger.erase]) and register again (CL-4). */
    public data class Refused(val reason: String, val status: String?) : ConnectionState()
}

/** What happened, besides what [Messenger.state], [Messenger.conversations] and [Messenger.messages] show. */
public sealed class Event {
    /** [keys] of conversations that changed, came or went. */
    public class Conversations internal constructor(public val keys: Set<String>) : Event()

    /** [keys] of messages that changed; null: all of the conversation. */
    public class Messages internal constructor(public val conversation: String, public val keys: Set<String>?) : Event()

    /** Somebody writes. */
    public class Typing internal constructor(public val conversation: String, public val userId: String) : Event()

    /** A file on its way up. */
    public class Progress internal constructor(public val message: String, public val file: String, public val sent: Long, public val size: Long) : Event()

    /** Somebody has another public key than before (CL-42): the safety number changed. */
    public class KeysChanged internal constructor(public val userId: String) : Event()

    /** Names or numbers of people changed. */
    public object PeopleChanged : Event()

    /** One's own name or keys changed. */
    public object ProfileChanged : Event()

    /** Another device of this person was registered. */
    public class DeviceAdded internal constructor(public val application: JSONObject) : Event()

    /** Something of the outbox was refused, such as a message (CL-15). */
    public class Refused internal constructor(public val kind: String, public val conversation: String, public val status: String) : Event()

    /** What could not be told to a caller (CL-51). */
    public class Fault internal constructor(public val what: String, public val cause: Throwable) : Event()

    internal object State : Event()
}
