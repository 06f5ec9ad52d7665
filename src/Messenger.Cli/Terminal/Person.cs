using Messenger.Client;
using Messenger.Client.Accounts;
using Messenger.Client.Crypto;
using Messenger.Client.Files;
using Messenger.Client.Profiles;
using Messenger.Client.Messaging;

namespace Messenger.Cli.Terminal;

/// <summary>A registered person at this terminal: connection, keys and conversations together.</summary>
internal sealed class Person : IAsyncDisposable
{
    private readonly KeyPair _keys;
    private readonly IProfileStore _store;

    private Person(MessengerClient client, KeyPair keys, IProfileStore store)
    {
        (Client, _keys, _store) = (client, keys, store);
        Conversations = new Conversations(client, keys, store);
    }

    public MessengerClient Client { get; }

    public Conversations Conversations { get; }

    /// <summary>What this profile keeps of files that wait to be sent.</summary>
    private string? Folder => (_store as FileProfile)?.Folder;

    public FileTransfer Files() => new(
        Client, Conversations, _store, Path.Combine(Folder ?? throw new InvalidOperationException("files need a profile on disk"), "outgoing"));

    public Contacts Contacts() => new(Client, _keys);

    public Devices Devices() => new(Client);

    public Preferences Preferences() => new(Client);

    /// <summary>Reads the code of a new device.</summary>
    public Task<DeviceLink> Link(string code, CancellationToken cancellation) => DeviceLink.Claim(Client, _keys, _store, code, cancellation);

    /// <summary>Whether a name on the list of devices is this one's own uuid.</summary>
    public bool IsThis(string uuid) => _store.Load().ApplicationUuid == uuid;

    /// <summary>Registers, and takes over this person's keys from the server, or makes and publishes new ones.</summary>
    /// <param name="make">Makes a key pair, or gives one that is being made.</param>
    public static async Task<Person> Register(
        Uri url, IProfileStore store, string phone, string passphrase, string? nick, Func<Task<string>> code, Func<Task<string>>? pin,
        Func<Task<KeyPair>> make, CancellationToken cancellation)
    {
        await Account.Register(url, store, phone, code, pin, cancellation);
        var client = new MessengerClient(url, store);
        try
        {
            await client.Connect(cancellation);
            var keys = await Account.FetchKeys(client, store, passphrase, cancellation);
            if (keys is null)
            {
                keys = await make();
                await Account.PublishKeys(client, store, keys, passphrase, nick, cancellation);
            }

            return new Person(client, keys, store);
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>Connects somebody who registered before.</summary>
    public static async Task<Person> Connect(Uri url, IProfileStore store, string passphrase, CancellationToken cancellation)
    {
        if (store.Load().PrivateKeyEncrypted is not { } wrapped)
        {
            throw new InvalidOperationException("Nobody is registered in this profile: run 'messenger register' first, or name another with --profile");
        }

        var keys = KeyPair.Import(wrapped, passphrase);
        var client = new MessengerClient(url, store);
        try
        {
            await client.Connect(cancellation);
            return new Person(client, keys, store);
        }
        catch
        {
            await client.DisposeAsync();
            keys.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Conversations.Dispose();
        await Client.DisposeAsync();
        _keys.Dispose();
    }
}
