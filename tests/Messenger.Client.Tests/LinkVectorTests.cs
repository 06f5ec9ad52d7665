using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Messenger.Client.Crypto;

namespace Messenger.Client.Tests;

/// <summary>What the new side of a link computes, against the vectors that every library reads: a device of one library lets in one of another.</summary>
public sealed class LinkVectorTests
{
    private static readonly JsonElement[] All = [.. JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Data", "linking.json"))).RootElement.GetProperty("cases").EnumerateArray()];

    public static TheoryData<string> Cases => [.. All.Select(one => Text(one, "name"))];

    [Theory]
    [MemberData(nameof(Cases))]
    public void It_opens_what_another_library_sealed_and_nothing_else(string name)
    {
        var one = All.Single(each => Text(each, "name") == name);
        var jwk = one.GetProperty("newKeyJwk");
        byte[] Part(string part) => Base64Url.DecodeFromChars(Text(jwk, part));
        using var key = new LinkKey(ECDiffieHellman.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = Part("x"), Y = Part("y") },
            D = Part("d"),
        }));
        Assert.Equal(Text(one, "newKey"), key.Public);
        var transcript = LinkKey.Transcript(Text(one, "linkUuid"), key.Public, Text(one, "oldKey"));
        if (one.TryGetProperty("digits", out var digits))
        {
            Assert.Equal(digits.GetString(), LinkKey.SixDigits(transcript));
        }

        byte[] Open() => key.Open(Text(one, "oldKey"), transcript, Text(one, "bodyEncryptedBase64"));
        if (one.TryGetProperty("plain", out var plain))
        {
            Assert.Equal(plain.GetString(), Encoding.UTF8.GetString(Open()));
        }
        else
        {
            Assert.ThrowsAny<CryptographicException>(Open);
        }
    }

    private static string Text(JsonElement one, string name) => one.GetProperty(name).GetString()!;
}
