using System.Text.Json;
using Messenger.Client.Connections;
using Messenger.Client.Crypto;
using Messenger.Client.Profiles;
using Messenger.Protocol;

namespace Messenger.Client.Messaging;

/// <summary>When a session key is replaced, and how: CL-43 and CL-44.</summary>
internal sealed class Rekeying
{
    /// <summary>Messages of one key: what a stolen one opens is bounded.</summary>
    public const int MostUses = 500;

    /// <summary>Uses that are written down ahead: not each message pays for a write.</summary>
    private const int Block = 16;

    /// <summary>A roster that changes while a key is made is met again so often.</summary>
    private const int Tries = 3;

    /// <summary>By the server's clock, from the key's making to the newest message.</summary>
    private static readonly TimeSpan LongestUse = TimeSpan.FromDays(7);

    /// <summary>Others wait so long, at random, whether somebody else replaces the key after somebody went.</summary>
    private static readonly TimeSpan LeastWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MostWait = TimeSpan.FromSeconds(60);

    private readonly MessengerClient _client;
    private readonly KeyPair _own;
    private readonly IProfileStore _store;
    private readonly Trust _trust;
    private readonly Lock _lock = new();

    /// <summary>What the profile holds; one process has it at a time, so that this is all there is.</summary>
    private readonly Dictionary<string, KeyWork> _work;

    /// <summary>Messages sealed here, by conversation; what a process before this one reserved counts as sealed.</summary>
    private readonly Dictionary<string, int> _sealed;

    /// <summary>When this device may replace a key after somebody went, by its own clock. It begins anew with the process: then at once.</summary>
    private readonly Dictionary<string, long> _waits = [];

    /// <summary>Which removal was the last: a key that was begun before it does not settle it.</summary>
    private readonly Dictionary<string, long> _removals = [];
    private readonly Dictionary<string, Task<NewKey>> _running = [];

    public Rekeying(MessengerClient client, KeyPair own, IProfileStore store, Trust trust)
    {
        (_client, _own, _store, _trust) = (client, own, store, trust);
        _work = new Dictionary<string, KeyWork>(store.Load().KeyWork);
        _sealed = _work.ToDictionary(one => one.Key, one => one.Value.Reserved);
    }

    /// <summary>A key that was sent by an earlier try turned out to be there.</summary>
    public event Action<string, NewKey>? Opened;

    /// <summary>Conversations whose key this device has to replace because it removed somebody.</summary>
    public IReadOnlyList<string> Due
    {
        get
        {
            lock (_lock)
            {
                return [.. _work.Where(one => one.Value.IsDue).Select(one => one.Key)];
            }
        }
    }

    /// <summary>Whether this person may replace the key: in a large group it is an admin's work, since no message names everybody (KEY-7).</summary>
    public static bool MayReplace(Conversation conversation, string me) =>
        conversation.Admins.Length + conversation.Members.Length <= Limits.RekeyedWhole || conversation.Admins.Contains(me);

    /// <summary>Somebody went by somebody else's doing: whether another device replaces the key is awaited.</summary>
    public void Wait(string conversation)
    {
        var wait = LeastWait + ((MostWait - LeastWait) * _client.Options.Jitter());
        lock (_lock)
        {
            _waits[Name(conversation)] = _client.Options.Clock.GetTimestamp() + (long)(wait.TotalSeconds * _client.Options.Clock.TimestampFrequency);
        }
    }

    /// <summary>Whether it is time for another key than this one.</summary>
    public bool IsTime(string conversation, KeyStanding standing)
    {
        var (name, seen) = (Name(conversation), _client.Seen(conversation));
        lock (_lock)
        {
            var work = _work.GetValueOrDefault(name);
            var uses = (Same(seen?.SessionKeyUuid, standing.Uuid) ? seen!.Uses : 0) + (Same(work?.SessionKeyUuid, standing.Uuid) ? _sealed.GetValueOrDefault(name) : 0);
            var used = TimeSpan.FromMilliseconds(Math.Max(seen?.Created ?? 0, standing.Newest) - standing.Made);
            return work?.IsDue == true || uses >= MostUses || used > LongestUse || (!standing.IsDialog && seen?.Departed > standing.Made && HasWaited(name));
        }
    }

    /// <summary>A message is sealed with it.</summary>
    public void Count(string conversation, string sessionKey)
    {
        var name = Name(conversation);
        lock (_lock)
        {
            var work = _work.GetValueOrDefault(name, new KeyWork());
            var isSame = Same(work.SessionKeyUuid, sessionKey);
            var count = isSame ? _sealed.GetValueOrDefault(name) + 1 : 1;
            _sealed[name] = count;
            if (!isSame || count > work.Reserved)
            {
                Keep(name, work with { SessionKeyUuid = sessionKey, Reserved = count - 1 + Block });
            }
        }
    }

    /// <summary>This device is about to remove somebody, or did not.</summary>
    /// <returns>Whether it was due before.</returns>
    public bool SetDue(string conversation, bool isDue)
    {
        var name = Name(conversation);
        lock (_lock)
        {
            // What was wrapped before may be wrapped for whom it removes: that is not sent again.
            var work = _work.GetValueOrDefault(name, new KeyWork());
            _removals[name] = _removals.GetValueOrDefault(name) + 1;
            Keep(name, isDue ? work with { IsDue = true, Pending = null } : work with { IsDue = false });
            return work.IsDue;
        }
    }

    /// <summary>The conversation is gone.</summary>
    public void Forget(string conversation)
    {
        var name = Name(conversation);
        lock (_lock)
        {
            _waits.Remove(name);
            _sealed.Remove(name);
            if (_work.Remove(name))
            {
                _store.Update(profile => profile with { KeyWork = profile.KeyWork.Remove(name) });
            }
        }
    }

