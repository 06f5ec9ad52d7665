using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Messenger.Client.Crypto;
using Messenger.Protocol;

namespace Messenger.Specification.Tests.Vectors;

/// <summary>Makes docs/vectors with this project's own client. Keys and salts are random: each writing gives other files of the same cases.</summary>
internal static class VectorWriter
{
    public const string Passphrase = "correct horse battery staple";

    private const string Conversation = "6921D2FD-0b0c-4f0e-9d4e-0f5c2a7b1e11";
    private const string Other = "11111111-2222-4333-8444-555555555555";
    private const string MessageUuid = "DDC9EC23-1a2b-4c3d-8e4f-5a6b7c8d9e0f";
    private const string KeyUuid = "0d1e2f3a-4b5c-4d6e-8f70-8192a3b4c5d6";

    private static readonly string Author = UserIds.FromPhone("+35794048714");
    private static readonly string Peer = UserIds.FromPhone("+16266260017");
    private static readonly JsonSerializerOptions Options = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        using var rsa = RSA.Create(KeyPair.Bits);
        using var alice = KeyPair.Import(Pkcs8(rsa, KeyPairRounds), Passphrase);
        using var bob = KeyPair.Create();
        Save("keys", KeysOf(rsa, alice, bob));
        Save("session-keys", Cases(SessionKeys(alice, bob)));
        var key = RandomNumberGenerator.GetBytes(Sealed.KeyBytes);
        Save("bodies", Cases(Bodies(Secret(alice, Conversation, key), key)));
        Save("labels", Cases(Labels(alice, Secret(alice, Conversation, key), key)));
        Save("files", Cases(Files(Secret(alice, Conversation, key), key)));
        void Save(string name, JsonNode content) => File.WriteAllText(Path.Combine(folder, name + ".json"), content.ToJsonString(Options) + "\n");
    }

    public static Message Message(string conversation, string message, string key, string author, string body, string iv) => new(
        Uuid: message, ConversationUuid: conversation, SessionKeyUuid: key, UserId: author, IvBase64: iv, BodyEncryptedBase64: body, Created: 1, HasFiles: false,
        Readed: false, UserNick: null, IsEvent: false, EventType: null, EventUserId: null, Members: 2, ReadedMembers: 1, DeliveredMembers: 1, Objectionable: false,
        Deleted: false, ReplyMessageUuid: null);

    /// <summary>Rounds of what earlier clients made.</summary>
    private const int KeyPairRounds = 600_000;

    private static JsonObject KeysOf(RSA rsa, KeyPair alice, KeyPair bob)
    {
        var fingerprint = PublicKeys.Fingerprint(alice.PublicKey);
        var whole = alice.Export(Passphrase);
        JsonObject Case(string name, string wrapped, string passphrase, bool outdated, bool fails = false) => fails
            ? new() { ["name"] = name, ["passphrase"] = passphrase, ["wrapped"] = wrapped, ["outdated"] = outdated, ["fails"] = true }
            : new() { ["name"] = name, ["passphrase"] = passphrase, ["wrapped"] = wrapped, ["outdated"] = outdated, ["plain"] = fingerprint };
        string Changed(string member, JsonNode value)
        {
            var node = JsonNode.Parse(whole)!.AsObject();
            node[member] = value;
            return node.ToJsonString();
        }

        var encrypted = JsonNode.Parse(whole)!["encryptedBase64"]!.GetValue<string>();
        return new JsonObject
        {
            ["people"] = new JsonArray(Person("alice", alice), Person("bob", bob)),
            ["userIds"] = new JsonArray(
                new JsonObject { ["number"] = "+35794048714", ["userId"] = Author }, new JsonObject { ["number"] = "+16266260017", ["userId"] = Peer }),
            ["privateKeys"] = new JsonArray(
                Case("the JSON form", whole, Passphrase, outdated: false),
                Case("a passphrase beyond ASCII", alice.Export("Å passwörd 密码"), "Å passwörd 密码", outdated: false),
                Case("PKCS#8, as earlier clients wrote it", Pkcs8(rsa, KeyPairRounds), Passphrase, outdated: true),
                Case("PKCS#8 with few rounds", Pkcs8(rsa, 2_048), Passphrase, outdated: true),
                Case("the JSON form with too few rounds", Weak(rsa, 1_000), Passphrase, outdated: true),
                Case("another passphrase", whole, "correct horse battery stable", outdated: false, fails: true),
                Case("another passphrase of PKCS#8", Pkcs8(rsa, 2_048), "wrong", outdated: true, fails: true),
                Case("a changed byte", Changed("encryptedBase64", Flip(encrypted, 100)), Passphrase, outdated: false, fails: true),
                Case("other rounds", Changed("rounds", 600_001), Passphrase, outdated: false, fails: true),
                Case("rounds that would keep a phone busy", Changed("rounds", 2_000_000_000), Passphrase, outdated: false, fails: true),
                Case("another version", Changed("version", 2), Passphrase, outdated: false, fails: true),
                Case("no key at all", "no PEM", Passphrase, outdated: true, fails: true)),
        };
    }

    private static JsonObject Person(string name, KeyPair pair) => new()
    {
        ["name"] = name,
        ["publicKey"] = pair.PublicKey,
        ["fingerprint"] = PublicKeys.Fingerprint(pair.PublicKey),
        ["wrapped"] = pair.Export(Passphrase),
    };

    private static IEnumerable<JsonObject> SessionKeys(KeyPair alice, KeyPair bob)
    {
        var secret = SessionSecret.Create(Conversation);
        var (wrapped, signature) = (secret.WrapFor(alice.PublicKey), secret.Sign(bob));
        JsonObject Case(string name, string key, string sign, string signer, string conversation, bool fails)
        {
            var one = new JsonObject
            {
                ["name"] = name,
                ["owner"] = "alice",
                ["signer"] = signer,
                ["conversationUuid"] = conversation,
                ["keyEncryptedBase64"] = key,
                ["signatureBase64"] = sign,
            };
            one[fails ? "fails" : "plain"] = fails ? true : Convert.ToBase64String(alice.Unwrap(key));
            return one;
        }

        yield return Case("wrapped for alice and signed by bob", wrapped, signature, "bob", Conversation, fails: false);
        yield return Case("the conversation in the other case", wrapped, signature, "bob", Conversation.ToUpperInvariant(), fails: false);
        yield return Case("signed by somebody else", wrapped, secret.Sign(alice), "bob", Conversation, fails: true);
        yield return Case("of another conversation", wrapped, signature, "bob", Other, fails: true);
        yield return Case("wrapped for somebody else", secret.WrapFor(bob.PublicKey), signature, "bob", Conversation, fails: true);
        yield return Case("a changed copy", Flip(wrapped, 17), signature, "bob", Conversation, fails: true);
        yield return Case("a changed signature", wrapped, Flip(signature, 17), "bob", Conversation, fails: true);
        yield return Case("another key under that signature", SessionSecret.Create(Conversation).WrapFor(alice.PublicKey), signature, "bob", Conversation, fails: true);
        yield return Case("no Base64", wrapped, "?", "bob", Conversation, fails: true);
    }

    private static IEnumerable<JsonObject> Bodies(SessionSecret secret, byte[] key)
    {
        JsonObject Case(string name, Sealed body, string? plain, string conversation = Conversation, string message = MessageUuid, string keyUuid = KeyUuid, string? author = null) => new()
        {
            ["name"] = name,
            ["keyBase64"] = Convert.ToBase64String(key),
            ["conversationUuid"] = conversation,
            ["messageUuid"] = message,
            ["sessionKeyUuid"] = keyUuid,
            ["author"] = author ?? Author,
            ["ivBase64"] = body.IvBase64,
            ["bodyEncryptedBase64"] = body.BodyBase64,
            [plain is null ? "fails" : "plain"] = plain is null ? true : plain,
        };
        Sealed Seal(string text) => secret.SealBody(MessageUuid, KeyUuid, Author, text);
        foreach (var (name, text) in new[] { ("a greeting", "Hello Bob"), ("empty", ""), ("emoji and right to left", "שלום 👩‍👩‍👧 \n سلام"), ("long", new string('x', 5_000)) })
        {
            yield return Case(name, Seal(text), text);
        }

        var hello = Seal("Hello Bob");
        yield return Case("uuids in lower case", hello, "Hello Bob", Conversation.ToLowerInvariant(), MessageUuid.ToLowerInvariant(), KeyUuid.ToUpperInvariant());
        yield return Case("moved to another conversation", hello, null, conversation: Other);
        yield return Case("moved to another message", hello, null, message: Other);
        yield return Case("under another key's name", hello, null, keyUuid: Other);
        yield return Case("given to another author", hello, null, author: Peer);
        yield return Case("a changed byte", hello with { BodyBase64 = Flip(hello.BodyBase64, 3) }, null);
        yield return Case("a changed iv", hello with { IvBase64 = Flip(hello.IvBase64, 3) }, null);
        yield return Case("shorter than its tag", hello with { BodyBase64 = "AAAA" }, null);
        yield return Case("no Base64", hello with { BodyBase64 = "not base64!" }, null);
    }

    private static IEnumerable<JsonObject> Labels(KeyPair alice, SessionSecret secret, byte[] key)
    {
        JsonObject Case(string name, string kind, string label, string? plain, string? owner = null) => new()
        {
            ["name"] = name,
            ["kind"] = kind,
            ["keyBase64"] = Convert.ToBase64String(key),
            ["conversationUuid"] = Conversation,
            ["owner"] = owner ?? Author,
            ["label"] = label,
            [plain is null ? "fails" : "plain"] = plain is null ? true : plain,
        };
        var (nick, title) = (secret.SealNick(KeyUuid, Author, "Zoë"), secret.SealTitle(KeyUuid, "Hiking 🥾"));
        var metaData = MetaDataKey.Open(PublicKeys.Wrap(alice.PublicKey, key), alice);
        yield return Case("a nick", "nick", nick, "Zoë");
        yield return Case("a title", "title", title, "Hiking 🥾");
        yield return Case("one's own nick", "metadata", metaData.Seal("Zoë"), "Zoë");
        yield return Case("somebody else's nick", "nick", nick, null, owner: Peer);
        yield return Case("a nick as a title", "title", nick, null);
        yield return Case("a title as a nick", "nick", title, null);
        yield return Case("a title as one's own nick", "metadata", title, null);
        yield return Case("no label", "title", "e30=", null);
        yield return Case("no Base64", "title", "?", null);
    }

    private static IEnumerable<JsonObject> Files(SessionSecret secret, byte[] key)
    {
        JsonObject Case(string name, string sealedName) => new()
        {
            ["name"] = name,
            ["keyBase64"] = Convert.ToBase64String(key),
            ["conversationUuid"] = Conversation,
            ["messageUuid"] = MessageUuid,
            ["sessionKeyUuid"] = KeyUuid,
            ["author"] = Author,
            ["fileNameEncrypted"] = sealedName,
        };
        byte[] last = [];
        var lastName = "";
        foreach (var size in new[] { 0, 1, 65_536, 131_073 })
        {
            lastName = secret.SealFileName(MessageUuid, KeyUuid, Author, $"photo {size}.png", "image/png");
            var plain = new byte[size];
            new Random(size).NextBytes(plain);
            using var target = new MemoryStream();
            secret.SealFile(MessageUuid, KeyUuid, Author, lastName, new MemoryStream(plain), target).GetAwaiter().GetResult();
            last = target.ToArray();
            var one = Case($"{size} bytes", lastName);
            one["sealedBase64"] = Convert.ToBase64String(last);
            one["plain"] = $"photo {size}.png image/png {size} {Convert.ToHexStringLower(SHA256.HashData(plain))}";
            yield return one;
        }

        const int Chunk = 65_536 + 16;
        var swapped = last.ToArray();
        last.AsSpan(24, Chunk).CopyTo(swapped.AsSpan(24 + Chunk));
        last.AsSpan(24 + Chunk, Chunk).CopyTo(swapped.AsSpan(24));
        (string Name, byte[] Bytes)[] broken =
        [
            ("cut after a chunk", last[..(24 + Chunk)]), ("cut within its header", last[..20]), ("its first chunk and its last", [.. last[..(24 + Chunk)], .. last[(24 + (2 * Chunk))..]]),
        ];
        foreach (var (name, bytes) in broken)
        {
            var one = Case(name, lastName);
            one["sealedBase64"] = Convert.ToBase64String(bytes);
            one["fails"] = true;
            yield return one;
        }

        var small = Case("", secret.SealFileName(MessageUuid, KeyUuid, Author, "a.txt", "text/plain"));
        using var smallTarget = new MemoryStream();
        secret.SealFile(MessageUuid, KeyUuid, Author, small["fileNameEncrypted"]!.GetValue<string>(), new MemoryStream([1, 2, 3]), smallTarget).GetAwaiter().GetResult();
        var whole = smallTarget.ToArray();
        var otherName = secret.SealFileName(MessageUuid, KeyUuid, Author, "b.txt", "text/plain");
        (string Name, byte[] Bytes, string? As)[] changed =
        [
            ("extended", [.. whole, 0], null), ("a changed header", [.. whole[..10], (byte)(whole[10] ^ 1), .. whole[11..]], null),
            ("a changed byte", [.. whole[..25], (byte)(whole[25] ^ 1), .. whole[26..]], null), ("under another file's name", whole, otherName), ("under a name that is none", whole, "AAAA"),
        ];
        foreach (var (name, bytes, other) in changed)
        {
            var one = Case(name, other ?? small["fileNameEncrypted"]!.GetValue<string>());
            one["sealedBase64"] = Convert.ToBase64String(bytes);
            one["fails"] = true;
            yield return one;
        }
    }

    private static JsonObject Cases(IEnumerable<JsonObject> cases) => new() { ["cases"] = new JsonArray([.. cases]) };

    private static SessionSecret Secret(KeyPair pair, string conversation, byte[] key)
    {
        var signature = pair.Sign([.. Encoding.UTF8.GetBytes($"session-key\n{conversation.ToLowerInvariant()}\n"), .. key]);
        return SessionSecret.Open(new SessionKey(KeyUuid, conversation, "", PublicKeys.Wrap(pair.PublicKey, key), signature, null, 0, null), pair, pair.PublicKey);
    }

    private static string Pkcs8(RSA rsa, int rounds) => rsa.ExportEncryptedPkcs8PrivateKeyPem(
        Passphrase, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, rounds));

    private static string Weak(RSA rsa, int rounds)
    {
        var salt = RandomNumberGenerator.GetBytes(16);
        var box = Sealed.Seal(
            Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(Passphrase), salt, rounds, HashAlgorithmName.SHA256, 32), rsa.ExportPkcs8PrivateKey(), "messenger-private-key\n1"u8);
        return new JsonObject
        {
            ["format"] = "messenger-private-key",
            ["version"] = 1,
            ["kdf"] = "PBKDF2-HMAC-SHA-256",
            ["rounds"] = rounds,
            ["saltBase64"] = Convert.ToBase64String(salt),
            ["cipher"] = "AES-256-GCM",
            ["ivBase64"] = box.IvBase64,
            ["encryptedBase64"] = box.BodyBase64,
        }.ToJsonString();
    }

    private static string Flip(string base64, int at)
    {
        var bytes = Convert.FromBase64String(base64);
        bytes[at] ^= 1;
        return Convert.ToBase64String(bytes);
    }
}
