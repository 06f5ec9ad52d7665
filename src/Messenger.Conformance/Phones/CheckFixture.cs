using Messenger.Conformance.Rules;

namespace Messenger.Conformance.Phones;

/// <summary>The people of one check. They hang up when it ends.</summary>
public sealed class CheckFixture(People people) : IAsyncDisposable
{
    /// <summary>Stands for the members of settings that were asked for with <c>features</c>.</summary>
    public const string Extended = "";

    private readonly List<Phone> _all = [];
    private readonly List<Phone> _first = [];
    private readonly List<Phone> _others = [];

    /// <summary>A WebSocket of the server.</summary>
    public Uri Url => people.Target.Url;

    /// <summary>The same server over HTTP.</summary>
    public Uri Http => new UriBuilder(Url) { Scheme = Url.Scheme == "wss" ? "https" : "http", Path = "/" }.Uri;

    /// <summary>Somebody logged in, with keys, without conversations and contacts.</summary>
    public async Task<Phone> Person()
    {
        var phone = Keep(await people.Take());
        _first.Add(phone);
        return phone;
    }

    /// <summary>As <see cref="Person"/>, on a connection that named these features. Not tried where the server does not offer one of them.</summary>
    public async Task<Phone> Person(params string[] features)
    {
        var phone = await Person();
        await Name(phone, features);
        return phone;
    }

    /// <summary>Connects a phone anew as a client that understands these features.</summary>
    public async Task Name(Phone phone, params string[] features)
    {
        ArgumentNullException.ThrowIfNull(phone);
        var offered = await Offered();
        if (features.FirstOrDefault(feature => !offered.Contains(feature)) is { } missing)
        {
            throw new NotTriedException($"this server does not offer the feature {missing}");
        }

        await phone.Connect(Url);
        (await phone.Authenticate(features)).Done();
    }

    /// <summary>The features that this server offers; none on a server of the first edition.</summary>
    public async Task<IReadOnlyCollection<string>> Offered()
    {
        var stranger = await Stranger();
        stranger.Connection.Features = [Extended];
        var settings = (await stranger.Ask("RequestGetServerSettings", new { features = Array.Empty<string>() })).Done();
        return settings.TryGetProperty("features", out var names) ? [.. names.EnumerateArray().Select(name => name.GetString()!)] : [];
    }

    public async Task<(Phone A, Phone B)> Two() => (await Person(), await Person());

    public async Task<(Phone A, Phone B, Phone C)> Three() => (await Person(), await Person(), await Person());

    /// <summary>Another application of somebody's, logged in.</summary>
    public async Task<Phone> Second(Phone first)
    {
        ArgumentNullException.ThrowIfNull(first);
        var phone = Keep(await people.Another(first.Account));
        _others.Add(phone);
        return phone;
    }

    /// <summary>Somebody of whom nothing is known to the server but this application; never used again.</summary>
    public async Task<Phone> Newcomer(Account? account = null) => Keep(await people.Join(account ?? Nobody(), withKeys: true));

    /// <summary>Another application of a newcomer's.</summary>
    public async Task<Phone> NewDevice(Phone first)
    {
        ArgumentNullException.ThrowIfNull(first);
        return Keep(await people.Join(first.Account.Another(), withKeys: false));
    }

    /// <summary>A connection of somebody who has not registered.</summary>
    public async Task<Phone> Stranger(Account? account = null)
    {
        var phone = Unconnected(account);
        await phone.Connect(Url);
        return phone;
    }

    /// <summary>As <see cref="Stranger"/>, without the connection.</summary>
    public Phone Unconnected(Account? account = null) => Keep(new Phone(account ?? Nobody(), people.Target.Codes));

    /// <summary>A phone number and application that the server has not heard of.</summary>
    public Account Nobody() => Account.New(people.Target.Prefix);

    /// <summary>Has a stranger ask for a code; waits when the server says so.</summary>
    public async Task RequestCode(Phone stranger)
    {
        ArgumentNullException.ThrowIfNull(stranger);
        while (true)
        {
            try
            {
                await stranger.RequestCode();
                return;
            }
            catch (LimitedException limited)
            {
                await people.Wait(limited);
            }
        }
    }

    public Phone Keep(Phone phone)
    {
        _all.Add(phone);
        return phone;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await people.GiveBack(_first, _others);
        }
        finally
        {
            foreach (var phone in _all)
            {
                await HangUp(phone);
            }
        }
    }

    private static async Task HangUp(Phone phone)
    {
        try
        {
            await phone.DisposeAsync();
        }
        catch (Exception fault) when (fault is ProtocolBrokenException or System.Text.Json.JsonException)
        {
            // Whoever waited on this connection was told.
        }
    }
}
