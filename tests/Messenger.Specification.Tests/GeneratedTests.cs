using System.Text.Json.Nodes;
using Messenger.Protocol;

namespace Messenger.Specification.Tests;

/// <summary>docs/asyncapi.* say what the records say.</summary>
public sealed class GeneratedTests
{
    private static readonly JsonObject Document = AsyncApi.Generate(Documents.Root());

    /// <summary>One for each request with its answer, one for each notification.</summary>
    internal static int Operations => typeof(IRequest).Assembly.GetTypes().Count(type =>
        type.IsClass && !type.IsAbstract && (type.IsAssignableTo(typeof(IRequest)) || type.IsAssignableTo(typeof(INotification))));

    [Fact]
    public void The_files_are_what_the_records_give_today() => Assert.All(
        Documents.All(Documents.Root(), Document),
        document => Assert.True(
            File.ReadAllText(document.File) == document.Text, $"{document.File} is out of date: dotnet run --project src/Messenger.Specification writes it again"));

    [Fact]
    public void Every_request_response_and_notification_has_a_message_and_no_other()
    {
        var wire = typeof(IRequest).Assembly.GetTypes().Where(type => TypeNames.Find(type.Name) is not null).Select(type => type.Name);

        Assert.Equal(wire.Order(StringComparer.Ordinal), Messages.Select(message => message.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_message_belongs_to_an_operation()
    {
        var used = Document["operations"]!.AsObject()
            .SelectMany(operation => operation.Value!["messages"]!.AsArray().Concat(operation.Value["reply"]?["messages"]?.AsArray() ?? []))
            .Select(reference => reference!["$ref"]!.GetValue<string>().Split('/')[^1]);

        Assert.Equal(Operations, Document["operations"]!.AsObject().Count);
        Assert.Equal(Messages.Select(message => message.Key).Order(StringComparer.Ordinal), used.Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_status_and_every_close_code_stands_in_it()
    {
        var statuses = typeof(Statuses).GetFields().Select(field => (string)field.GetRawConstantValue()!);

        Assert.Equal(statuses, Schema("AnswerStatus")["enum"]!.AsArray().Select(value => value!.GetValue<string>()));
        Assert.Equal(
            Enum.GetValues<CloseCode>().Where(code => code != CloseCode.None).Select(code => $"{(int)code}"),
            Document["channels"]!["socket"]!["x-close-codes"]!.AsObject().Select(code => code.Key));
    }

    [Theory]
    [InlineData("RequestAddMessage", "bodyEncryptedBase64", "maxLength", (Limits.BodyBytes + 2) / 3 * 4)]
    [InlineData("RequestGetMessages", "size", "maximum", Limits.Page)]
    [InlineData("RequestGetMessages", "size", "minimum", 1)]
    [InlineData("RequestGetMessagesByUuids", "uuids", "maxItems", Limits.Page)]
    [InlineData("RequestMessagesReaded", "messageUuids", "maxItems", Limits.Marks)]
    [InlineData("RequestGetRegisteredUsers", "checkUserList", "maxItems", Limits.CheckUserList)]
    [InlineData("RequestUpdateContactList", "contactList", "maxItems", Limits.Contacts)]
    [InlineData("RequestAddNewSessionKeys", "sessionKeys", "maxItems", Limits.Members)]
    [InlineData("RequestAddUserKeys", "publicKeyBase64", "maxLength", Limits.Pem)]
    [InlineData("SessionKeyValue", "keyEncryptedBase64", "maxLength", Limits.WrappedKey)]
    [InlineData("AddUserReport", "reason", "maxLength", Limits.Reason)]
    [InlineData("UpdateParam", "value", "maxLength", Limits.ParamBytes)]
    public void A_limit_that_was_probed_is_the_limit_that_is_meant(string schema, string field, string keyword, int limit) =>
        Assert.Equal(limit, Schema(schema)["properties"]![field]![keyword]!.GetValue<int>());

    internal static JsonObject Messages => Document["components"]!["messages"]!.AsObject();

    private static JsonObject Schema(string name) => Document["components"]!["schemas"]![name]!.AsObject();
}
