using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Messenger.Client.Crypto;
using Messenger.Protocol;

namespace Messenger.Specification.Tests.Vectors;

/// <summary>docs/vectors: what every client library reads, and refuses. <c>MESSENGER_VECTORS=write</c> makes them again.</summary>
public sealed class VectorTests
{
    private static readonly string Folder = Path.Combine(Documents.Root(), "docs", "vectors");

    private static readonly Lazy<JsonNode> Keys = new(() => Read("keys"));

    private static readonly ConcurrentDictionary<string, KeyPair> Pairs = new();

    public static TheoryData<string, string> Cases()
    {
        if (Environment.GetEnvironmentVariable("MESSENGER_VECTORS") == "write")
        {
            VectorWriter.Write(Folder);
        }

        var cases = new TheoryData<string, string>();
        foreach (var file in new[] { "privateKeys", "sessionKeys", "bodies", "labels", "files" })
        {
            foreach (var one in List(file))
            {
                cases.Add(file, Text(one!, "name"));
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_client_reads_it_or_refuses_it(string file, string name)
    {
        var one = List(file).Single(node => Text(node!, "name") == name)!;
        Func<Task<string>> read = file switch
        {
            "privateKeys" => () => Task.FromResult(PrivateKey(one)),
            "sessionKeys" => () => Task.FromResult(SessionKey(one)),
            "bodies" => () => Task.FromResult(Secret(one).OpenBody(Message(one))),
            "labels" => () => Task.FromResult(Label(one)),
            _ => () => File(one),
        };
        if (one["fails"]?.GetValue<bool>() == true)
        {
            var fault = await Record.ExceptionAsync(read);
            Assert.True(fault is CryptographicException or FormatException, $"{file}, {name}: {fault?.ToString() ?? "it was read"}");
        }
        else
        {
            Assert.Equal(Text(one, "plain"), await read());
        }
    }

    [Fact]
    public void Fingerprints_and_user_ids_are_as_written()
    {
        Assert.All(Keys.Value["people"]!.AsArray(), one => Assert.Equal(Text(one!, "fingerprint"), PublicKeys.Fingerprint(Text(one!, "publicKey"))));
        Assert.All(Keys.Value["userIds"]!.AsArray(), one => Assert.Equal(Text(one!, "userId"), UserIds.FromPhone(Text(one!, "number"))));
    }

    /// <summary>Made by another implementation than any of ours (Python's hashlib). Where .NET cannot normalise, what would need it is refused and not made wrong.</summary>
    [Fact]
    public void What_is_made_of_a_PIN_is_as_written() => Assert.All(Read("registration-lock")["cases"]!.AsArray(), one =>
    {
        var (user, pin) = (Text(one!, "userId"), Text(one!, "pin"));
        if ("\uff11".Normalize(NormalizationForm.FormKC) == "1" || pin.All(char.IsAscii))
        {
            Assert.Equal(Text(one!, "plain"), RegistrationLock.Verifier(user, pin));
        }
        else
        {
            Assert.Throws<PlatformNotSupportedException>(() => RegistrationLock.Verifier(user, pin));
        }
    });

    [Fact]
    public void An_outdated_form_is_known_as_such() =>
        Assert.All(List("privateKeys"), one => Assert.Equal(one!["outdated"]!.GetValue<bool>(), WrappedPrivateKey.IsOutdated(Text(one, "wrapped"))));

    [Fact]
    public void There_is_a_broken_one_of_each() =>
        Assert.All(new[] { "privateKeys", "sessionKeys", "bodies", "labels", "files" }, file => Assert.Contains(List(file), one => one!["fails"] is not null));

    private static string PrivateKey(JsonNode one)
    {
        using var pair = KeyPair.Import(Text(one, "wrapped"), Text(one, "passphrase"));
        return PublicKeys.Fingerprint(pair.PublicKey);
    }

    private static string SessionKey(JsonNode one)
    {
        var pair = Pair(Text(one, "owner"));
        var wrapped = Wrapped(Text(one, "conversationUuid"), Text(one, "keyEncryptedBase64"), Text(one, "signatureBase64"));
        SessionSecret.Open(wrapped, pair, PublicKeyOf(Text(one, "signer")));
        return Convert.ToBase64String(pair.Unwrap(wrapped.KeyEncryptedBase64));
    }

    private static string Label(JsonNode one) => Text(one, "kind") switch
    {
        "nick" => Secret(one).OpenNick(Text(one, "label"), Text(one, "owner")),
        "title" => Secret(one).OpenTitle(Text(one, "label")),
        _ => MetaData(one).Open(Text(one, "label")),
    };

    private static async Task<string> File(JsonNode one)
    {
        var (secret, message, key, author, sealedName) = (
            Secret(one), Text(one, "messageUuid"), Text(one, "sessionKeyUuid"), Text(one, "author"), Text(one, "fileNameEncrypted"));
        var name = secret.OpenFileName(message, key, author, sealedName);
        using var plain = new MemoryStream();
        await secret.OpenFile(message, key, author, sealedName, new MemoryStream(Convert.FromBase64String(Text(one, "sealedBase64"))), plain);
        return $"{name.Name} {name.Type} {plain.Length} {Convert.ToHexStringLower(SHA256.HashData(plain.ToArray()))}";
    }

    private static MetaDataKey MetaData(JsonNode one)
    {
        var pair = Pair("alice");
        return MetaDataKey.Open(PublicKeys.Wrap(pair.PublicKey, Convert.FromBase64String(Text(one, "keyBase64"))), pair);
    }

    /// <summary>The client takes a session key only wrapped and signed: so it is given one.</summary>
    private static SessionSecret Secret(JsonNode one)
    {
        var pair = Pair("alice");
        var (conversation, key) = (Text(one, "conversationUuid"), Convert.FromBase64String(Text(one, "keyBase64")));
        var signature = pair.Sign([.. Encoding.UTF8.GetBytes($"session-key\n{conversation.ToLowerInvariant()}\n"), .. key]);
        return SessionSecret.Open(Wrapped(conversation, PublicKeys.Wrap(pair.PublicKey, key), signature), pair, pair.PublicKey);
    }

    private static SessionKey Wrapped(string conversation, string key, string signature) => new("", conversation, "", key, signature, null, 0, null);

    private static Message Message(JsonNode one) => VectorWriter.Message(
        Text(one, "conversationUuid"), Text(one, "messageUuid"), Text(one, "sessionKeyUuid"), Text(one, "author"), Text(one, "bodyEncryptedBase64"), Text(one, "ivBase64"));

    /// <summary>Opened once: each opening takes 600 000 rounds.</summary>
    private static KeyPair Pair(string person) => Pairs.GetOrAdd(person, Open);

    private static KeyPair Open(string person) => KeyPair.Import(
        Text(Keys.Value["people"]!.AsArray().Single(one => Text(one!, "name") == person)!, "wrapped"), VectorWriter.Passphrase);

    private static string PublicKeyOf(string person) => Text(Keys.Value["people"]!.AsArray().Single(one => Text(one!, "name") == person)!, "publicKey");

    private static JsonArray List(string name) => (name == "privateKeys" ? Keys.Value["privateKeys"]! : Read(name == "sessionKeys" ? "session-keys" : name)["cases"]!).AsArray();

    private static JsonNode Read(string file) => JsonNode.Parse(System.IO.File.ReadAllText(Path.Combine(Folder, file + ".json")))!;

    private static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();
}
