using System.Security.Cryptography;
using System.Text;
using Messenger.Grains.State;
using Messenger.Host.Composition;
using Orleans;

namespace Messenger.Host.Tests;

/// <summary>What logs say of people.</summary>
public sealed class PiiRedactorTests
{
    private static readonly string UserId = Convert.ToBase64String(SHA256.HashData("+35799123456"u8));
    private static readonly string Device = $"{UserId}/{Convert.ToHexStringLower(SHA256.HashData("application"u8))}";

    [Fact]
    public void A_user_id_goes_and_the_rest_stays() => Assert.Equal("call to user/(id) failed", PiiRedactor.Text($"call to user/{UserId} failed"));

    [Fact]
    public void A_device_goes_whole() => Assert.Equal("device/(id)", PiiRedactor.Text($"device/{Device}"));

    [Fact]
    public void All_of_them_go() => Assert.DoesNotContain(UserId, PiiRedactor.Text($"{UserId}, {Device} and {UserId}"), StringComparison.Ordinal);

    /// <summary>Addresses, hashes of push tokens, links: what a grain's key says is nobody's business, whichever grain comes next.</summary>
    [Fact]
    public void The_key_of_every_grain_that_is_keyed_by_a_text_goes()
    {
        var types = typeof(CredentialSeal).Assembly.GetTypes()
            .Where(type => type.IsClass && !type.IsAbstract && typeof(IGrainWithStringKey).IsAssignableFrom(type)).Select(type => type.Name[..^"Grain".Length].ToLowerInvariant()).ToList();
        Assert.True(types.Count > 5);
        Assert.All(types, type => Assert.Equal($"Request [S127.0.0.1:1 a]->[ {type}/(id)] failed", PiiRedactor.Text($"Request [S127.0.0.1:1 a]->[ {type}/2001:db8::1] failed")));
    }

    [Fact]
    public void Base64_that_is_no_user_id_stays()
    {
        var other = Convert.ToBase64String(Encoding.UTF8.GetBytes("something shorter"));
        Assert.Equal(other, PiiRedactor.Text(other));
    }
}
