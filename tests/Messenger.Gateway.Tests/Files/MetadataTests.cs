using System.Text;
using CsCheck;
using Messenger.Gateway.Files;
using Messenger.Protocol;

namespace Messenger.Gateway.Tests.Files;

/// <summary>What an upload may say of itself, generated: any header is understood or refused, and what is understood is what was said.</summary>
public class MetadataTests
{
    private const int Runs = 2000;

    private static readonly Gen<string> Names = Gen.Char["abcXYZ019-_.!"].Array[1, 12].Select(chars => new string(chars));

    private static readonly Gen<string> Texts =
        Gen.OneOf("", "a", " ", ",", "=", "\0", "\n", "é", "\u4e2d", "\ud83d\ude00", "Yg==").Array[0, 12].Select(string.Concat);

    [Fact]
    public void What_is_written_into_a_header_is_read_from_it() =>
        Gen.Select(Gen.Dictionary(Names, Texts)[0, 8], Gen.OneOf(",", ", ", " ,", ",,")).Sample(
            (fields, comma) =>
            {
                var read = TusEndpoint.Metadata(string.Join(comma, fields.Select(field => Pair(field.Key, field.Value))));
                Assert.All(fields, field => Assert.Equal(field.Value, read(field.Key)));
                Assert.Null(read("another name"));
            },
            iter: Runs);

    [Fact]
    public void Any_header_is_understood_or_refused() =>
        Gen.OneOf(
            Gen.Char["abY=g+/, ,\t\0\u00a0\u00e9\ud800"].Array[0, 40].Select(chars => new string(chars)),
            Gen.String,
            Gen.Select(Names, Gen.Byte.Array[0, 12], Gen.Int[0, 40], Gen.Char).Select((name, bytes, at, with) =>
            {
                var pair = $"{name} {Convert.ToBase64String(bytes)}";
                return pair[..(at % pair.Length)] + with + pair[((at % pair.Length) + 1)..];
            }))
            .Sample(header => Answered(() => TusEndpoint.Metadata(header)("a")), iter: Runs);

    [Fact]
    public void Any_claim_is_refused_or_kept_as_it_was_made()
    {
        var uuid = Mostly(Gen.Guid.Select(id => (string?)$"{id}"), null, "", "x", $"{Guid.Empty:N}", $"{{{Guid.Empty}}}");
        var name = Mostly(Texts.Select(text => (string?)text), null, new string('x', Limits.FileName), new string('x', Limits.FileName + 1));
        var mime = Mostly(Gen.Const((string?)"image/png"), null, "", "a/b/c", "a/", "text/plain; charset=x", new string('a', 200));
        var number = Mostly(Gen.OneOf<string?>(null, "", "0", "-1", "640", "10000000"), "-2", "10000001", "99999999999", "1e3", " 1", "\u0661");
        Gen.Select(Gen.Select(uuid, uuid), Gen.Select(name, name), mime, Gen.Select(number, number, number)).Sample(
            (uuids, names, type, numbers) =>
            {
                var fields = new Dictionary<string, string?>
                {
                    ["conversationUuid"] = uuids.Item1,
                    ["messageUuid"] = uuids.Item2,
                    ["fileNameEncrypted"] = names.Item1,
                    ["previewFileNameEncrypted"] = names.Item2,
                    ["mimeType"] = type,
                    ["width"] = numbers.Item1,
                    ["height"] = numbers.Item2,
                    ["duration"] = numbers.Item3,
                };
                if (Answered(() => UploadMetadata.Parse(fields.GetValueOrDefault)) is { } claim)
                {
                    Assert.Equal(claim, UploadMetadata.Read(claim.Write()));
                    Assert.Equal((uuids.Item1, uuids.Item2), (claim.ConversationUuid, claim.MessageUuid));
                    Assert.Equal((names.Item1, names.Item2, type), (claim.FileNameEncrypted, claim.PreviewFileNameEncrypted, claim.MimeType));
                    Assert.All([claim.Width, claim.Height, claim.Duration ?? -1], given => Assert.InRange(given, -1, 10_000_000));
                    Assert.Contains($"{claim.Width}", (string?[])[numbers.Item1, "-1"]);
                    Assert.DoesNotContain(claim.FileNameEncrypted, char.IsControl);
                    Assert.DoesNotContain('/', claim.PathName);
                }
            },
            iter: Runs);
    }

    /// <summary>Fields that are wrong one at a time, so that most of what is wrong is not hidden by what is wrong before it.</summary>
    private static Gen<string?> Mostly(Gen<string?> good, params string?[] bad) => Gen.Frequency((9, good), (1, Gen.OneOf(bad)));

    private static string Pair(string name, string text) => text.Length == 0 ? name : $"{name} {Convert.ToBase64String(Encoding.UTF8.GetBytes(text))}";

    /// <summary>Null when it was refused, as a client's fault; anything else that is thrown fails.</summary>
    private static T? Answered<T>(Func<T> read)
        where T : class?
    {
        try
        {
            return read();
        }
        catch (RefusedException refused)
        {
            Assert.Equal(Statuses.BadRequest, refused.Error.Status);
            return null;
        }
    }
}
