using CsCheck;

namespace Messenger.Protocol.Tests;

/// <summary>The two pairs of the seed that show what a user id is.</summary>
public class UserIdTests
{
    [Theory]
    [InlineData("+35794048714", "/4DZItfW2uZQyMCcxDboGMF0SjJs5sfedl9SXWNaO8Y=")]
    [InlineData("+16266260017", "9dNAmjirVLHA7P1f3q9rbeBJr/5yctwuPAXZQDGKcIg=")]
    public void A_user_id_is_base64_of_the_sha_256_of_the_phone_number(string phone, string id)
    {
        Assert.Equal(id, UserIds.FromPhone(phone));
        Assert.True(UserIds.IsUserId(id));
    }

    [Fact]
    public void Every_hash_has_one_spelling() => Gen.Byte.Array[32].Sample(hash =>
    {
        var id = Convert.ToBase64String(hash);
        var alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        return UserIds.IsUserId(id)
            && alphabet.Count(last => UserIds.IsUserId(string.Concat(id.AsSpan(0, 42), last.ToString(), "=")) && Convert.FromBase64String(string.Concat(id.AsSpan(0, 42), last.ToString(), "=")).SequenceEqual(hash)) == 1;
    });
}
