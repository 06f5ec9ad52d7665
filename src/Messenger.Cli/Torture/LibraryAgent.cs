using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Messenger.Client;
using Messenger.Client.Crypto;
using Messenger.Client.Messaging;
using Messenger.Client.Profiles;
using Messenger.Protocol;

namespace Messenger.Cli.Torture;

/// <summary>An agent of the client kit on this project's own library. It is not killed: the library's outbox is in memory.</summary>
internal sealed class LibraryAgent : IAsyncDisposable
{
    private readonly MemoryProfile _store = new();
    private readonly ConcurrentDictionary<string, Message> _messages = new(StringComparer.OrdinalIgnoreCase);
    private MessengerClient? _client;
    private Conversations? _conversations;
    private Task _listening = Task.CompletedTask;

    /// <summary>Answers lines until there are no more. Commands run side by side, as they do in an application.</summary>
    public async Task Run(TextReader input, TextWriter output)
    {
        List<Task> running = [];
        while (await input.ReadLineAsync() is { } line)
        {
            var command = JsonNode.Parse(line)!.AsObject();
            running.RemoveAll(task => task.IsCompleted);
            running.Add(Answer(command, output));
        }

        await Task.WhenAll(running);
    }

    public async ValueTask DisposeAsync()
    {
        _conversations?.Dispose();
        if (_client is not null)
        {
            await _client.DisposeAsync();
            await _listening;
        }
    }

    private static string Text(JsonObject command, string name) => command[name]!.GetValue<string>();

    private async Task Answer(JsonObject command, TextWriter output)
    {
        JsonObject answer;
        try
        {
            answer = await Do(command);
            answer["ok"] = true;
        }
        catch (Exception fault)
        {
            // Whatever it is, the kit is told and judges.
            answer = new JsonObject { ["ok"] = false, ["error"] = fault.Message };
        }

        answer["id"] = command["id"]!.GetValue<long>();
        var line = answer.ToJsonString();
        lock (output)
        {
            output.WriteLine(line);
            output.Flush();
        }
    }

    private async Task<JsonObject> Do(JsonObject command)
    {
        switch (Text(command, "do"))
        {
            case "hello":
                return new JsonObject { ["crash"] = false, ["library"] = "csharp" };
            case "register":
                return await Register(new Uri(Text(command, "url")), Text(command, "number"), Text(command, "code"), Text(command, "name"));
            case "dialog":
                return new JsonObject { ["conversation"] = await _conversations!.Dialog(Text(command, "userId")) };
            case "group":
                var others = command["userIds"]!.AsArray().Select(one => one!.GetValue<string>()).ToArray();
                return new JsonObject { ["conversation"] = await _conversations!.Create(others, Text(command, "title")) };
            case "send":
                var sent = await _conversations!.Send(Text(command, "conversation"), Text(command, "text"));
                _messages[sent.Uuid] = sent;
                return [];
            case "settled":
                // Sends wait for their answers: nothing is open but the connection.
                await _client!.Ask<ResponsePong>(new RequestPing(null, 0));
                return [];
            case "knows" or "end":
                return [];
            case "show":
                return new JsonObject { ["messages"] = await Show(Text(command, "conversation")) };
            case var other:
                throw new NotSupportedException($"this agent knows no {other}");
        }
    }

    private async Task<JsonObject> Register(Uri url, string number, string code, string name)
    {
        await Account.Register(url, _store, number, () => Task.FromResult(code));
        _client = new MessengerClient(url, _store);
        await _client.Connect();
        var keys = KeyPair.Create();
        await Account.PublishKeys(_client, _store, keys, "torture", name);
        _conversations = new Conversations(_client, keys, _store);
        _listening = Listen(_client);
        return new JsonObject { ["userId"] = _client.UserId };
    }

    private async Task Listen(MessengerClient client)
    {
        await foreach (var happened in client.Events())
        {
            if (happened is MessageArrived { Message: { IsEvent: false } message } && !_messages.TryAdd(message.Uuid, message))
            {
                // The library promises each message once: a second one is shown as a second one.
                _messages[$"{message.Uuid} again"] = message;
            }
        }
    }

    private async Task<JsonArray> Show(string conversation)
    {
        var shown = new JsonArray();
        foreach (var message in _messages.Values.Where(one => string.Equals(one.ConversationUuid, conversation, StringComparison.OrdinalIgnoreCase)).OrderBy(one => one.Created))
        {
            shown.Add(new JsonObject { ["text"] = await _conversations!.Open(message), ["state"] = "sent" });
        }

        return shown;
    }
}
