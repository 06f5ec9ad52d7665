package actors.messenger.client

/** How a connection ended. */
internal class Ending(val code: Int, val reason: String, val fault: Throwable? = null) {
    companion object {
        const val NORMAL = 1000
        const val PROTOCOL = 1002
        const val ABNORMAL = 1006
        const val GOING_AWAY = 1001
        const val RESTART = 1012
        const val REPLACED = 4001
        const val REMOVED = 4003
    }
}

/** When to come back (CL-3, CL-4). Pure. */
internal object Backoff {
    private const val FIRST = 1_000L
    private const val LONGEST = 60_000L

    /** More a server may not dictate: a slip in its configuration must not silence a client for a day. */
    private const val DICTATED = 300_000L
    private const val DOUBLINGS = 10

    /** A login that is refused so will be refused again. */
    private val FINAL = setOf("unauthenticated", "forbidden", "bad_request")
    private val RECONNECT = Regex("reconnect-after-ms=(\\d{1,12})")

    /**
     * Milliseconds; null: not by oneself.
     *
     * @param attempt failures in a row before this one
     * @param random 0 to 1
     */
    fun pauseAfter(ending: Ending, attempt: Int, random: Double): Long? {
        val refusal = ending.fault as? RefusedException
        if (ending.code == Ending.REPLACED || ending.code == Ending.REMOVED || refusal?.status in FINAL) return null
        if (ending.code == Ending.GOING_AWAY) RECONNECT.find(ending.reason)?.let { return minOf(DICTATED, it.groupValues[1].toLong()) }
        refusal?.wait?.let { return minOf(DICTATED, it) }
        if (ending.code == Ending.RESTART && attempt == 0) return 0
        return (minOf(LONGEST, FIRST shl minOf(attempt, DOUBLINGS)) * random).toLong()
    }
}
