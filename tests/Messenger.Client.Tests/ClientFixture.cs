using Messenger.Client;
using Messenger.Client.Profiles;
using Messenger.Protocol;

namespace Messenger.Client.Tests;

/// <summary>A client on a clock that stands, and the server in the test's hands.</summary>
public abstract class ClientFixture : IAsyncLifetime
{
    private protected StubServer Server { get; } = new();

    private protected HandClock Clock { get; } = new();

    /// <summary>What the client names at its login; without <c>sync</c> it comes back by the list of all conversations.</summary>
    private protected virtual string[] Features => [];

    private protected MessengerClient Device { get; private set; } = null!;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await Server.DisposeAsync();
        if (Device is not null)
        {
            await Device.DisposeAsync();
        }
    }

    private protected void Start(IProfileStore profile, int eventBound = 1024)
    {
        Device = new MessengerClient(Server.Url, profile, new ClientOptions { Clock = Clock, Jitter = () => 1, EventBound = eventBound, Features = Features });
        Device.Start();
    }

    /// <summary>Starts a client that has been here before, and lets it in.</summary>
    private protected async Task<StubConnection> Arrive(string cursor = "c-0", int eventBound = 1024)
    {
        Start(Sample.Profile(cursor), eventBound);
        var connection = await Server.Accept();
        await connection.LetIn();
        return connection;
    }

    /// <summary>Lets the client wait as long as it does, and come.</summary>
    private protected async Task<StubConnection> After(TimeSpan pause)
    {
        await Clock.Armed(pause);
        Assert.False(Server.IsKnockedAt);
        Clock.Advance(pause);
        return await Server.Accept();
    }

    private protected async Task<ClientEvent?> Next() => await Device.Next().AsTask().WaitAsync(Deadline.Frame);

    /// <summary>The next message, the words about the connection left out.</summary>
    private protected async Task<long> NextMessage()
    {
        while (true)
        {
            if (await Next() is MessageArrived arrived)
            {
                return arrived.Message.Created;
            }
        }
    }

    private protected async Task<List<long>> NextMessages(int count)
    {
        List<long> messages = [];
        while (messages.Count < count)
        {
            messages.Add(await NextMessage());
        }

        return messages;
    }

    /// <summary>Shows that nothing more waits: a notification of another kind, sent now, is next.</summary>
    private protected async Task NothingElse(StubConnection connection)
    {
        await connection.Notify(new ConversationNickUpdatedNotification(Sample.ConversationUuid, Sample.Other), "c-end");
        while (await Next() is { } happened)
        {
            Assert.IsNotType<MessageArrived>(happened);
            if (happened is Messenger.Client.Notified)
            {
                return;
            }
        }

        Assert.Fail("the client has ended");
    }
}
