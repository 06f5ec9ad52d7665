using System.Xml.Linq;
using Messenger.Ports;
using Messenger.Providers.S3;
using Messenger.Testing.Servers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Messenger.Providers.Tests;

/// <summary>
/// Multipart uploads that were left behind, listed and aborted. The object store is a stub that does what Amazon documents: of the two real servers of these
/// tests one refuses the listing, and the other always says that there are none.
/// </summary>
public sealed class S3PiecesTests : IAsyncLifetime
{
    private static readonly XNamespace Xml = "http://s3.amazonaws.com/doc/2006-03-01/";

    private readonly Dictionary<(string Key, string Upload), DateTime> _uploads = [];

    private int _aborts;
    private Stub _amazon = null!;
    private S3Pieces _pieces = null!;

    public async Task InitializeAsync()
    {
        _amazon = await Stub.Start(Answer);
        _pieces = new S3Pieces(
            new S3Options(S3Server.Bucket, _amazon.Url, "us-east-1", "key", "secret", "some/prefix/", Path.GetTempPath()), NullLogger<S3Pieces>.Instance);
    }

    public async Task DisposeAsync()
    {
        _pieces.Dispose();
        await _amazon.DisposeAsync();
    }

    [Fact]
    public async Task Everything_of_ours_is_listed_page_by_page_and_what_is_removed_is_gone()
    {
        var begun = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
        var ids = Enumerable.Range(0, 5).Select(_ => Guid.NewGuid()).ToArray();
        foreach (var id in ids)
        {
            _uploads.Add(($"some/prefix/files/{id:N}", "first+/="), begun);
            _uploads.Add(($"some/prefix/files/{id:N}", "second~-._"), begun.AddHours(1));
        }

        _uploads.Add(($"other/files/{ids[0]:N}", "somebody else's"), begun);
        var listed = await Everything();

        Assert.Equal(
            ids.SelectMany(id => new[] { (id, "first+/=", begun), (id, "second~-._", begun.AddHours(1)) }).Order(),
            listed.Select(one => (one.Id, one.Name, one.Begun.UtcDateTime)).Order());
        Assert.True(_pieces.AreOf(new S3State("first+/=", ["tag"]).ToString(), listed.First(one => one.Name == "first+/=")));
        Assert.False(_pieces.AreOf(new S3State("first+/=", ["tag"]).ToString(), listed.First(one => one.Name == "second~-._")));
        Assert.False(_pieces.AreOf(null, listed[0]));

        foreach (var one in listed.Where(one => one.Name == "first+/="))
        {
            await _pieces.Remove(one, default);
            await _pieces.Remove(one, default);
        }

        Assert.Equal(10, _aborts);
        Assert.All(await Everything(), one => Assert.Equal("second~-._", one.Name));
        Assert.Equal(6, _uploads.Count);
    }

    private async Task<List<StoredPieces>> Everything()
    {
        var all = new List<StoredPieces>();
        while (await _pieces.List(all.LastOrDefault()?.Place, 3, default) is { Count: > 0 } page)
        {
            all.AddRange(page);
        }

        return all;
    }

    private Task Answer(HttpContext context, string body)
    {
        var query = context.Request.Query;
        context.Response.ContentType = "application/xml";
        if (HttpMethods.IsDelete(context.Request.Method))
        {
            _aborts++;
            var gone = _uploads.Remove((context.Request.Path.Value![$"/{S3Server.Bucket}/".Length..], query["uploadId"].ToString()));
            context.Response.StatusCode = gone ? 204 : 404;
            return gone ? Task.CompletedTask : context.Response.WriteAsync("<Error><Code>NoSuchUpload</Code></Error>");
        }

        // A marker of an upload counts only beside the marker of its key.
        var (key, upload) = (query["key-marker"].ToString(), query["upload-id-marker"].ToString());
        var behind = _uploads
            .Where(one => one.Key.Key.StartsWith(query["prefix"].ToString(), StringComparison.Ordinal))
            .Where(one => key.Length == 0 || string.CompareOrdinal(one.Key.Key, key) > 0
                || (one.Key.Key == key && upload.Length > 0 && string.CompareOrdinal(one.Key.Upload, upload) > 0))
            .OrderBy(one => one.Key.Key, StringComparer.Ordinal).ThenBy(one => one.Key.Upload, StringComparer.Ordinal)
            .ToList();
        var most = int.Parse(query["max-uploads"].ToString(), System.Globalization.CultureInfo.InvariantCulture);
        return context.Response.WriteAsync(new XElement(
            Xml + "ListMultipartUploadsResult",
            new XElement(Xml + "Bucket", S3Server.Bucket),
            new XElement(Xml + "IsTruncated", behind.Count > most),
            behind.Take(most).Select(one => new XElement(
                Xml + "Upload", new XElement(Xml + "Key", one.Key.Key), new XElement(Xml + "UploadId", one.Key.Upload), new XElement(Xml + "Initiated", one.Value)))).ToString());
    }
}
