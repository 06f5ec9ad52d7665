using System.Globalization;
using System.Net;
using System.Text.Json;
using Messenger.Bench.Load;
using Messenger.Protocol;
using Messenger.Testing.Servers;

namespace Messenger.Bench.Targets;

/// <summary>The messenger itself, in one process or several.</summary>
internal sealed class MessengerTarget(string name, IReadOnlyList<int> gatewayPorts, IReadOnlyList<ServerProcess> servers, IReadOnlyList<int> others) : ITarget
{
    /// <summary>What the bench's development servers take as a code.</summary>
    private const string Code = "000000";

    /// <summary>Characters of a session key wrapped by RSA-4096.</summary>
    private const int WrappedKey = 684;

    /// <summary>A frame takes 256 KiB: a group of more than some 350 is created with shorter keys here, where a client would add the rest later.</summary>
    private const int LargestCreation = 240 * 1024;

    /// <summary>A user id as a member's name, quotes, colon and comma.</summary>
    private const int MemberOverhead = 52;

    /// <summary>Registrations under way at once.</summary>
    private const int MaxConcurrency = 32;

    private int _phones;

    public string Name { get; } = name;

    public IReadOnlyList<int> Processes => [.. servers.Select(server => server.Id), .. others];

    /// <summary>The ports that answer for their health, of every process.</summary>
    public required IReadOnlyList<int> Ports { get; init; }

    /// <summary>Stops and starts every process of the messenger's; the stores stay. Nobody is awake afterwards, and nothing is compiled.</summary>
    public async Task Restart(CancellationToken cancellation)
    {
        await Task.WhenAll(servers.Select(server => server.Restart(cancellation)));
        await Task.WhenAll(servers.Zip(Ports, (server, port) => server.Ready(port, cancellation)));
    }

    public PostgresServer? Store { get; init; }

    /// <summary>Where its log is, for a workload that fills it; null when it is embedded.</summary>
    public string? Postgres => Store?.ConnectionString();

    public async Task<Party[]> Group(int people, CancellationToken cancellation)
    {
        var (phones, conversation, key) = await Conversation(people, cancellation);
        var message = Frames.Message(conversation, key);
        return [.. phones.Select(phone => new Party(
            phone.Connection, handler => phone.OnFrame = handler, uuid => phone.Connection.Send(message(uuid)), Frames.Ping,
            "{\"type\":\"ResponseAddedMessage\""u8.ToArray(), "\"message\":{\"uuid\":\""u8.ToArray())
        {
            Receipts = Frames.Receipts(conversation),
        })];
    }

    /// <summary>People with a conversation, all logged in.</summary>
    public async Task<(Phone[] Phones, Guid Conversation, Guid Key)> Conversation(int people, CancellationToken cancellation)
    {
        using var concurrency = new SemaphoreSlim(MaxConcurrency);
        var phones = await Task.WhenAll(Enumerable.Range(0, people).Select(async _ =>
        {
            await concurrency.WaitAsync(cancellation);
            try
            {
                return await LoggedIn(cancellation);
            }
            finally
            {
                concurrency.Release();
            }
        }));

        var (conversation, key) = await Create(phones);
        return (phones, conversation, key);
    }

    /// <summary>One more conversation of these people; a dialog when they are two, unless they have theirs.</summary>
    public static async Task<(Guid Conversation, Guid Key)> Create(Phone[] phones, bool another = false)
    {
        var (conversation, key) = (Guid.NewGuid(), Guid.NewGuid());
        var wrapped = new string('k', Math.Min(WrappedKey, (LargestCreation / phones.Length) - MemberOverhead));
        var others = phones.Skip(1).ToDictionary(phone => phone.UserId, _ => wrapped);
        var dialog = phones.Length == 2 && !another;
        await phones[0].Ask(new RequestCreateConversationFull(
            dialog ? others : null, conversation.ToString(), dialog, dialog ? null : others, "nick", key.ToString(),
            new SessionKeyValue(wrapped, wrapped, null, phones[0].UserId, phones[0].UserId), null));
        return (conversation, key);
    }

    /// <summary>Each in turn.</summary>
    public IPEndPoint Gateway(int number) => new(IPAddress.Loopback, gatewayPorts[number % gatewayPorts.Count]);

    /// <summary>A new connection for a phone that lost its own.</summary>
    public async Task<Phone> Connect(string openUserId, int number, CancellationToken cancellation) => await Phone.Connect(
        Gateway(number), openUserId, Sources.Of(number), cancellation);

    public async Task<LoadConnection> Idle(int number, CancellationToken cancellation) => (await LoggedIn(cancellation)).Connection;

    public async Task<Func<Task<LoadConnection>>> Known(int number, CancellationToken cancellation)
    {
        var openUserId = NextPhone(out var source);
        await using (var first = await Connect(openUserId, source, cancellation))
        {
            await first.Register(openUserId, Code);
        }

        return async () =>
        {
            var phone = await Connect(openUserId, number, cancellation);
            await phone.Authenticate();
            return phone.Connection;
        };
    }

    /// <summary>In one shot, to messages of a dialog's own, each of which takes as many as it may; fetched by the signed URL that a client is given.</summary>
    public async Task<FileLane> Files(CancellationToken cancellation)
    {
        var (author, reader) = (await LoggedIn(cancellation), await LoggedIn(cancellation));
        var (conversation, key, message, number) = (Guid.NewGuid(), Guid.NewGuid(), Guid.Empty, 0);
        var wrapped = new string('k', WrappedKey);
        await author.Ask(new RequestCreateConversationFull(
            new Dictionary<string, string> { [reader.UserId] = wrapped }, conversation.ToString(), true, null, "nick", key.ToString(),
            new SessionKeyValue(wrapped, wrapped, null, author.UserId, author.UserId), null));
        var credential = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{author.UserId}:{author.ApplicationUuid}"));
        return new FileLane(new Uri($"http://127.0.0.1:{gatewayPorts[0]}"), new("Basic", credential), async () =>
        {
            if (number++ % Limits.FilesOfMessage == 0)
            {
                message = Guid.NewGuid();
                await author.Ask(new RequestAddMessage(null, conversation.ToString(), true, null, message.ToString(), null, key.ToString()));
            }

            var (owner, name) = (message.ToString(), $"file{number}");
            return ($"/upload/conversation_{conversation}/{owner}?fileNameEncrypted={name}&mimeType=application/octet-stream", () => Url(owner, name));
        });

        async Task<string> Url(string message, string name)
        {
            using var answer = JsonDocument.Parse(await author.Ask(new RequestGetFilesFast(conversation.ToString(), message)));
            return answer.RootElement.GetProperty("files").EnumerateArray()
                .First(file => file.GetProperty("fileNameEncrypted").GetString() == name).GetProperty("downloadUrl").GetString()!;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in servers)
        {
            await server.DisposeAsync();
        }
    }

    /// <summary>Somebody new, registered and logged in.</summary>
    public async Task<Phone> LoggedIn(CancellationToken cancellation)
    {
        var openUserId = NextPhone(out var number);
        var phone = await Connect(openUserId, number, cancellation);
        await phone.Register(openUserId, Code);
        await phone.Authenticate();
        return phone;
    }

    private string NextPhone(out int number)
    {
        number = Interlocked.Increment(ref _phones);
        return string.Create(CultureInfo.InvariantCulture, $"+357{96_000_000 + number}");
    }
}
