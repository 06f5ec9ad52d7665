using System.Security.Cryptography;
using System.Text;
using Messenger.Host.Composition;

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

    [Fact]
    public void Base64_that_is_no_user_id_stays()
    {
        var other = Convert.ToBase64String(Encoding.UTF8.GetBytes("something shorter"));
        Assert.Equal(other, PiiRedactor.Text(other));
    }
}