    /// <summary>A new key for everyone who is a member now. Several callers get the same one.</summary>
    /// <exception cref="RefusedException">The server refused; what passes is tried again with the same wrapped keys.</exception>
    /// <exception cref="InvalidOperationException">Somebody has no keys.</exception>
    public Task<NewKey> Replace(string conversation, CancellationToken cancellation)
    {
        var name = Name(conversation);
        Task<NewKey> running;
        lock (_lock)
        {
            if (!_running.TryGetValue(name, out running!))
            {
                _running[name] = running = Task.Run(() => Run(conversation, name));
            }
        }

        return running.WaitAsync(cancellation);
    }

    /// <summary>As <see cref="Replace"/>, and never a key that was begun before this call.</summary>
    public async Task<NewKey> ReplaceAnew(string conversation, CancellationToken cancellation)
    {
        Task? running;
        lock (_lock)
        {
            running = _running.GetValueOrDefault(Name(conversation));
        }

        if (running is not null)
        {
            await running.WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellation.ThrowIfCancellationRequested();
        }

        return await Replace(conversation, cancellation);
    }

    /// <summary>One person's copy of a key, as it is sent.</summary>
    public SessionKeyValue Value(SessionSecret secret, string user, string publicKey, string signature) =>
        new(secret.WrapFor(publicKey), signature, _store.Load().KeyPairUuid, _client.UserId, user);

    private static string Name(string conversation) => conversation.ToUpperInvariant();

    private static bool Same(string? one, string? other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    private bool HasWaited(string name)
    {
        if (_waits.TryGetValue(name, out var until) && until > _client.Options.Clock.GetTimestamp())
        {
            return false;
        }

        _waits.Remove(name);
        return true;
    }

    private void Keep(string name, KeyWork work)
    {
        _work[name] = work;
        _store.Update(profile => profile with { KeyWork = profile.KeyWork.SetItem(name, work) });
    }

    private async Task<NewKey> Run(string conversation, string name)
    {
        try
        {
            for (var tries = 1; ; tries++)
            {
                var removal = Removal(name);
                var stored = Pending(name);
                var request = stored ?? await Make(conversation, name);
                var answer = await _client.Try<ResponseAddedSessionKey>(request);
                if (answer.Value is { SessionKeyUuid: var uuid })
                {
                    var made = new NewKey(uuid, Open(conversation, uuid, request));
                    if (stored is null)
                    {
                        Change(name, work => new KeyWork(uuid, IsDue: work.IsDue && removal != Removal(name)));
                        return made;
                    }

                    // It may be a key of long ago, and wrapped for somebody who went since: it opens what was sealed with it, and another one is made.
                    Change(name, work => work with { Pending = null });
                    Opened?.Invoke(conversation, made);
                    tries--;
                    continue;
                }

                var error = answer.Error!;
                if (error.Status is Statuses.Unavailable or Statuses.Internal or Statuses.TooManyRequests)
                {
                    throw new RefusedException(error);
                }

                // The roster changed meanwhile: begin anew. What was refused changed nothing.
                Change(name, work => work with { Pending = null });
                if (tries == Tries || error.Status is not (Statuses.Conflict or Statuses.BadRequest))
                {
                    throw new RefusedException(error);
                }
            }
        }
        finally
        {
            lock (_lock)
            {
                _running.Remove(name);
            }
        }
    }

    private long Removal(string name)
    {
        lock (_lock)
        {
            return _removals.GetValueOrDefault(name);
        }
    }

    private void Change(string name, Func<KeyWork, KeyWork> change)
    {
        lock (_lock)
        {
            var work = change(_work.GetValueOrDefault(name, new KeyWork()));
            _sealed[name] = work.Reserved;
            Keep(name, work);
        }
    }

    private RequestAddNewSessionKeys? Pending(string name)
    {
        lock (_lock)
        {
            return _work.GetValueOrDefault(name)?.Pending is { } json ? JsonSerializer.Deserialize(json, WireJson.Default.RequestAddNewSessionKeys) : null;
        }
    }

    /// <summary>Wrapped, and stored before they are first sent (TRY-6).</summary>
    private async Task<RequestAddNewSessionKeys> Make(string conversation, string name)
    {
        var list = await _client.Ask<ResponseGetMembersList>(new RequestGetMembersList(conversation));
        var named = list.Admins.Append(_client.UserId).Concat(list.Members).Distinct().Take(Limits.RekeyedWhole);
        var publicKeys = await _trust.Current(named, CancellationToken.None);
        var secret = SessionSecret.Create(conversation);
        var signature = secret.Sign(_own);
        var request = new RequestAddNewSessionKeys(conversation, [.. publicKeys.Select(one => Value(secret, one.Key, one.Value, signature))]);
        var json = JsonSerializer.Serialize(request, WireJson.Default.RequestAddNewSessionKeys);
        lock (_lock)
        {
            Keep(name, _work.GetValueOrDefault(name, new KeyWork()) with { Pending = json });
        }

        return request;
    }

    private SessionSecret Open(string conversation, string uuid, RequestAddNewSessionKeys request)
    {
        var mine = request.SessionKeys.First(one => one.UserId == _client.UserId);
        return SessionSecret.Open(
            new SessionKey(uuid, conversation, mine.UserId, mine.KeyEncryptedBase64, mine.SignatureBase64, mine.SignerUserId, 0, mine.SignerKeyPairUuid), _own, _own.PublicKey);
    }
}

/// <summary>A key that this device made.</summary>
internal sealed record NewKey(string Uuid, SessionSecret Secret);
