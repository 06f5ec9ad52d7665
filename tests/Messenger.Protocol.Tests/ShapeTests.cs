namespace Messenger.Protocol.Tests;

/// <summary>The rules that requests are checked with before anything is called.</summary>
public class ShapeTests
{
    private const string Field = "someField";
    private const string Alice = "/4DZItfW2uZQyMCcxDboGMF0SjJs5sfedl9SXWNaO8Y=";

    [Theory]
    [InlineData("6921d2fd-e88c-4802-bb70-d7a18770939e", true)]
    [InlineData("6921D2FD-E88C-4802-BB70-D7A18770939E", true)]
    [InlineData("00000000-0000-0000-0000-000000000000", true)]
    [InlineData("6921d2fde88c4802bb70d7a18770939e", false)]
    [InlineData("{6921d2fd-e88c-4802-bb70-d7a18770939e}", false)]
    [InlineData(" 6921d2fd-e88c-4802-bb70-d7a18770939e", false)]
    [InlineData("6921d2fd-e88c-4802-bb70-d7a18770939e\n", false)]
    [InlineData("0x21d2fd-e88c-4802-bb70-d7a18770939e", false)]
    [InlineData("+921d2fd-e88c-4802-bb70-d7a18770939e", false)]
    [InlineData("6921d2fd-e88c-4802-bb70-d7a18770939g", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void A_uuid(string? value, bool good) => Check(Shape.Uuid(value, Field), good);

    [Fact]
    public void An_optional_uuid_may_be_null_and_nothing_else()
    {
        Assert.Null(Shape.OptionalUuid(null, Field));
        Check(Shape.OptionalUuid(string.Empty, Field), false);
    }

    [Theory]
    [InlineData(Alice, true)]
    [InlineData("9dNAmjirVLHA7P1f3q9rbeBJr/5yctwuPAXZQDGKcIg=", true)]
    [InlineData("/4DZItfW2uZQyMCcxDboGMF0SjJs5sfedl9SXWNaO8Z=", false)]
    [InlineData("/4DZItfW2uZQyMCcxDboGMF0SjJs5sfedl9SXWNaO8Y", false)]
    [InlineData("_4DZItfW2uZQyMCcxDboGMF0SjJs5sfedl9SXWNaO8Y=", false)]
    [InlineData("/4DZItfW2uZQyMCcxDboGMF0SjJs5 fedl9SXWNaO8Y=", false)]
    [InlineData("+35794048714", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void A_user_id(string? value, bool good) => Check(Shape.UserId(value, Field), good);

    [Theory]
    [InlineData("6F-C2C6B7B15065-6396923166703690188", true)]
    [InlineData("db2553bb-3308-4a53-8c5e-0d3c0b8a1c11", true)]
    [InlineData("x", true)]
    [InlineData("", false)]
    [InlineData("a\nb", false)]
    [InlineData("a\u007fb", false)]
    [InlineData("a\u0085b", false)]
    [InlineData(null, false)]
    public void An_application_uuid(string? value, bool good) => Check(Shape.ApplicationUuid(value, Field), good);

    [Fact]
    public void An_application_uuid_has_at_most_128_characters()
    {
        Check(Shape.ApplicationUuid(new string('a', 128), Field), true);
        Check(Shape.ApplicationUuid(new string('a', 129), Field), false);
    }

    [Fact]
    public void Texts_are_bounded_in_characters_bytes_or_base64()
    {
        Check(Shape.Text("abc", Field, 3), true);
        Check(Shape.Text("abcd", Field, 3), false);
        Check(Shape.Text(string.Empty, Field, 3), false);
        Check(Shape.Text(null, Field, 3), false);
        Check(Shape.OptionalText(null, Field, 3), true);
        Check(Shape.OptionalText(string.Empty, Field, 3), true);
        Check(Shape.OptionalText("abcd", Field, 3), false);
        Check(Shape.Bytes("aü", Field, 3), true);
        Check(Shape.Bytes("üü", Field, 3), false);
        Check(Shape.Bytes(null, Field, 3), false);
        Check(Shape.Base64(Convert.ToBase64String(new byte[64]), Field, 64), true);
        Check(Shape.Base64(Convert.ToBase64String(new byte[67]), Field, 64), false);
    }

    [Fact]
    public void Lists_are_bounded_and_hold_nothing_else()
    {
        const string Uuid = "6921d2fd-e88c-4802-bb70-d7a18770939e";
        Check(Shape.Uuids([], Field, 2), true);
        Check(Shape.Uuids([Uuid, Uuid], Field, 2), true);
        Check(Shape.Uuids([Uuid, Uuid, Uuid], Field, 2), false);
        Check(Shape.Uuids([null!], Field, 2), false);
        Check(Shape.Uuids(null, Field, 2), false);
        Check(Shape.ManyUserIds([Alice], Field, 1), true);
        Check(Shape.ManyUserIds([Alice, Alice], Field, 1), false);
        Check(Shape.ManyUserIds(["x"], Field, 1), false);
        Check(Shape.ManyUserIds([null!], Field, 1), false);
        Check(Shape.ManyUserIds(null, Field, 1), false);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(100, true)]
    [InlineData(101, false)]
    public void A_number_lies_between_its_bounds(int value, bool good) => Check(Shape.Between(value, Field, 1, 100), good);

    /// <summary>A fault names the field, so that a client developer finds it.</summary>
    private static void Check(string? fault, bool good)
    {
        if (good)
        {
            Assert.Null(fault);
        }
        else
        {
            Assert.StartsWith(Field, fault, StringComparison.Ordinal);
        }
    }
}
