using System.Data.Common;
using Messenger.Ports;
using Messenger.Providers.Relational;
using Xunit;

namespace Messenger.Providers.Tests.Conformance;

/// <summary>What the operator sees of people and conversations, whatever is behind it.</summary>
public abstract class OperatorDirectoryConformance(Store store)
{
    [Fact]
    public async Task Conversations_messages_and_reports_are_seen_without_what_is_in_them()
    {
        var (ann, bob, group) = (Sample.User("ann"), Sample.User("bob"), Guid.NewGuid());
        MessageRow[] rows = [Sample.Message(1, ann, body: "12345"), Sample.Message(2, bob, eventType: "Renamed", body: null)];
        Assert.Equal(LogOutcome.Committed, await store.Log.Append(Sample.Created(group, Guid.NewGuid(), false, ann, bob) with { Messages = rows }));
        await store.Reports.Add(new ReportRow("message", bob, rows[0].Uuid.ToString(), group, "spam", 1, ann));
        await store.Reports.Add(new ReportRow("user", bob, ann, null, "spam", 2, ann));

        var summary = (await store.Operators.Conversation(group, 10))!;
        Assert.Equal((2, 5, 2, 1), (summary.Messages, summary.Bytes, summary.MemberCount, summary.Reports));
        Assert.Equal([new PersonSummary(ann, true, true, 2), new PersonSummary(bob, false, true, 0)], summary.People);
        Assert.Equal([ann], (await store.Operators.Conversation(group, 1))!.People.Select(person => person.UserId));
        Assert.Null(await store.Operators.Conversation(Guid.NewGuid(), 10));

        var message = (await store.Operators.Message(group, rows[0].Uuid))!;
        Assert.Equal((ann, 5, 1, 1L), (message.AuthorId, message.Bytes, message.Reports, message.Sequence));
        Assert.Null(await store.Operators.Message(group, Guid.NewGuid()));

        var filed = (await store.Desk.List(null, null, 200)).Where(report => report.Report.AuthorId == ann).ToList();
        Assert.Equal([(2L, 1L), (2L, 1L)], filed.Select(report => (report.AuthorReports, report.SubjectReports)));
    }

    [Fact]
    public async Task Users_are_paged_and_found_by_a_part_of_their_id()
    {
        var part = Guid.NewGuid().ToString("N")[..12];
        string[] ids = [.. Enumerable.Range(0, 5).Select(n => $"{n}{part}{n}")];
        foreach (var id in ids)
        {
            await store.Users.Put(new UserRow(id, null, null, null, null, null, 1, 2, 3, 4, Suspended: false));
        }

        Assert.Equal(ids, (await store.Operators.Users(part, null, 10)).Select(user => user.UserId));
        Assert.Equal(ids[2..4], (await store.Operators.Users(part, ids[1], 2)).Select(user => user.UserId));
        Assert.Empty(await store.Operators.Users(part + "x", null, 10));
    }

    [Fact]
    public async Task The_push_queue_is_paged_in_the_order_in_which_it_is_due()
    {
        var device = $"{Sample.User("ann")}/application";
        var pushes = Enumerable.Range(0, 5).Select(n => new QueuedPush(Guid.NewGuid(), device, "android", Guid.NewGuid(), null, n, 10 - (n / 2))).ToList();
        await store.Pushes.Put(pushes);
        List<QueuedPush> read = [];
        (long, Guid)? after = null;
        while (await store.Operators.PushQueue(after, 2) is { Count: > 0 } page)
        {
            read.AddRange(page);
            after = (page[^1].Due, page[^1].Id);
        }

        var mine = read.Where(push => push.Device == device).ToList();
        Assert.Equal(5, mine.DistinctBy(push => push.Id).Count());
        Assert.Equal(read.Select(push => push.Due).Order(), read.Select(push => push.Due));
        await store.Pushes.Done([.. pushes.Select(push => push.Id)]);
    }

    [Fact]
    public async Task Figures_add_up_and_are_forgotten_after_400_days()
    {
        var day = Random.Shared.Next(1_000_000, 2_000_000);
        await store.Figures.Add(day - 400, new Dictionary<string, long> { ["messages"] = 1 });
        await store.Figures.Add(day, new Dictionary<string, long> { ["messages"] = 2, ["sms"] = 1 });
        await store.Figures.Add(day, new Dictionary<string, long> { ["messages"] = 3 });
        await store.Figures.Survey(day, dayBegan: long.MaxValue);
        await store.Users.Put(new UserRow(Sample.User("ann"), null, null, null, null, null, 1, LastLogin: long.MaxValue, 3, 4, Suspended: false));
        await store.Figures.Survey(day, dayBegan: long.MaxValue);
        var figures = (await store.Figures.List(day - 400, day)).ToDictionary(figure => figure.Name, figure => (figure.Day, figure.Amount));
        Assert.Equal(((day, 5L), (day, 1L)), (figures["messages"], figures["sms"]));
        Assert.True(figures["accounts"].Amount >= 1);
        Assert.True(figures["active"].Amount >= 1);
    }

