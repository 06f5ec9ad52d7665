package actors.messenger.client

import kotlinx.coroutines.withTimeoutOrNull

/**
 * What the application's scheduler does for the library: on Android, WorkManager (docs/android.md). It calls [Messenger.syncOnce] when the network is there, in a process that
 * may be a new one.
 */
public fun interface BackgroundWork {
    /** Something waits to be sent and the application is going away: run [Messenger.syncOnce] when the network is there. Asked for again, it is one run. */
    public fun schedule()
}

/** What a background run found. */
public enum class SyncResult {
    /** Nothing waits: whatever the server had is stored, and whatever was written is answered. */
    DONE,

    /** Time ran out, or the connection failed: run it again later. Nothing is lost. */
    AGAIN,

    /** The server does not know this device any more, or another process holds its connection: running it again helps nothing. */
    ENDED,
}

/**
 * Connects, takes what came, sends what waits, and stops again; after a push, or when a scheduler says that the network is there. Where the client is connected already it
 * stays connected, and this waits until it has settled.
 *
 * @param milliseconds the longest that it may take: Android gives a push ten seconds at least, and WorkManager ten minutes
 */
public suspend fun Messenger.syncOnce(milliseconds: Long): SyncResult {
    val wasStopped = state.value is ConnectionState.Stopped
    start()
    try {
        return if (withTimeoutOrNull(milliseconds) { settled() } == null) SyncResult.AGAIN else SyncResult.DONE
    } catch (_: EndedException) {
        return SyncResult.ENDED
    } finally {
        if (wasStopped) stop()
    }
}

/** The application goes to the background: the connection is closed, and where something still waits, [work] is asked to send it later. */
public suspend fun Messenger.rest(work: BackgroundWork) {
    stop()
    if (waiting() > 0) work.schedule()
}
