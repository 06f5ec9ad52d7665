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
    [InlineData("--Registration:CodeDigits=4", "Registration:CodeDigits is '4'", "from 5 to 10")]
    [InlineData("--Registration:CodeDigits=5", "Registration:CodeDigits 5 with Limits:WrongCodesPerDay 50", "more digits or fewer guesses")]
    [InlineData("--Data:CredentialKey=c2hvcnQ=", "Data:CredentialKey", "32 random bytes")]
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
    public async Task A_wrong_value_is_refused_in_words(string argument, params string[] says)
    {
        using var folder = new Folder();
        var sentence = (await Run.ToEnd(folder.Path, argument)).Sentence;
        Assert.All(says, part => Assert.Contains(part, sentence, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_password_is_not_repeated()
    {
        using var folder = new Folder();
        var run = await Run.ToEnd(folder.Path, "--ConnectionStrings:Postgres=Hast=db;Password=geheim", "--ConnectionStrings:Redis=redis");
        Assert.Contains("ConnectionStrings:Postgres", run.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", run.Out + run.Error, StringComparison.Ordinal);
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
