namespace Messenger.EndToEnd.Tests.Host;

/// <summary>A wrong configuration stops the start with one sentence that says what to do.</summary>
public sealed class ConfigurationTests
{
    [Theory]
    [InlineData("--Silo:Rol=all", "Silo:Rol is no key", "did you mean Silo:Role?")]
    [InlineData("--Gatewai:PublicUrl=http://x", "did you mean Gateway:PublicUrl?")]
    [InlineData("--Silo:Role=server", "Silo:Role is 'server'", "one of all, gateway, worker")]
    [InlineData("--Silo:Role=worker", "Silo:Role is 'worker'", "takes only all")]
    [InlineData("--Silo:Port=99999", "Silo:Port is '99999'", "from 0 to 65535")]
    [InlineData("--Silo:Address=192.0.2.250", "Silo:Address is '192.0.2.250'", "no interface of this machine")]
    [InlineData("--ConnectionStrings:Redis=redis:6379", "ConnectionStrings:Postgres is not", "a cluster needs both")]
    [InlineData("--ConnectionStrings:Postgres=Host=db", "ConnectionStrings:Redis is not", "a cluster needs both")]
    [InlineData("--Gateway:MaxMessageBytes=lots", "Gateway:MaxMessageBytes is 'lots'", "a whole number")]
    [InlineData("--Gateway:PublicUrl=example.org", "Gateway:PublicUrl is 'example.org'", "http or https")]
    [InlineData("--Registration:FixedCode=123456", "Registration:FixedCode", "Development environment alone")]
    [InlineData("--Registration:CodeDigits=4", "Registration:CodeDigits is '4'", "from 6 to 10")]
    [InlineData("--Registration:CodeDigits=5", "Registration:CodeDigits is '5'", "from 6 to 10")]
    [InlineData("--Gateway:AllowedHosts=https://chat.example", "Gateway:AllowedHosts is 'https://chat.example'", "host names")]
    [InlineData("--Silo:Tls:Mode=prefer", "Silo:Tls:Mode is given, and Silo:Tls:Certificate is not")]
    [InlineData("--Silo:Tls:Certificate=/nowhere", "given together or not at all")]
    [InlineData("--Security:Plaintext=never", "Security:Plaintext is 'never'", "one of warn, refuse")]
    [InlineData("--Data:CredentialKey=c2hvcnQ=", "Data:CredentialKey", "32 random bytes")]
    [InlineData("--Data:CredentialKey=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=,c2hvcnQ=", "Data:CredentialKey", "32 random bytes")]
    [InlineData("--Limits:Enabled=false", "Limits:Enabled", "Development environment alone")]
    [InlineData("--Sms:Provider=pigeon", "Sms:Provider is 'pigeon'", "console")]
    [InlineData("--Sms:Provider=webhook", "Sms:Webhook:Secret is not given", "at least 16 characters")]
    [InlineData("--Sms:Texts=en=Hello", "Sms:Texts is 'en=Hello'", "{code}")]
    [InlineData("--Sms:Texts=en=This text is so long that with the code and with the hash that Android wants it would be two SMS and that is one too many for anybody: {code}", "more than one SMS of 140 bytes")]
    [InlineData("--Sms:Languages=49=de", "Sms:Languages is '49=de'", "Sms:Texts has (en)")]
    [InlineData("--Sms:PrefixCaps=49=many", "Sms:PrefixCaps is '49=many'", "49=5000")]
    [InlineData("--Push:Provider=live", "Push:Fcm:ServiceAccountFile", "nobody to push to")]
    [InlineData("--Push:Fcm:ServiceAccountFile=x.json", "Push:Provider is console")]
    [InlineData("--Admin:Tokens=alice:secret", "Admin:Tokens: an entry is none")]
    [InlineData("--Data:Directory=/proc/nothing", "Data:Directory is '/proc/nothing'", "cannot be written to")]
    [InlineData("--Files:Provider=ftp", "Files:Provider is 'ftp'", "one of disk, s3")]
    [InlineData("--Files:Provider=s3", "Files:S3:Bucket must name the bucket")]
    [InlineData("--Files:S3:Bucket=files", "Files:S3:Bucket is given", "Files:Provider is disk")]
    [InlineData("--Files:MaxBytes=99999999999", "which nobody may upload", "Files:MaxBytesPerDay")]
    [InlineData("--Files:AssetsDirectory=/nowhere", "Files:AssetsDirectory is '/nowhere'", "a directory that exists")]
    [InlineData("--Files:Directory=/proc/nothing", "Files:Directory is '/proc/nothing'", "cannot be written to")]
    [InlineData("serve", "'serve' is neither a command nor a key")]
    [InlineData("--Silo:Role", "--Silo:Role is given no value")]
    [InlineData("--Sms:CodesInLog=false", "Sms:Provider is console: every code would be written to the log", "Sms:CodesInLog=true")]
    [InlineData("--Gateway:TrustedProxies=0.0.0.0/0", "Gateway:TrustedProxies is '0.0.0.0/0'", "every client could choose its address")]
    [InlineData("--Gateway:TrustedProxies=10.0.0.0/8,128.0.0.0/1", "Gateway:TrustedProxies is '128.0.0.0/1'")]
    [InlineData("--Gateway:TrustedProxies=::/0", "Gateway:TrustedProxies is '::/0'")]
    [InlineData("--Gateway:TrustedProxies=::ffff:0:0/96", "Gateway:TrustedProxies is '::ffff:0:0/96'")]
    [InlineData("--Admin:Tokens=alice:ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb", "Admin:Tokens: the token of 'alice' can be guessed", "messenger admin token alice")]
    [InlineData("--Postgres:Password=x", "Postgres:Password is given", "name the host")]
    [InlineData("--Redis:PasswordFile=x", "Redis:PasswordFile is given", "name the host")]
    [InlineData("--Postgres:Host=db", "ConnectionStrings:Redis is not", "a cluster needs both")]
    [InlineData("--Postgres:Host=a b", "Postgres:Host is 'a b'", "host names")]
    [InlineData("--Postgres:Pooler=statement", "Postgres:Pooler is 'statement'", "one of none, session, transaction")]
    [InlineData("--Cluster:Secret=short", "Cluster:Secret: it takes at least 32 characters")]
    public async Task A_wrong_value_is_refused_in_words(string argument, params string[] says)
    {
        using var folder = new Folder();
        var sentence = (await Run.ToEnd(folder.Path, argument)).Sentence;
        Assert.All(says, part => Assert.Contains(part, sentence, StringComparison.Ordinal));
    }

