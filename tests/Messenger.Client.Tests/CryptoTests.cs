using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Messenger.Client.Crypto;
using Messenger.Protocol;

namespace Messenger.Client.Tests;

/// <summary>What is sealed opens for whom it is meant, where it belongs, and unchanged; nothing else does.</summary>
public sealed class CryptoTests
{
    private const string Text = "See you at eight, Ζωή";
    private static readonly string FirstMessage = Sample.MessageUuid(1);

    [Fact]
    public void A_body_opens_with_the_session_key_that_was_wrapped_and_signed()
    {
        var made = SessionSecret.Create(Sample.ConversationUuid.ToUpperInvariant());
        var opened = SessionSecret.Open(Wrapped(made, KeyRing.Alice), KeyRing.Bob, KeyRing.Alice.PublicKey);
        Assert.Equal(Text, opened.OpenBody(Sealed(made)));
    }

    [Fact]
    public void A_body_is_ciphertext_with_its_tag_and_never_the_same_twice()
    {
        var secret = SessionSecret.Create(Sample.ConversationUuid);
        var (one, two) = (Sealed(secret), Sealed(secret));
        Assert.NotEqual(one.BodyEncryptedBase64, two.BodyEncryptedBase64);
        Assert.NotEqual(one.IvBase64, two.IvBase64);
        Assert.Equal(Encoding.UTF8.GetByteCount(Text) + 16, Convert.FromBase64String(one.BodyEncryptedBase64!).Length);
        Assert.Equal(12, Convert.FromBase64String(one.IvBase64!).Length);
    }

    [Fact]
    public void Whatever_of_a_message_is_changed_it_does_not_open()
    {
        var secret = SessionSecret.Create(Sample.ConversationUuid);
        var message = Sealed(secret);
        var body = Convert.FromBase64String(message.BodyEncryptedBase64!);
        var iv = Convert.FromBase64String(message.IvBase64!);
        Message[] changed =
        [
            .. Enumerable.Range(0, body.Length).Select(at => message with { BodyEncryptedBase64 = Flipped(body, at) }),
            .. Enumerable.Range(0, iv.Length).Select(at => message with { IvBase64 = Flipped(iv, at) }),
            message with { BodyEncryptedBase64 = Convert.ToBase64String(body[..^1]) },
            message with { BodyEncryptedBase64 = "" },
            message with { BodyEncryptedBase64 = "no Base64!" },
            message with { IvBase64 = null },
            message with { Uuid = Sample.MessageUuid(2) },
            message with { SessionKeyUuid = Sample.MessageUuid(3) },
            message with { UserId = Sample.Other },
        ];
        Assert.All(changed, one => Assert.ThrowsAny<CryptographicException>(() => secret.OpenBody(one)));
        Assert.Equal(Text, secret.OpenBody(message with { Uuid = message.Uuid.ToUpperInvariant() }));
    }

    [Fact]
    public void A_message_does_not_open_in_another_conversation()
    {
        var made = SessionSecret.Create(Sample.ConversationUuid);
        var elsewhere = SessionSecret.Create(Sample.MessageUuid(9));
        Assert.ThrowsAny<CryptographicException>(() => elsewhere.OpenBody(Sealed(made)));
    }

    [Fact]
    public void A_session_key_that_its_signer_did_not_sign_is_refused()
    {
        var made = SessionSecret.Create(Sample.ConversationUuid);
        var good = Wrapped(made, KeyRing.Alice);
        var signature = Convert.FromBase64String(good.SignatureBase64);
        SessionKey[] forged =
        [
            Wrapped(made, KeyRing.Mallory),
            good with { SignatureBase64 = Flipped(signature, 100) },
            good with { SignatureBase64 = "" },
            good with { SignatureBase64 = "no Base64!" },
            good with { ConversationUuid = Sample.MessageUuid(9) },
            good with { KeyEncryptedBase64 = SessionSecret.Create(Sample.ConversationUuid).WrapFor(KeyRing.Bob.PublicKey) },
            good with { KeyEncryptedBase64 = made.WrapFor(KeyRing.Mallory.PublicKey) },
            good with { KeyEncryptedBase64 = "no Base64!" },
        ];
        Assert.All(forged, one => Assert.ThrowsAny<CryptographicException>(() => SessionSecret.Open(one, KeyRing.Bob, KeyRing.Alice.PublicKey)));
    }

    [Fact]
    public void Titles_and_nicks_have_the_seeds_shape_and_stay_where_they_belong()
    {
        var secret = SessionSecret.Create(Sample.ConversationUuid);
        var (title, nick) = (secret.SealTitle(Sample.SessionKeyUuid, "Plans"), secret.SealNick(Sample.SessionKeyUuid, Sample.Me, "Ann"));
        foreach (var label in new[] { title, nick })
        {
            using var json = JsonDocument.Parse(Convert.FromBase64String(label));
            Assert.Equal(
                ["conversationUuid", "encryptedBodyBase64", "ivBase64", "sessionKeyUuid"],
                json.RootElement.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal));
            Assert.Equal(Sample.ConversationUuid, json.RootElement.GetProperty("conversationUuid").GetString());
            Assert.Equal(Sample.SessionKeyUuid, json.RootElement.GetProperty("sessionKeyUuid").GetString());
        }

