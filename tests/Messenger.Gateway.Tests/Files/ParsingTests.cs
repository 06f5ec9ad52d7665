using System.Text;
using Messenger.Gateway.Files;
using Messenger.Protocol;

namespace Messenger.Gateway.Tests.Files;

/// <summary>What headers and paths say.</summary>
public class ParsingTests
{
    private const string User = "/4DZItfW2uZQyMCcxDboGMF0SjJs5sfedl9SXWNaO8Y=";

    [Fact]
    public void A_credential_is_a_user_and_an_application()
    {
        Assert.Equal((User, "6F-C2:C6"), Credentials.Parse(Basic($"{User}:6F-C2:C6")));
        foreach (var bad in new[] { null, "", "Basic", "Basic !!", "Bearer x", Basic(User), Basic($"{User}:"), Basic("x:y"), Basic($"{User}:a\nb"), "Basic /w==" })
        {
            Assert.Null(Credentials.Parse(bad));
        }
    }

    [Fact]
    public void Owners_stand_in_paths_in_one_spelling_or_with_padding()
    {
        var text = User.Replace('+', '-').Replace('/', '_');
        Assert.Equal(User, OwnerNames.UserId("user_" + text));
        Assert.Equal(User, OwnerNames.UserId("user_" + text.TrimEnd('=')));
        Assert.Null(OwnerNames.UserId("user_"));
        Assert.Null(OwnerNames.UserId("user_../.."));
        Assert.Null(OwnerNames.UserId(text));
        Assert.Equal("2A22B9FB-3F79-4839-A3D6-B25B234E76F1", OwnerNames.ConversationText("conversation_2A22B9FB-3F79-4839-A3D6-B25B234E76F1"));
        Assert.Null(OwnerNames.ConversationText("conversation_x"));
        Assert.Null(OwnerNames.ConversationText(null));
    }

    [Fact]
    public void Metadata_is_names_with_base64()
    {
        var field = TusEndpoint.Metadata("a Yg==, c ,d");
        Assert.Equal(("b", "", "", null), (field("a"), field("c"), field("d"), field("e")));
        foreach (var bad in new[] { null, "a !", "a Yg==,a Yg==", "a /w==", "a b c", new string('x', 17_000) })
        {
            Assert.Equal(Statuses.BadRequest, Assert.Throws<RefusedException>(() => TusEndpoint.Metadata(bad)).Error.Status);
        }
    }

    [Fact]
    public void A_checksum_names_its_algorithm()
    {
        Assert.Null(Checksum.Parse(null));
        using var hash = Checksum.Parse("sha1 qZk+NkcGgWq6PiVxeFDCbJzQ2J0=")!.Begin();
        hash.AppendData("abc"u8);
        Checksum.Parse("sha1 qZk+NkcGgWq6PiVxeFDCbJzQ2J0=")!.Verify(hash);
        hash.AppendData("abd"u8);
        Assert.Equal(460, Assert.Throws<RefusedException>(() => Checksum.Parse("sha1 qZk+NkcGgWq6PiVxeFDCbJzQ2J0=")!.Verify(hash)).Code);
        foreach (var bad in new[] { "sha1", "sha1 ", "crc32 AAAA", "sha1 !", "sha1 AAAA AAAA" })
        {
            Assert.Throws<RefusedException>(() => Checksum.Parse(bad));
        }
    }

    [Theory]
    [InlineData("image/png", "image/png")]
    [InlineData("IMAGE/JPEG; q=1", "image/jpeg")]
    [InlineData("image/svg+xml", "application/octet-stream")]
    [InlineData("text/html", "application/octet-stream")]
    [InlineData(null, "application/octet-stream")]
    public void Only_pictures_are_shown(string? given, string shown) => Assert.Equal(shown, MimeTypes.Shown(given));

    private static string Basic(string text) => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
