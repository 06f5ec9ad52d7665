using Messenger.Conformance.Rules;

namespace Messenger.Conformance.Phones;

/// <summary>One application of one person: registers, logs in, loses its connection and resumes, and records all of it.</summary>
public sealed class Phone : IAsyncDisposable
{
    private RawConnection? _connection;

    private readonly Codes _codes;

    /// <param name="codes">Where its codes come from; null: those of a development server.</param>
    public Phone(Account account, Codes? codes = null)
    {
        Account = account;
        _codes = codes ?? KnownCodes.Fixed(KnownCodes.Development);
        History = new History(account.UserId, account.Application);
    }

    public Account Account { get; }

    public string UserId => Account.UserId;

    public History History { get; }

    /// <summary>The connection that it has now.</summary>
    public RawConnection Connection => _connection ?? throw new InvalidOperationException("not connected");

    public bool IsConnected => _connection is { Ended.IsCompleted: false };

    /// <summary>A new person or application, registered and logged in.</summary>
    public static async Task<Phone> Join(Uri server, Account account, bool withKeys = true, Codes? codes = null)
    {
        var phone = new Phone(account, codes);
        try
        {
            await phone.Connect(server);
            await phone.Register();
            await phone.Login();
            if (withKeys)
            {
                await phone.AddKeys();
            }

            return phone;
        }
        catch
        {
            await phone.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens a connection, leaving it unauthenticated.</summary>
    public async Task Connect(Uri server)
    {
        if (_connection is { } old)
        {
            await old.DisposeAsync();
        }

        _connection = await RawConnection.Connect(server, History);
    }

    /// <summary>Asks for a code and confirms it.</summary>
    public async Task Register()
    {
        await RequestCode();
        (await Ask("RequestConfirmRegistration", new { smsCode = await Code(), userId = UserId, uuid = Account.Application })).Done();
    }

    /// <summary>Asks for a code to register with.</summary>
    /// <exception cref="LimitedException">This server sends no more codes for some time.</exception>
    public async Task RequestCode()
    {
        var reply = await Ask("RequestRegisterApplication", Registration());
        if (reply.Status == "too_many_requests")
        {
            throw new LimitedException(reply.Description ?? string.Empty);
        }

        reply.Done();
    }

    /// <summary>The code that the server sent to this phone.</summary>
    public Task<string> Code() => _codes(Account.OpenUserId);

    public object Registration() => new
    {
        androidSmsToken = "p1VSyoHQY8a",
        applicationType = "android",
        model = "SM-A336B",
        openUserId = Account.OpenUserId,
        osVersion = "SDK 34",
        userId = UserId,
        uuid = Account.Application,
        vendor = "samsung",
    };

    /// <summary>Authenticates; the reply tells by its description whether to resynchronise.</summary>
    public Task<Response> Authenticate(string? resumeCursor = null) => Ask(
        "RequestAuthenticationByApplication",
        resumeCursor is null
            ? new { userId = UserId, uuid = Account.Application }
            : new { userId = UserId, uuid = Account.Application, resumeCursor });

    /// <summary>Authenticates as a client that understands these features.</summary>
    public Task<Response> Authenticate(IReadOnlyCollection<string> features, string? resumeCursor = null)
    {
        // Before the answer comes: it may have members of theirs.
        Connection.Features = features;
        return Ask("RequestAuthenticationByApplication", new { userId = UserId, uuid = Account.Application, resumeCursor, features });
    }

    public async Task Login()
    {
        var reply = await Authenticate();
        reply.Done();
        Expect.Null(reply.Description);
    }

    /// <summary>Connects anew and resumes after the last cursor seen.</summary>
    public async Task<Response> Return(Uri server)
    {
        await Connect(server);
        return await Authenticate(LastCursor());
    }

    /// <summary>The last cursor of the last connection that had one; null before the first.</summary>
    public string? LastCursor() => History.Entries().OfType<Notified>().LastOrDefault(notified => notified.Cursor is not null)?.Cursor;

    public async Task AddKeys() => (await Ask("RequestAddUserKeys", new
    {
        metaDataKeyEncryptedBase64 = Opaque.Base64(512),
        nick = Opaque.Base64(64),
        privateKeyEncryptedBase64 = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
        publicKeyBase64 = "-----BEGIN PUBLIC KEY-----\n" + Opaque.Base64(66) + "\n-----END PUBLIC KEY-----\n",
    })).Done();

    public Task<Response> Ask(string type, object payload) => Connection.Ask(type, payload);

    /// <summary>Waits for a notification of this type that matches, and takes it.</summary>
    public Task<Notified> Notified(string type, Func<Notified, bool>? matches = null) => Connection.Inbox.Take(type, matches ?? (_ => true));

    public async ValueTask DisposeAsync()
    {
        if (_connection is { } line)
        {
            await line.DisposeAsync();
        }
    }
}

/// <summary>The server refuses to send more codes; the message is the server's, and ends with the seconds to wait.</summary>
public sealed class LimitedException(string message) : Exception(message);
