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
}
