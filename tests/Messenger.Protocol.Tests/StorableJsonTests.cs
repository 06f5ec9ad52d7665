using System.Text;

namespace Messenger.Protocol.Tests;

public class StorableJsonTests
{
    [Theory]
    [InlineData("""{"a":"x\u0000y"}""", "a must not hold the character U+0000")]
    [InlineData("""{"a":{"b":["x","\uD800"]}}""", "a.b must not hold an unpaired surrogate")]
    [InlineData("""{"a":{"b":1},"c":"\udC00x"}""", "c must not hold an unpaired surrogate")]
    [InlineData("""{"a":"\uD83D\uD83D"}""", "a must not hold an unpaired surrogate")]
    [InlineData("""{"a":"\uD83D\\uDE00"}""", "a must not hold an unpaired surrogate")]
    [InlineData("""{"x\u0000":1}""", "the name of a member must not hold the character U+0000")]
    [InlineData("""{"a":[{"b":"x"},{"b":"\\\u0000"}]}""", "a.b must not hold the character U+0000")]
    public void What_a_store_could_refuse_is_named_by_its_field(string json, string fault) =>
        Assert.Equal(fault, StorableJson.Fault(Encoding.UTF8.GetBytes(json)));

    [Theory]
    [InlineData("""{"a":"\uD83D\uDE00\u0001\\u0000\\uD800"}""")]
    [InlineData("""{"a":"\u002B😀","b":"\\\\u0000"}""")]
    [InlineData("""{"a":"\u00""")]
    [InlineData("""{"a":"\u0000""")]
    [InlineData("")]
    public void Everything_else_is_none_of_its_business(string json) => Assert.Null(StorableJson.Fault(Encoding.UTF8.GetBytes(json)));
}
