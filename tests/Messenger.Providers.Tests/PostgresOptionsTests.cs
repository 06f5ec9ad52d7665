using Messenger.Providers.Postgres;
using Npgsql;
using Xunit;

namespace Messenger.Providers.Tests;

public class PostgresOptionsTests
{
    [Theory]
    [InlineData("Host=db", PostgresOptions.PoolSize)]
    [InlineData("Host=db;Maximum Pool Size=40", 40)]
    [InlineData("Host=db;MaxPoolSize=40", 40)]
    public void A_process_takes_few_connections_unless_it_is_told_otherwise(string given, int most)
    {
        var options = new PostgresOptions(given);

        Assert.Equal(most, new NpgsqlConnectionStringBuilder(options.Pooled).MaxPoolSize);
        Assert.Equal(most, new NpgsqlConnectionStringBuilder(options.GrainStateConnectionString).MaxPoolSize);
    }
    /// <summary>A caller's patience is 10 s, the log's 4 s.</summary>
    [Fact]
    public void Whoever_waits_hears_of_it_before_its_caller_gives_up()
    {
        var options = new PostgresOptions("Host=db;Timeout=30;Command Timeout=30");
        foreach (var pool in new[] { options.Pooled, options.GrainStateConnectionString })
        {
            var limits = new NpgsqlConnectionStringBuilder(pool);
            Assert.InRange(limits.Timeout + limits.CommandTimeout, 2, 9);
        }

        Assert.InRange(new NpgsqlConnectionStringBuilder(options.Writer).Timeout + PostgresOptions.OpenSeconds, 2, 4);
    }
}
