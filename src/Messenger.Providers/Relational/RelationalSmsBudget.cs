using Messenger.Ports;

namespace Messenger.Providers.Relational;

/// <summary>A row for each hour and prefix, and one for all together.</summary>
internal sealed class RelationalSmsBudget(IDatabase database, TimeProvider timeProvider) : ISmsBudget
{
    /// <summary>Hours that are kept: a day, for who wants to look.</summary>
    private const int HoursKept = 24;

    public static long Hour(TimeProvider timeProvider) => timeProvider.GetUtcNow().ToUnixTimeSeconds() / 3600;

    public async Task<long?> Take(string purse, string prefix, int perHour, int perPrefix)
    {
        var hour = Hour(timeProvider);

        // Both counts or neither; where another process takes the last one in this very moment, the update's own condition holds.
        // The common row comes first for everybody, so that nobody waits in a circle.
        var taken = await database.Write(
            """
            insert into sms_spend (hour, prefix, sent)
            select @hour, x.prefix, 1 from (select cast(@total as text) as prefix, 0 as place union all select cast(@prefix as text), 1) x
            where @perHour > 0 and @perPrefix > 0 and not exists (
                select 1 from sms_spend s where s.hour = @hour
                and ((s.prefix = @total and s.sent >= @perHour) or (s.prefix = @prefix and s.sent >= @perPrefix)))
            order by x.place
            on conflict (hour, prefix) do update set sent = sms_spend.sent + 1
                where sms_spend.sent < case when sms_spend.prefix = @total then @perHour else @perPrefix end
            """,
            ("hour", hour), ("total", purse + "*"), ("prefix", purse + prefix), ("perHour", perHour), ("perPrefix", perPrefix));
        if (taken == 2)
        {
            return hour;
        }

        await database.Write("delete from sms_spend where hour < @before", ("before", hour - HoursKept));
        return null;
    }

    public Task GiveBack(string purse, string prefix, long hour) => database.Write(
        "update sms_spend set sent = sent - 1 where hour = @hour and prefix in (@total, @prefix) and sent > 0",
        ("hour", hour), ("total", purse + "*"), ("prefix", purse + prefix));
}
