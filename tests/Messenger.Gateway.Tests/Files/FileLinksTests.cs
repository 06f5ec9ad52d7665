using System.Text.Json;
using CsCheck;
using Messenger.Contracts;
using Messenger.Gateway.Files;
using Messenger.Gateway.Links;
using Messenger.Ports;
using Messenger.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Microsoft.Extensions.Time.Testing;

namespace Messenger.Gateway.Tests.Files;

/// <summary>Signed URLs, and the keys behind them.</summary>
public class FileLinksTests
{
    private const string Name = "a_b+c=";
    private const string Prefix = "/download/";

    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(56));
    private readonly Secrets _secrets = new();
    private readonly Guid _conversation = Guid.NewGuid();
    private readonly Guid _message = Guid.NewGuid();

    [Fact]
    public async Task A_url_is_valid_for_an_hour_and_for_its_file_alone()
    {
        var (keys, links) = await Gateway();
        var url = Url(links);

        Assert.True(await IsSigned(links, url));
        Assert.False(await links.IsSigned(Query(url), _conversation, _message, "other"));
        Assert.False(await links.IsSigned(Query(url), _conversation, Guid.NewGuid(), Name));
        Assert.False(await IsSigned(links, url.Replace("exp=1", "exp=2", StringComparison.Ordinal)));
        Assert.False(await IsSigned(links, url + "&sig=AAAA"));
        foreach (var last in "ABCD_-=!")
        {
            // Also those whose last bits no encoder writes.
            Assert.Equal(last == url[^1], await IsSigned(links, url[..^1] + last));
        }

        _time.Advance(TimeSpan.FromMinutes(60));
        Assert.True(await IsSigned(links, url));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(await IsSigned(links, url));
        keys.Dispose();
    }

    /// <summary>Whoever had a key for a moment has no URL that outlives a link.</summary>
    [Fact]
    public async Task What_is_signed_for_longer_than_links_live_is_refused()
    {
        var (keys, links) = await Gateway(TimeSpan.FromHours(2));
        var (_, usual) = await Gateway();
        var url = Url(links);
        Assert.True(await IsSigned(links, url));
        Assert.False(await IsSigned(usual, url));
        _time.Advance(TimeSpan.FromMinutes(56));
        Assert.True(await IsSigned(usual, url));
        keys.Dispose();
    }

    /// <summary>Whichever file, and whichever character: what is let in is what was signed, spelt as it may be.</summary>
    [Fact]
    public async Task No_changed_character_of_a_url_opens_anything()
    {
        var (keys, links) = await Gateway();
        var named = Gen.Select(Gen.Guid, Gen.Guid, Gen.Char["abAB019+/=_- %&?.#é\u4e2d"].Array[1, 40]);
        var changed = Gen.Select(Gen.Int[0, 1000], Gen.Char["0129abzAZ-_=+%&?/. !\u0661"], Gen.Bool);
        await Gen.Select(named, changed).SampleAsync(
            async (file, change) =>
            {
                var url = links.Url(null, $"{file.Item1}", $"{file.Item2}", FilePaths.PathName(new string(file.Item3)));
                var target = Target(url);
                Assert.Equal((file.Item1, file.Item2, FilePaths.PathName(new string(file.Item3))), target.File);
                Assert.True(await IsSigned(links, target));

                var (from, with, dropped) = change;
                var at = Prefix.Length + (from % (url.Length - Prefix.Length));
                var other = Target(url[..at] + (dropped ? "" : with) + url[(at + 1)..]);
                Assert.Equal(other == target, await IsSigned(links, other));
            },
            iter: 2000);
        keys.Dispose();
    }

    [Fact]
    public async Task The_newest_key_signs_and_older_ones_verify_until_nothing_of_theirs_is_valid()
    {
        var (keys, links) = await Gateway();
        Assert.Single(keys.All);
        _time.Advance(TimeSpan.FromDays(7) - TimeSpan.FromMinutes(1));
        var old = Url(links);
        _time.Advance(TimeSpan.FromMinutes(2));
        await keys.Reload();

        Assert.Equal(2, keys.All.Count);
        Assert.True(await IsSigned(links, old));
        Assert.NotEqual(Query(old)[FileLinks.Signature], Query(Url(links))[FileLinks.Signature]);
        _time.Advance(TimeSpan.FromDays(7) + TimeSpan.FromMinutes(1));
        await keys.Reload();
        _time.Advance(TimeSpan.FromDays(7) + TimeSpan.FromMinutes(1));
        await keys.Reload();
        Assert.True(keys.All.Count <= 3);
        Assert.DoesNotContain(_secrets.Rows, row => _time.GetUtcNow().ToUnixTimeMilliseconds() - row.Created > TimeSpan.FromDays(15).TotalMilliseconds);
    }

    [Fact]
    public async Task A_key_that_another_gateway_just_made_is_found_and_garbage_is_no_load()
    {
        var (_, first) = await Gateway();
        var (_, second) = await Gateway();
        _secrets.Rows.Insert(0, new SigningKeyRow("new", Convert.ToBase64String(new byte[32]), _time.GetUtcNow().ToUnixTimeMilliseconds() + 1));
        var (_, third) = await Gateway();
        var url = Url(third);

        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.True(await IsSigned(second, url));
        _time.Advance(TimeSpan.FromSeconds(2));
        var before = _secrets.Reads;
        for (var i = 0; i < 100; i++)
        {
            Assert.False(await IsSigned(first, url[..^4] + "AAAA"));
        }

        Assert.Equal(before + 1, _secrets.Reads);
    }

    [Fact]
    public async Task A_notice_gets_its_url_when_it_is_sent()
    {
        var (_, links) = await Gateway();
        var path = FilePaths.Download(_conversation.ToString(), _message.ToString(), Name);
        var notification = SerializedNotification.From(new FileReadyNotification(path, _conversation.ToString(), _message.ToString()));
        _time.Advance(TimeSpan.FromHours(5));

        var sent = JsonSerializer.Deserialize(links.Finished(notification, "https://example.org"), WireJson.Default.FileReadyNotification)!;

        Assert.StartsWith($"https://example.org{path}?exp=", sent.DownloadUrl);
        Assert.True(await IsSigned(links, sent.DownloadUrl));
        var other = SerializedNotification.From(new NotificationTyping(_conversation.ToString(), "user"));
        Assert.Equal(other.Payload, links.Finished(other, "https://example.org").ToArray());
    }

    /// <summary>As routing takes a URL apart.</summary>
    private static ((Guid, Guid, string)? File, string? Expiry, string? Signature) Target(string url)
    {
        var parts = url[Prefix.Length..].Split('?', 2);
        var query = new QueryCollection(QueryHelpers.ParseQuery(parts.ElementAtOrDefault(1)));
        var path = parts[0].Split('/').Select(Uri.UnescapeDataString).ToArray();
        var file = path is [var owner, var name] && DownloadEndpoint.Parse(owner, name) is var (conversation, message, pathName)
            ? (conversation, Guid.Parse(message), pathName)
            : ((Guid, Guid, string)?)null;
        return (file, query[FileLinks.Expiry], query[FileLinks.Signature]);
    }

    private static async Task<bool> IsSigned(FileLinks links, ((Guid, Guid, string)? File, string? Expiry, string? Signature) target) =>
        target.File is var (conversation, message, pathName) && await links.IsSigned(
            new QueryCollection(new Dictionary<string, StringValues> { [FileLinks.Expiry] = target.Expiry, [FileLinks.Signature] = target.Signature }),
            conversation, message, pathName);

    private string Url(FileLinks links) => links.Url(null, _conversation.ToString(), _message.ToString(), Name);

    private ValueTask<bool> IsSigned(FileLinks links, string url) => links.IsSigned(Query(url), _conversation, _message, Name);

    private static QueryCollection Query(string url) => new(QueryHelpers.ParseQuery(url[url.IndexOf('?', StringComparison.Ordinal)..]));

    private async Task<(SigningKeys Keys, FileLinks Links)> Gateway(TimeSpan? lifetime = null)
    {
        var options = Options.Create(new FilesOptions { LinkLifetime = lifetime ?? TimeSpan.FromHours(1) });
        var keys = new SigningKeys(options, _time, NullLogger<SigningKeys>.Instance, _secrets);
        await keys.Reload();
        return (keys, new FileLinks(keys, options, _time));
    }

    private sealed class Secrets : IFileSecrets
    {
        public List<SigningKeyRow> Rows { get; } = [];

        public int Reads { get; private set; }

        public Task<IReadOnlyList<SigningKeyRow>> SigningKeys()
        {
            Reads++;
            return Task.FromResult<IReadOnlyList<SigningKeyRow>>([.. Rows.OrderByDescending(row => row.Created)]);
        }

        public Task AddSigningKey(SigningKeyRow key, long unless, long forget)
        {
            if (!Rows.Any(row => row.Created >= unless))
            {
                Rows.Add(key);
            }

            Rows.RemoveAll(row => row.Created < forget);
            return Task.CompletedTask;
        }

        public Task<string> StoreMark(string mine) => Task.FromResult(mine);
    }
}
