using System.Text.Json;

namespace Messenger.Conformance.Tests;

/// <summary>The shapes find what a server could get wrong.</summary>
public class WireShapeTests
{
    [Theory]
    [InlineData("ResponsePong", """{"serverVersion":"1","androidUrl":null}""", true)]
    [InlineData("ResponsePong", """{"serverVersion":1,"androidUrl":null}""", false)]
    [InlineData("ResponsePong", """{"serverVersion":null,"androidUrl":null}""", false)]
    [InlineData("ResponsePong", """{"serverVersion":"1"}""", false)]
    [InlineData("ResponsePong", """{"serverVersion":"1","androidUrl":"","more":1}""", false)]
    [InlineData("BlackList", """{"users":[]}""", true)]
    [InlineData("BlackList", """{"users":["a"]}""", true)]
    [InlineData("BlackList", """{"users":[1]}""", false)]
    [InlineData("BlackList", """{"users":null}""", false)]
    [InlineData("NicksList", """{"nicks":{"a":"b"}}""", true)]
    [InlineData("NicksList", """{"nicks":{"a":1}}""", false)]
    [InlineData("ResponseFiles", """{"files":[]}""", true)]
    [InlineData("ResponseFiles", """{"files":[{}]}""", false)]
    [InlineData("UpdateContactNotification", """{"userId":"a","contactId":"b"}""", true)]
    [InlineData("UpdateContactNotification", """[]""", false)]
    [InlineData("ResponseEverything", """{}""", false)]
    public void A_payload(string type, string json, bool good)
    {
        using var document = JsonDocument.Parse(json);

        Assert.Equal(good, WireShape.FaultIn(type, document.RootElement) is null);
    }

    [Fact]
    public void All_21_answers_and_15_notifications_are_known() => Assert.Equal(36, WireShape.Known.Count);
}
