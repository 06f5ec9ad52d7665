using System.Collections.Concurrent;
using Messenger.Conformance.Phones;
using Messenger.Conformance.Rules;

namespace Messenger.Conformance.Phones;

/// <summary>
/// Registered people, used by one check after the other: codes are dear and limited. Each check gets them on new connections, and they are
/// tidied up after it: without conversations, contacts and blacklist.
/// </summary>
public sealed class People(Target target)
{
    private readonly ConcurrentQueue<Account> _idle = new();
    private readonly ConcurrentDictionary<string, ConcurrentQueue<Account>> _others = new();
    private int _waits;
    private int _waiting;

    public Target Target => target;

    /// <summary>What a person is told who waits for codes.</summary>
    public event Action<string>? Waiting;

    /// <summary>How often somebody waited for a limit, and whether somebody does now.</summary>
    public (int Ever, bool Now) Waits => (Volatile.Read(ref _waits), Volatile.Read(ref _waiting) > 0);

    /// <summary>Somebody logged in whom no other check has now.</summary>
    public async Task<Phone> Take() =>
        _idle.TryDequeue(out var account) ? await LogIn(account) : await Join(Account.New(target.Prefix), withKeys: true);

    /// <summary>Another application of somebody's, logged in.</summary>
    public async Task<Phone> Another(Account of) =>
        Others(of).TryDequeue(out var account) ? await LogIn(account) : await Join(of.Another(), withKeys: false);

    /// <summary>Somebody new, or a new application. Waits when the server sends no more codes for a time that it names.</summary>
    public async Task<Phone> Join(Account account, bool withKeys)
    {
        while (true)
        {
            try
            {
                return await Phone.Join(target.Url, account, withKeys, target.Codes);
            }
            catch (LimitedException limited)
            {
                await Wait(limited);
            }
        }
    }

    /// <summary>Waits as long as a limit says.</summary>
    public async Task Wait(LimitedException limited)
    {
        ArgumentNullException.ThrowIfNull(limited);
        var seconds = Limit.Seconds(limited.Message) ?? throw new BrokenRuleException($"a limit says how long to wait, not: {limited.Message}");
        Interlocked.Increment(ref _waits);
        Interlocked.Increment(ref _waiting);
        Waiting?.Invoke($"The server limits codes; waiting {seconds} s as it says. A development server can be started with Limits__Enabled=false.");
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        Interlocked.Decrement(ref _waiting);
    }

    /// <summary>Tidies up after people, and keeps them for the next check. Who cannot be tidied up is left alone.</summary>
    public async Task GiveBack(IReadOnlyCollection<Phone> first, IReadOnlyCollection<Phone> others)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(others);
        foreach (var phone in first)
        {
            if (await Tidy(phone))
            {
                _idle.Enqueue(phone.Account);
            }
        }

        foreach (var phone in others)
        {
            Others(phone.Account).Enqueue(phone.Account);
        }
    }

    private ConcurrentQueue<Account> Others(Account of) => _others.GetOrAdd(of.UserId, _ => new());

    private async Task<Phone> LogIn(Account account)
    {
        var phone = new Phone(account, target.Codes);
        try
        {
            await phone.Connect(target.Url);
            await phone.Login();
            return phone;
        }
        catch
        {
            await phone.DisposeAsync();
            throw;
        }
    }

    private async Task<bool> Tidy(Phone phone)
    {
        try
        {
            if (!phone.IsConnected)
            {
                await phone.Connect(target.Url);
                await phone.Login();
            }

            var nobody = (string?)null;
            foreach (var conversation in (await phone.Ask("RequestGetConversationsFull", new { userId = nobody })).Done().Items("conversations"))
            {
                var place = new { conversationUuid = conversation.Text("uuid") };
                if ((await phone.Ask("RequestDeleteConversation", place)).Status == "forbidden")
                {
                    await phone.Ask("RequestLeaveConversation", place);
                }
            }

            foreach (var userId in (await phone.Ask("GetBlackList", new { userId = nobody })).Done().Texts("users"))
            {
                (await phone.Ask("RemoveBlackList", new { userId })).Done();
            }

            (await phone.Ask("RequestUpdateContactList", new { contactList = Array.Empty<object>(), merge = false })).Done();
            return true;
        }
        catch (Exception fault) when (fault is BrokenRuleException or ConnectionBrokenException or TimeoutException or ProtocolBrokenException or System.Net.WebSockets.WebSocketException)
        {
            // The check that spoilt this person says what is wrong; the next one gets another.
            return false;
        }
    }
}
