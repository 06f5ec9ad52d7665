using Messenger.Client;
using Messenger.Client.Connections;
using Messenger.Client.Crypto;
using Messenger.Client.Profiles;
using Messenger.Protocol;

namespace Messenger.Cli;

/// <summary>A registered person at this terminal: connection, keys and conversations together.</summary>
internal sealed class Person : IAsyncDisposable
{
    private readonly KeyPair _keys;

    private Person(MessengerClient client, KeyPair keys, IProfileStore store)
    {
        (Client, _keys) = (client, keys);
        Talk = new Conversations(client, keys, store);
    }

    public MessengerClient Client { get; }

    public Conversations Talk { get; }

    /// <summary>Registers, makes keys and publishes them.</summary>
    public static async Task<Person> Register(Uri url, IProfileStore store, string phone, string passphrase, Func<Task<string>> code, Task<KeyPair> keys)
    {
        await Account.Register(url, store, phone, code);
        var person = new Person(new MessengerClient(url, store), await keys, store);
        await person.Connect();
        await Account.PublishKeys(person.Client, store, person._keys, passphrase);
        return person;
    }

    /// <summary>Opens a person that registered before.</summary>
    public static async Task<Person> Open(Uri url, string directory, string passphrase)
    {
        var store = new FileProfile(directory);
        var profile = store.Load();
        if (profile.PrivateKeyEncrypted is not { } wrapped)
        {
            throw new InvalidOperationException($"Nobody is registered in {directory}: run 'messenger register' first, or name another with --profile");
        }

        var person = new Person(new MessengerClient(url, store), KeyPair.Import(wrapped, passphrase), store);
        await person.Connect();
        return person;
    }

    /// <summary>The dialog with somebody, made if there is none.</summary>
    public async Task<string> DialogWith(string phone)
    {
        var other = UserIds.FromPhone(phone);
        var all = await Client.Ask<ResponseGetConversationsFull>(new RequestGetConversationsFull(null));
        var known = all.Conversations.FirstOrDefault(one => one.IsDialog && one.Admins.Contains(other));
        return known?.Uuid ?? await Talk.Create([other], null, null);
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        _keys.Dispose();
    }

    private async Task Connect()
    {
        Client.Start();
        var first = await Client.Events.ReadAsync();
        while (first is not Online)
        {
            if (first is Offline offline)
            {
                await DisposeAsync();
                throw offline.Ending.Fault is RefusedException refused ? refused
                    : offline.Ending.Fault ?? new InvalidOperationException($"The server closed the connection ({offline.Ending.Code} {offline.Ending.Reason})");
            }

            first = await Client.Events.ReadAsync();
        }
    }
}
