using Messenger.Ports;

namespace Messenger.Providers.Relational;

/// <summary>Counts and, where counting would read a large table, estimates.</summary>
internal sealed class RelationalCounts(IDatabase database, TimeProvider timeProvider) : ICounts
{
    public Task<Counts> Count() => database.Read(
        $"""
        select {database.CountOf("user_profile")}, (select count(*) from user_profile u where u.suspended), {database.CountOf("conversation")},
            {database.CountOf("message")}, (select count(*) from report r where r.state = 'open'), (select count(*) from push_queue),
            coalesce((select s.sent from sms_spend s where s.hour = @hour and s.prefix = '*'), 0)
        """,
        async reader =>
        {
            await reader.ReadAsync();
            return new Counts(
                reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4), reader.GetInt64(5),
                reader.GetInt32(6));
        },
        ("hour", RelationalSmsBudget.Hour(timeProvider)));
}