    /// <summary>In the forms that operators are given them in, each of which somebody takes for another.</summary>
    [Theory]
    [InlineData("Hast=db;Password=geheim", "redis", "ConnectionStrings:Postgres")]
    [InlineData("Host=db;Password=a;geheim=b", "redis", "ConnectionStrings:Postgres")]
    [InlineData("postgresql://messenger:geheim@db/messenger?sslmod=require", "redis", "ConnectionStrings:Postgres")]
    [InlineData("host=127.0.0.1 port=5432 user=messenger password=geheim", "redis", "ConnectionStrings:Postgres")]
    [InlineData("Host=127.0.0.1,messenger:geheim@db", "redis", "ConnectionStrings:Postgres")]
    [InlineData("Host=127.0.0.1;Port=1", "redis://:geheim@127.0.0.1:6379/geheim", "ConnectionStrings:Redis")]
    [InlineData("Host=127.0.0.1;Port=1", "127.0.0.1:6379,password=a,geheim word", "ConnectionStrings:Redis")]
    public async Task A_password_is_not_repeated(string postgres, string redis, string says)
    {
        using var folder = new Folder();
        var run = await Run.ToEnd(folder.Path, $"--ConnectionStrings:Postgres={postgres}", $"--ConnectionStrings:Redis={redis}");
        Assert.Contains(says, run.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", run.Out + run.Error, StringComparison.Ordinal);
    }

    /// <summary>One variable away from Production: what is open to everybody stays on the machine.</summary>
    [Theory]
    [InlineData("it listens on http://0.0.0.0:0", "--urls=http://0.0.0.0:0")]
    [InlineData("it listens on http://*:0", "--urls=http://127.0.0.1:0;http://*:0")]
    [InlineData("it listens on http://*:1", "--http_ports=1")]
    [InlineData("Sms:Webhook:Url is at sms.example.org", "--urls=http://127.0.0.1:0", "--Sms:Provider=webhook", "--Sms:Webhook:Url=https://sms.example.org", "--Sms:Webhook:Secret=0123456789abcdef")]
    [InlineData("Sms:Twilio:Url is at api.twilio.com", "--urls=http://127.0.0.1:0", "--Sms:Provider=twilio", "--Sms:Twilio:AccountSid=a", "--Sms:Twilio:AuthToken=b", "--Sms:Twilio:Sender=c")]
    [InlineData("ConnectionStrings:Postgres names db.example.org", "--urls=http://127.0.0.1:0", "--Silo:Address=127.0.0.1", "--ConnectionStrings:Postgres=Host=db.example.org:5432", "--ConnectionStrings:Redis=127.0.0.1")]
    [InlineData("ConnectionStrings:Redis names redis.example.org", "--urls=http://127.0.0.1:0", "--Silo:Address=127.0.0.1", "--ConnectionStrings:Postgres=Host=localhost", "--ConnectionStrings:Redis=redis.example.org")]
    [InlineData("Silo:Address is the machine's own", "--urls=http://127.0.0.1:0", "--ConnectionStrings:Postgres=Host=localhost", "--ConnectionStrings:Redis=127.0.0.1")]
    [InlineData("Files:S3:Endpoint is at s3.amazonaws.com", "--urls=http://127.0.0.1:0", "--Files:Provider=s3", "--Files:S3:Bucket=b")]
    public async Task Development_does_not_reach_beyond_this_machine(string says, params string[] arguments)
    {
        using var folder = new Folder();
        foreach (var (open, name) in new[]
        {
            ("--Registration:FixedCode=000000", "Registration:FixedCode lets anybody register as anybody"), ("--Registration:FixedCode=", "Limits:Enabled is false"),
        })
        {
            var sentence = (await Run.ToEnd(folder.Path, ["--environment=Development", open, .. arguments])).Sentence;
            Assert.Contains(name, sentence, StringComparison.Ordinal);
            Assert.Contains(says, sentence, StringComparison.Ordinal);
            Assert.Contains("Development:AllowRemote=true", sentence, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Sms:Webhook:Url is 'http://sms.example.org/post'", "--Sms:Provider=webhook", "--Sms:Webhook:Url=http://sms.example.org/post?key=geheim", "--Sms:Webhook:Secret=0123456789abcdef")]
    [InlineData("Sms:Twilio:Url is 'http://twilio.example.org/'", "--Sms:Provider=twilio", "--Sms:Twilio:AccountSid=a", "--Sms:Twilio:AuthToken=geheim", "--Sms:Twilio:Sender=c", "--Sms:Twilio:Url=http://twilio.example.org")]
    public async Task What_carries_codes_is_encrypted_beyond_this_machine(string says, params string[] arguments)
    {
        using var folder = new Folder();
        var sentence = (await Run.ToEnd(folder.Path, arguments)).Sentence;
        Assert.Contains(says, sentence, StringComparison.Ordinal);
        Assert.Contains("give an https URL", sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", sentence, StringComparison.Ordinal);
    }

    /// <summary>What may leave this machine without TLS stops the start where it is to be refused; what is on this machine does not.</summary>
    [Theory]
    [InlineData("clients (http://*:1, ", "--urls=http://*:1")]
    [InlineData("PostgreSQL (SSL Mode", "--ConnectionStrings:Postgres=Host=db.example.org", "--ConnectionStrings:Redis=127.0.0.1", "--Silo:Address=127.0.0.1", "--urls=http://127.0.0.1:1")]
    [InlineData("PostgreSQL (SSL Mode", "--ConnectionStrings:Postgres=Host=localhost,db.example.org;SSL Mode=Prefer", "--ConnectionStrings:Redis=127.0.0.1", "--Silo:Address=127.0.0.1", "--urls=http://127.0.0.1:1")]
    [InlineData("Redis (ssl", "--ConnectionStrings:Postgres=Host=db.example.org;SSL Mode=VerifyFull", "--ConnectionStrings:Redis=redis.example.org", "--Silo:Address=127.0.0.1", "--urls=http://127.0.0.1:1")]
    [InlineData("the other processes (Silo:Tls:Certificate", "--ConnectionStrings:Postgres=Host=localhost", "--ConnectionStrings:Redis=127.0.0.1", "--urls=http://127.0.0.1:1")]
    public async Task Plaintext_beyond_this_machine_is_refused_where_that_is_asked_for(string says, params string[] arguments)
    {
        using var folder = new Folder();
        var sentence = (await Run.ToEnd(folder.Path, ["--Security:Plaintext=refuse", .. arguments])).Sentence;
        Assert.Contains("Security:Plaintext is refuse", sentence, StringComparison.Ordinal);
        Assert.Contains($"are: {says}", sentence, StringComparison.Ordinal);
    }

    /// <summary>It goes on to what is wrong on purpose.</summary>
    [Theory]
    [InlineData("--urls=http://127.0.0.1:1")]
    [InlineData("--urls=http://*:1", "--Gateway:PublicUrl=https://chat.example")]
    [InlineData("--urls=http://*:1", "--Gateway:TrustedProxies=10.0.0.0/8")]
    public async Task What_stays_on_this_machine_or_is_told_to_end_before_it_is_not_refused(params string[] arguments)
    {
        using var folder = new Folder();
        var sentence = (await Run.ToEnd(folder.Path, ["--Security:Plaintext=refuse", "--Silo:Address=192.0.2.250", .. arguments])).Sentence;
        Assert.Contains("no interface of this machine", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_and_version_are_answered()
    {
        using var folder = new Folder();
        var help = await Run.ToEnd(folder.Path, "--help");
        Assert.Equal(0, help.Code);
        Assert.Contains("Gateway:MaxMessageBytes", help.Out, StringComparison.Ordinal);
        var version = await Run.ToEnd(folder.Path, "--version");
        Assert.Equal(0, version.Code);
        Assert.Matches(@"^\d+\.\d+\.\d+", version.Out);
    }

    [Fact]
    public async Task The_documentation_shows_every_key_there_is_with_its_default()
    {
        using var folder = new Folder();
        var help = (await Run.ToEnd(folder.Path, "--help")).Out;
        var keys = help.Split('\n')
            .Where(line => line.StartsWith("  ", StringComparison.Ordinal) && line.Contains("(default: ", StringComparison.Ordinal))
            .Select(line => (Name: line.Trim().Split(' ')[0], Default: line.TrimEnd()[(line.LastIndexOf("(default: ", StringComparison.Ordinal) + 10)..^1]))
            .ToList();
        Assert.True(keys.Count > 20);

        var documentation = await File.ReadAllLinesAsync(Repository("docs/operations.md"));
        Assert.All(keys, key => Assert.Contains(documentation, line =>
            line.StartsWith($"| `{key.Name}` |", StringComparison.Ordinal) && line.Contains($"| {key.Default} |", StringComparison.Ordinal)));
    }

    private static string Repository(string path)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Messenger.Actors.sln")))
            {
                return Path.Combine(folder.FullName, path);
            }
        }

        throw new DirectoryNotFoundException("the tests are not below the solution");
    }
}
