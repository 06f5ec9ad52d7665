using System.Text.Json.Nodes;
using Messenger.Client;
using Messenger.Client.Crypto;
using Messenger.Client.Messaging;
using Messenger.Client.Storage;

namespace Messenger.Cli.Torture;

/// <summary>An agent of the client kit on this project's own library, with its store: it may be killed, and goes on.</summary>
internal sealed class LibraryAgent : IAsyncDisposable
{
    private const string Passphrase = "torture";

    private MessageStore? _store;
    private MessengerClient? _client;
    private Conversations? _conversations;
    private Mailbox? _mailbox;

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
        if (_mailbox is not null)
        {
            await _mailbox.DisposeAsync();
        }

        _conversations?.Dispose();
        if (_client is not null)
        {
            await _client.DisposeAsync();
        }

        _store?.Dispose();
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
                return new JsonObject { ["crash"] = true, ["library"] = "csharp" };
            case "register":
                return await Register(new Uri(Text(command, "url")), Text(command, "store"), Text(command, "number"), Text(command, "code"), Text(command, "name"));
            case "open":
                Open(new Uri(Text(command, "url")), Text(command, "store"));
                Talk(KeyPair.Import(_store!.Load().PrivateKeyEncrypted!, Passphrase));
                return [];
            case "dialog":
                return new JsonObject { ["conversation"] = await _conversations!.Dialog(Text(command, "userId")) };
            case "group":
                var others = command["userIds"]!.AsArray().Select(one => one!.GetValue<string>()).ToArray();
                return new JsonObject { ["conversation"] = await _conversations!.Create(others, Text(command, "title")) };
            case "send":
                _mailbox!.Write(Text(command, "conversation"), Text(command, "text"));
                return [];
            case "settled":
                await _mailbox!.Settled();
                return [];
            case "knows" or "end":
                return [];
            case "show":
                return new JsonObject { ["messages"] = await Show(Text(command, "conversation")) };
            case var other:
                throw new NotSupportedException($"this agent knows no {other}");
        }
    }

    private async Task<JsonObject> Register(Uri url, string file, string number, string code, string name)
    {
        _store = MessageStore.Open(file);
        await Account.Register(url, _store, number, () => Task.FromResult(code));
        _client = new MessengerClient(url, _store);
        await _client.Connect();
        var keys = KeyPair.Create();
        await Account.PublishKeys(_client, _store, keys, Passphrase, name);
        Talk(keys);
        return new JsonObject { ["userId"] = _client.UserId };
    }

    private void Open(Uri url, string file)
    {
        _store = MessageStore.Open(file);
        _client = new MessengerClient(url, _store);
    }

    private void Talk(KeyPair keys)
    {
        _conversations = new Conversations(_client!, keys, _store!);
        _mailbox = new Mailbox(_client!, _conversations, _store!);
        _mailbox.Faulted += fault => Console.Error.WriteLine(fault);
        _mailbox.Start();
    }

    private async Task<JsonArray> Show(string conversation)
    {
        var shown = new JsonArray();
        foreach (var message in await _mailbox!.Messages(conversation))
        {
            if (message.Message is null or { IsEvent: false, Deleted: false })
            {
                shown.Add(new JsonObject { ["text"] = message.Text, ["state"] = message.State.ToString().ToLowerInvariant() });
            }
        }

        return shown;
    }
}
