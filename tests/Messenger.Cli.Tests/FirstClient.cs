using Messenger.Client;
using Messenger.Client.Crypto;
using Messenger.Client.Messaging;
using Messenger.Client.Storage;
using Messenger.Protocol;

namespace Messenger.Cli.Tests;

/// <summary>The lines at the beginning of docs/first-client.md, as they stand there: a test holds the two equal, and runs them.</summary>
internal static class FirstClient
{
    public static async Task Run(Uri url, string file)
    {
        // begin
        using var store = MessageStore.Open(file);                                             // profile, history, outbox and place
        await Account.Register(url, store, "+35799000001", () => Task.FromResult("000000"));   // the code that came by SMS
        await using var client = new MessengerClient(url, store);
        await client.Connect();                                                                // and it comes back by itself
        using var keys = KeyPair.Create();
        await Account.PublishKeys(client, store, keys, "correct horse battery staple", "Alice");
        using var conversations = new Conversations(client, keys, store);
        await using var mailbox = new Mailbox(client, conversations, store);
        mailbox.Start();
        mailbox.Write(await conversations.Dialog(UserIds.FromPhone("+35799000002")), "Hello Bob");
        await mailbox.Settled();                                                               // the server has it
        // end
    }
}
