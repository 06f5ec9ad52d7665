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

    [Fact]
    public void Of_several_servers_every_connection_looks_for_the_primary_and_one_is_taken_as_it_is()
    {
        var several = new PostgresOptions("Host=a,b");
        Assert.All([several.Pooled, several.GrainStateConnectionString, several.Writer, several.Single("x"), several.Attempt(true, 1), several.Attempt(false, 1)], text =>
        {
            var connection = new NpgsqlConnectionStringBuilder(text);
            Assert.Equal("primary", connection.TargetSessionAttributes);

            // Who was no primary is asked again within a second: a promotion is not waited for.
            Assert.Equal(1, connection.HostRecheckSeconds);
        });
        Assert.Null(new NpgsqlConnectionStringBuilder(new PostgresOptions("Host=a;Target Session Attributes=read-write").Pooled).TargetSessionAttributes);
    }

    [Theory]
    [InlineData("Host=db", GssEncryptionMode.Disable)]
    [InlineData("Host=db;GSS Encryption Mode=Require", GssEncryptionMode.Require)]
    public void Nobody_asks_for_Kerberos_who_was_not_told_to(string given, GssEncryptionMode mode)
    {
        var options = new PostgresOptions(given);
        Assert.All(
            [options.Pooled, options.GrainStateConnectionString, options.Writer, options.Single("x"), options.Attempt(true, 1)],
            text => Assert.Equal(mode, new NpgsqlConnectionStringBuilder(text).GssEncryptionMode));
    }

    [Fact]
    public void Behind_a_pooler_a_connection_brings_nothing_that_it_does_not_carry()
    {
        PostgresOptions Behind(Pooler pooler) => new("Host=pooler") { Pooler = pooler, Direct = "Host=db" };
        Assert.Contains("enable_hashjoin=off", new NpgsqlConnectionStringBuilder(Behind(Pooler.None).Pooled).Options, StringComparison.Ordinal);
        Assert.All([Pooler.Session, Pooler.Transaction], pooler => Assert.Null(new NpgsqlConnectionStringBuilder(Behind(pooler).Pooled).Options));
        Assert.Equal(0, new NpgsqlConnectionStringBuilder(Behind(Pooler.Transaction).Pooled).MaxAutoPrepare);
        Assert.NotEqual(0, new NpgsqlConnectionStringBuilder(Behind(Pooler.Session).Pooled).MaxAutoPrepare);

        // A statement that one connection prepared is not there on the next.
        Assert.Equal(0, new NpgsqlConnectionStringBuilder(Behind(Pooler.Transaction).GrainStateConnectionString).MaxAutoPrepare);
        Assert.True(new NpgsqlConnectionStringBuilder(Behind(Pooler.None).GrainStateConnectionString).MaxAutoPrepare > 0);

        // What needs a session goes past it.
        Assert.All([Behind(Pooler.Transaction).Writer, Behind(Pooler.Transaction).Single("x")], text => Assert.Equal("db", new NpgsqlConnectionStringBuilder(text).Host));
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
