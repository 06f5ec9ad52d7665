using System.Text.Json;
using Messenger.Ports;

namespace Messenger.Providers.Relational;

/// <summary>A row for each day and figure.</summary>
internal sealed class RelationalDailyFigures(IDatabase database) : IDailyFigures
{
    public Task Add(long day, IReadOnlyDictionary<string, long> amounts) => database.Write(
        $"""
        insert into daily_figure (day, name, amount)
        select @day, x.name, x.amount from {database.Records("@amounts", ("name", "text"), ("amount", "bigint"))} where true
        on conflict (day, name) do update set amount = daily_figure.amount + excluded.amount
        """,
        ("day", day),
        ("amounts", JsonSerializer.Serialize(amounts.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => new { name = one.Key, amount = one.Value }))));

    public Task Survey(long day, long dayBegan) => database.Write(
        $"""
        insert into daily_figure (day, name, amount)
        select @day, '{DailyFigureNames.Accounts}', count(*) from user_profile where true having count(*) > 0
        on conflict (day, name) do update set amount = excluded.amount;
        insert into daily_figure (day, name, amount)
        select @day, '{DailyFigureNames.Active}', count(*) from user_profile where last_login >= @began having count(*) > 0
        on conflict (day, name) do update set amount = case when excluded.amount > daily_figure.amount then excluded.amount else daily_figure.amount end;
        delete from daily_figure where day <= @day - {IDailyFigures.DaysKept}
        """,
        ("day", day), ("began", dayBegan));

    public async Task<IReadOnlyList<DailyFigure>> List(long from, long to) => await database.Read(
        "select d.day, d.name, d.amount from daily_figure d where d.day between @from and @to order by d.day, d.name",
        reader => Rows.All(reader, row => new DailyFigure(row.GetInt64(0), row.GetString(1), row.GetInt64(2))),
        ("from", from), ("to", to));
}
