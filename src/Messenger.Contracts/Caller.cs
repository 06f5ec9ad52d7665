using System.Net;
using System.Security.Cryptography;
using System.Text;
using Messenger.Protocol;
using Orleans;

namespace Messenger.Contracts;

/// <summary>The authenticated application that a request comes from. Having one is the proof of authentication.</summary>
/// <param name="Application">Its name, see <see cref="ApplicationNames"/>: the uuid is a credential, and goes no further than the login.</param>
[GenerateSerializer, Immutable]
public sealed record Caller(string UserId, string Application)
{
    /// <summary>What URLs begin with that are handed to it, such as <c>https://example.org</c>; known to its gateway alone, and not sent to grains.</summary>
    [field: NonSerialized]
    public string? Origin { get; init; }

    /// <summary>The name of what it logged in with; known to its gateway alone, and not sent to grains.</summary>
    [field: NonSerialized]
    public string? Credential { get; init; }

    /// <summary>Where it comes from, or null; known to its gateway alone, and not sent to grains.</summary>
    [field: NonSerialized]
    public IPAddress? Address { get; init; }

    /// <summary>What its session understands besides the seed.</summary>
    [Id(0)]
    public Features Features { get; init; }

    /// <summary>Until when it was cooling as of its login, in milliseconds since the Unix epoch; 0 for one that was vouched.</summary>
    [Id(1)]
    public long CoolingUntil { get; init; }

    /// <summary>What it said it is (android, ios, ...); null where nobody asked.</summary>
    [Id(2)]
    public string? ApplicationType { get; init; }

    /// <summary>The same application is the same caller, by whatever name its client knows the server.</summary>
    public bool Equals(Caller? other) => other is not null && UserId == other.UserId && Application == other.Application;

    public override int GetHashCode() => HashCode.Combine(UserId, Application);

    /// <summary>The key of this application's <see cref="Contracts.IDeviceGrain"/>.</summary>
    public string Device => DeviceKeys.Named(UserId, Application);

    /// <summary>A refusal unless a field that names the actor names the actor or nobody.</summary>
    public Error? Unless(string? named) =>
        named is null || named == UserId ? null : Error.Forbidden("userId must be your own, or null");
}

/// <summary>The key of a device: the user's id, which has a fixed length, a slash, and the application's name. Keys are stored, uuids are not.</summary>
public static class DeviceKeys
{
    public static string Of(string userId, string applicationUuid) => Named(userId, ApplicationNames.Of(applicationUuid));

    /// <param name="application">See <see cref="ApplicationNames"/>.</param>
    public static string Named(string userId, string application) => string.Concat(userId, "/", application);

    public static string UserOf(string device) => device[..UserIds.Length];

    public static string ApplicationOf(string device) => device[(UserIds.Length + 1)..];
}

/// <summary>What an application is called inside: its uuid is a credential, and never stored as it is.</summary>
/// <remarks>
/// SHA-256, neither salted nor slow: a uuid is drawn at random from 2^122, so there is nothing to try out and no table to look into. A slow
/// hash is for what people can remember, and would cost every login its time.
/// </remarks>
public static class ApplicationNames
{
    /// <summary>64 hexadecimal digits.</summary>
    public static string Of(string uuid) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(uuid)));
}