        Assert.Equal(("Plans", "Ann"), (secret.OpenTitle(title), secret.OpenNick(nick, Sample.Me)));
        Assert.ThrowsAny<CryptographicException>(() => secret.OpenNick(nick, Sample.Other));
        Assert.ThrowsAny<CryptographicException>(() => secret.OpenTitle(nick));
        Assert.Throws<FormatException>(() => secret.OpenTitle("plain text"));
        Assert.Throws<FormatException>(() => secret.OpenTitle("bnVsbA=="));
    }

    [Fact]
    public void The_seeds_own_labels_are_read()
    {
        var parsed = SealedLabel.Parse(
            "ewogICJlbmNyeXB0ZWRCb2R5QmFzZTY0IiA6ICJDd2ZmR2ZoVWdZM2U5UT09IiwKICAiaXZCYXNlNjQiIDogInNRSUIxbjY0STJQcE9oZzBQd2Fsdmc9PSIKfQ==");
        Assert.Equal(new SealedLabel("CwffGfhUgY3e9Q==", "sQIB1n64I2PpOhg0Pwalvg=="), parsed);
    }

    [Fact]
    public void Outside_a_conversation_a_nick_is_sealed_with_the_metadata_key_and_has_two_members()
    {
        var key = MetaDataKey.Create();
        var nick = key.Seal("Ann");
        using var json = JsonDocument.Parse(Convert.FromBase64String(nick));
        Assert.Equal(["encryptedBodyBase64", "ivBase64"], json.RootElement.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal));
        var wrapped = key.Wrap(KeyRing.Alice);
        Assert.Equal("Ann", MetaDataKey.Open(wrapped, KeyRing.Alice).Open(nick));
        Assert.ThrowsAny<CryptographicException>(() => MetaDataKey.Open(wrapped, KeyRing.Bob));
        Assert.ThrowsAny<CryptographicException>(() => MetaDataKey.Create().Open(nick));
    }

    [Fact]
    public void A_private_key_opens_with_its_passphrase_alone()
    {
        var wrapped = KeyRing.Alice.Export("correct horse");
        Assert.False(WrappedPrivateKey.IsOutdated(wrapped));
        Assert.True(wrapped.Length <= Limits.Pem);
        using var opened = KeyPair.Import(wrapped, "correct horse");
        Assert.Equal(KeyRing.Alice.PublicKey, opened.PublicKey);
        Assert.Throws<CryptographicException>(() => KeyPair.Import(wrapped, "battery staple"));
        Assert.Throws<CryptographicException>(() => KeyPair.Import("no PEM", "correct horse"));
        Assert.Throws<ArgumentException>(() => KeyRing.Alice.Export(""));
    }

    [Fact]
    public void A_fingerprint_is_of_the_key_and_not_of_its_line_breaks()
    {
        var seed = KeyRing.Alice.PublicKey.ReplaceLineEndings("\r\n");
        Assert.Equal(PublicKeys.Fingerprint(KeyRing.Alice.PublicKey), PublicKeys.Fingerprint(seed));
        Assert.NotEqual(PublicKeys.Fingerprint(KeyRing.Alice.PublicKey), PublicKeys.Fingerprint(KeyRing.Bob.PublicKey));
    }

    [Fact]
    public void Weak_and_broken_public_keys_are_not_used()
    {
        using var weak = RSA.Create(2048);
        using var elliptic = ECDsa.Create();
        string[] keys = [weak.ExportSubjectPublicKeyInfoPem(), elliptic.ExportSubjectPublicKeyInfoPem(), weak.ExportPkcs8PrivateKeyPem(), "", "no PEM"];
        Assert.All(keys, key => Assert.ThrowsAny<CryptographicException>(() => PublicKeys.Wrap(key, new byte[32])));
    }

    private static Message Sealed(SessionSecret secret)
    {
        var body = secret.SealBody(FirstMessage, Sample.SessionKeyUuid, Sample.Me, Text);
        return Sample.Message(1, author: Sample.Me) with { BodyEncryptedBase64 = body.BodyBase64, IvBase64 = body.IvBase64 };
    }

    private static SessionKey Wrapped(SessionSecret secret, KeyPair signer) => new(
        Sample.SessionKeyUuid, Sample.ConversationUuid, Sample.Other, secret.WrapFor(KeyRing.Bob.PublicKey), secret.Sign(signer), Sample.Me, 1, null);

    private static string Flipped(byte[] bytes, int at)
    {
        byte[] copy = [.. bytes];
        copy[at] ^= 1;
        return Convert.ToBase64String(copy);
    }
}
