using System.Text.Json.Nodes;

namespace Messenger.Providers.Transfer;

/// <summary>What is not data but the trace of running processes: it would be wrong in another store.</summary>
internal static class ExcludedTables
{
    private const string GrainState = "orleansstorage";
    private const string Mark = "changed";

    /// <summary>
    /// Orleans' queries and our version, which the migrations write; who writes the log; and what is about the bytes in one file store alone:
    /// uploads under way, what is to be removed, which store it is. And which cluster it is: a copy is another one.
    /// </summary>
    public static readonly IReadOnlyList<string> Tables = ["schema_version", "orleansquery", "log_writer", "log_progress", "log_retired", "upload", "file_garbage", "file_store", "cluster_identity", "cluster_member", "store_epoch", "change_clock"];

    /// <summary>The rows of a table that are taken along: not the stream subscriptions of gateways that are gone.</summary>
    public static string Where(TransferTable table) => table.Name == GrainState ? " where graintypestring not like '%PubSub%'" : "";

    /// <summary>
    /// Takes an inbox that was put to sleep out of a device's state. From before the last commits it would be continued as if nothing
    /// were missing; without it the device resynchronises.
    /// </summary>
    public static object?[] Clean(TransferTable table, object?[] row)
    {
        if (table.Name == GrainState && ((string)row[At(table, "graintypestring")]!).EndsWith("device", StringComparison.OrdinalIgnoreCase)
            && row[At(table, "payloadbinary")] is string payload)
        {
            var state = JsonNode.Parse(Convert.FromBase64String(payload))!.AsObject();
            if (state["Snapshot"] is not null)
            {
                state["Snapshot"] = null;
                row[At(table, "payloadbinary")] = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(state.ToJsonString()));
            }
        }

        if (Array.FindIndex([.. table.Columns], known => known.Name == Mark) is >= 0 and var at)
        {
            // A position in the order of this store's commits: in another one it would lie in the future, and all would seem to change for ever.
            row[at] = 0L;
        }

        return row;
    }

    private static int At(TransferTable table, string column) =>
        table.Columns.Select((known, at) => (known.Name, at)).First(known => known.Name == column).at;
}
