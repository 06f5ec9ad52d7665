using Messenger.EndToEnd.Tests.Phones;

namespace Messenger.EndToEnd.Tests.Harness;

/// <summary>One embedded server for all tests that only ask it things: each of them makes people and conversations of its own.</summary>
public sealed class SharedServer : IAsyncLifetime
{
    private ServerProcess? _server;

    public ServerProcess Process => _server ?? throw new InvalidOperationException("not started");

    public ServerSettings Settings => Process.Settings;

    public async Task InitializeAsync() => _server = await ServerProcess.StartAsync(ServerSettings.Embedded());

    public async Task DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }
}

/// <summary>The collection of the tests that share the server.</summary>
[CollectionDefinition(Name)]
#pragma warning disable CA1711 // xunit calls it a collection.
public sealed class SharedServerCollection : ICollectionFixture<SharedServer>
#pragma warning restore CA1711
{
    public const string Name = "one embedded server";
}

/// <summary>A test on the shared server; the people that it makes hang up when it ends.</summary>
[Collection(SharedServerCollection.Name)]
public abstract class OnSharedServer(SharedServer server) : IAsyncLifetime
{
    private readonly List<Phone> _phones = [];

    protected ServerSettings Server => server.Settings;

    /// <summary>A new person, logged in.</summary>
    protected async Task<Phone> Person() => Keep(await Phone.Join(Server));

    protected async Task<(Phone A, Phone B)> Two() => (await Person(), await Person());

    protected async Task<(Phone A, Phone B, Phone C)> Three() => (await Person(), await Person(), await Person());

    /// <summary>Another application of somebody's, logged in.</summary>
    protected async Task<Phone> Second(Phone first) => Keep(await first.Second(Server));

    /// <summary>A connection of somebody who has not registered.</summary>
    protected async Task<Phone> Stranger()
    {
        var phone = Keep(new Phone(Account.New()));
        await phone.Connect(Server.WebSocket);
        return phone;
    }

    protected Phone Keep(Phone phone)
    {
        _phones.Add(phone);
        return phone;
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var phone in _phones)
        {
            await phone.DisposeAsync();
        }
    }
}
