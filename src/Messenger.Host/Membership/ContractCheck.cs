using System.Diagnostics;
using Messenger.Contracts;
using Messenger.Host.Configuration;
using Messenger.Providers.Postgres;

namespace Messenger.Host.Membership;

/// <summary>
/// Whoever does not speak what the living of a cluster speak does not join: side by side they would break each other's connections, and people would wait
/// for answers that never come.
/// </summary>
internal static class ContractCheck
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Returns when all that live may be met; one that died is forgotten by the database's clock.</summary>
    /// <exception cref="StartRefusedException">One lives, and may not.</exception>
    public static async Task Pass(string postgres)
    {
        var first = await Strangers(postgres);
        var started = Stopwatch.GetTimestamp();
        for (var now = first; now.Count > 0; now = await Strangers(postgres))
        {
            // A row that was renewed meanwhile is of a process that lives; others may have ended without a word.
            var living = now.Where(one => first.Any(seen => seen.Name == one.Name && seen.Renewed < one.Renewed)).ToList();
            if (living.Count > 0 || Stopwatch.GetElapsedTime(started) > 2 * PostgresIdentity.LivingFor)
            {
                throw Refusal(living.Count > 0 ? living : now);
            }

            await Task.Delay(Pause);
        }
    }

    private static StartRefusedException Refusal(List<LivingMember> strangers)
    {
        var one = strangers[0];
        var todo = one.Contract < ContractVersion.Current
            ? "stop all processes of that release, run 'Messenger.Host migrate' and start this one"
            : "start that release instead";
        return new StartRefusedException(
            $"{strangers.Count} processes of another release live in this cluster ({one.Name}): they speak contract {one.Contract} and this release {ContractVersion.Current}, which do not run side by side: {todo} (docs/kubernetes.md, upgrade and rollback).");
    }

    private static async Task<List<LivingMember>> Strangers(string postgres) =>
        [.. (await PostgresIdentity.Members(postgres)).Where(one => !ContractVersion.MayMeet(ContractVersion.Current, ContractVersion.Oldest, one.Contract, one.Oldest))];
}