    [Fact]
    public async Task Settings_are_set_and_taken_back()
    {
        var name = $"drain/{Guid.NewGuid():N}";
        await store.Controls.Set(name, "one", "alice", 1);
        await store.Controls.Set(name, "two", "bob", 2);
        Assert.Contains(new ServerControl(name, "two", "bob", 2), await store.Controls.List());
        await store.Controls.Set(name, null, "bob", 3);
        Assert.DoesNotContain(await store.Controls.List(), control => control.Name == name);
    }

    [Fact]
    public async Task The_audit_log_is_filtered_and_its_oldest_entries_go()
    {
        var (actor, at) = ($"alice-{Guid.NewGuid():N}", -DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        AuditEntry[] entries =
        [
            new(Guid.NewGuid(), at, actor, "GET /users", "ann", null, 200), new(Guid.NewGuid(), at + 1, actor, "POST /users/suspend", "ann", null, 200),
            new(Guid.NewGuid(), at + 2, actor, "POST /users/restore", "bob", null, 200),
        ];
        foreach (var entry in entries)
        {
            await store.Audit.Enter(entry);
        }

        async Task<string[]> Found(AuditFilter filter) => [.. (await store.Audit.List(null, 10, filter)).Select(entry => entry.Action)];
        Assert.Equal(["POST /users/suspend", "GET /users"], await Found(new AuditFilter(actor, "ann")));
        Assert.Equal(["POST /users/restore", "POST /users/suspend"], await Found(new AuditFilter(actor, Changes: true)));
        Assert.Equal(["POST /users/suspend"], await Found(new AuditFilter(actor, Action: "suspend")));
        Assert.Equal(["POST /users/restore"], await Found(new AuditFilter(actor, Since: at + 2)));
        Assert.Equal(2, await store.Audit.Expire(at + 2, 10));
        Assert.Equal(["POST /users/restore"], await Found(new AuditFilter(actor)));
    }

    [Fact]
    public async Task A_person_is_exported_by_pages_without_what_an_earlier_owner_of_the_number_did()
    {
        var (ann, bob) = (Sample.User("ann"), Sample.User("bob"));
        var (old, young) = (Guid.NewGuid(), Guid.NewGuid());
        foreach (var (conversation, ended) in new[] { (old, "1-2"), (young, "") })
        {
            var rows = new[] { Sample.Message(1, ann), Sample.Message(2, bob), Sample.Message(3, ann), Sample.Message(4, ann) };
            var created = Sample.Created(conversation, Guid.NewGuid(), false, ann, bob);
            Assert.Equal(LogOutcome.Committed, await store.Log.Append(created with
            {
                Messages = rows,
                Members = [created.Members[0] with { Ended = new IntervalText(ended) }, created.Members[1]],
            }));
        }

        List<(string Conversation, long Sequence)> read = [];
        for (string? after = null, next; ; after = next)
        {
            var page = await store.Personal.Read("messages", ann, after, 2);
            read.AddRange(page.Items.Select(item => ((string)item["conversation"]!, (long)item["sequence"]!)));
            if ((next = page.Next) is null)
            {
                break;
            }
        }

        Assert.Equal([3L, 4L], read.Where(row => row.Conversation == old.ToString()).Select(row => row.Sequence));
        Assert.Equal([1L, 3L, 4L], read.Where(row => row.Conversation == young.ToString()).Select(row => row.Sequence));
        await Assert.ThrowsAnyAsync<FormatException>(() => store.Personal.Read("messages", ann, "nonsense", 2));
    }

    [Fact]
    public async Task Every_table_and_column_is_a_persons_or_is_said_to_be_none()
    {
        var sections = PersonalTables.Sections.ToLookup(section => section.Table);
        foreach (var table in await store.Database.Read(Tables(store.Database), reader => Rows.All(reader, row => row.GetString(0))))
        {
            if (PersonalTables.Others.ContainsKey(table))
            {
                continue;
            }

            Assert.True(sections.Contains(table), $"PersonalTables knows nothing of the table {table}: is a person's data in it?");
            var columns = await store.Database.Read($"select * from {table} where 1 = 0", reader => Task.FromResult(Enumerable.Range(0, reader.FieldCount).Select(reader.GetName).ToList()));
            var shown = sections[table].SelectMany(section => section.Columns).Select(column => column.Column["t.".Length..]).ToHashSet();
            Assert.All(columns, column => Assert.True(
                shown.Contains(column) || PersonalTables.Withheld.ContainsKey($"{table}.{column}"), $"PersonalTables knows nothing of the column {table}.{column}"));
        }

        // Each section's statement is one that the engine takes.
        Assert.All(PersonalTables.Sections, section => Assert.Empty(store.Personal.Read(section.Name, Sample.User("nobody"), null, 1).GetAwaiter().GetResult().Items));
    }

    private static string Tables(IDatabase database) => database.MayWrite.StartsWith("@writer", StringComparison.Ordinal)
        ? "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'"
        : "select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition";
}
