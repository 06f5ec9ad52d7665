package actors.messenger.client

/** What the library says went wrong, by kind. */
public sealed class MessengerException(message: String, cause: Throwable? = null) : Exception(message, cause)

/** Something was not sealed or signed by whom it should have been, or is damaged. */
public class CryptoException(message: String, cause: Throwable? = null) : MessengerException(message, cause)

/** The connection ended before the answer: the outcome is unknown. */
public class ConnectionLostException(message: String, cause: Throwable? = null) : MessengerException(message, cause)

/** Nobody is going to answer: the client was stopped, replaced or refused. */
public class EndedException(message: String, cause: Throwable? = null) : MessengerException(message, cause)

/** The outbox is full (CL-16), the store is in use elsewhere (CL-1), or what was given cannot be sent. */
public class NotAcceptedException(message: String, cause: Throwable? = null) : MessengerException(message, cause)

/**
 * The server answered with a status that is not `ok`.
 *
 * @property type of the request
 * @property status such as `not_found` (section 4 of the protocol)
 * @property description for developers
 */
public class RefusedException(
    public val type: String,
    public val status: String,
    public val description: String?,
) : MessengerException(if (description == null) "$type: $status" else "$type: $status, $description") {
    /** Worth sending again as it is. */
    internal val passes: Boolean get() = status == "unavailable" || status == "internal" || status == "too_many_requests"

    /** Milliseconds that the server asked to wait, or null (LIM-1). */
    internal val wait: Long? get() = Regex("try again in (\\d{1,9}) s").find(description ?: "")?.let { it.groupValues[1].toLong() * 1000 }
}
