package actors.messenger.client.store

import java.util.TreeMap

/** A store in memory: for tests, demonstrations and throw-away people. */
public open class MemoryStore : Store {
    private class Record(val value: String, val place: Place?)

    private val tables = Table.entries.associateWith { TreeMap<String, Record>() }

    /** Of each conversation: its messages that the server has, by `created` and then by key. */
    private val places = HashMap<String, TreeMap<Pair<Long, String>, String>>()
    private val order = compareBy<Pair<Long, String>>({ it.first }, { it.second })

    private fun table(table: Table) = tables.getValue(table)

    override suspend fun open() {}

    override suspend fun get(table: Table, key: String): String? = table(table)[key]?.value

    override suspend fun all(table: Table): List<Pair<String, String>> = table(table).map { it.key to it.value.value }

    override suspend fun page(conversation: String, before: Long, size: Int): List<String> =
        places[conversation]?.headMap(before to "", false)?.descendingMap()?.values?.take(size)?.asReversed()?.map { table(Table.MESSAGES).getValue(it).value } ?: emptyList()

    override suspend fun oldest(conversation: String): String? =
        places[conversation]?.firstEntry()?.let { table(Table.MESSAGES).getValue(it.value).value }

    override suspend fun search(text: String, size: Int): List<String> = table(Table.MESSAGES).values
        .filter { it.place?.text?.contains(text, ignoreCase = true) == true }
        .sortedByDescending { it.place?.created ?: Long.MAX_VALUE }.take(size).map { it.value }

    override suspend fun write(changes: List<Change>): Unit = apply(changes)

    /** Cannot fail in the middle. */
    protected fun apply(changes: List<Change>) {
        for (change in changes) {
            when (change) {
                is Change.Clear -> places.remove(change.conversation)?.values?.forEach { table(Table.MESSAGES).remove(it) }
                is Change.Put -> {
                    if (change.table == Table.MESSAGES) unplace(change.key)
                    table(change.table)[change.key] = Record(change.value, change.place)
                    change.place?.created?.let { created ->
                        places.getOrPut(change.place.conversation) { TreeMap(order) }[created to change.key] = change.key
                    }
                }
                is Change.Remove -> {
                    if (change.table == Table.MESSAGES) unplace(change.key)
                    table(change.table).remove(change.key)
                }
            }
        }
    }

    private fun unplace(key: String) {
        val place = table(Table.MESSAGES)[key]?.place ?: return
        place.created?.let { places[place.conversation]?.remove(it to key) }
    }

    /** All that is kept, as the changes that make it. */
    protected fun everything(): List<Change.Put> = tables.flatMap { (table, records) -> records.map { Change.Put(table, it.key, it.value.value, it.value.place) } }

    override suspend fun erase() {
        tables.values.forEach { it.clear() }
        places.clear()
    }

    override suspend fun close() {}
}
