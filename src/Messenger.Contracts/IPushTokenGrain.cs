using System.Security.Cryptography;
using System.Text;
using Orleans;
using Orleans.Concurrency;

namespace Messenger.Contracts;

/// <summary>Whose a push token is: it belongs to whoever set it last. A phone that changed hands is not woken for its former owner.</summary>
/// <remarks>Its key is the token's hash, see <see cref="PushTokens"/>. One turn after another: of two who take it, the later one has it.</remarks>
public interface IPushTokenGrain : IGrainWithStringKey
{
    /// <summary>The device has it from here on; when this returns, whoever had it has forgotten it.</summary>
    /// <param name="device">See <see cref="Devices.DeviceKeys"/>.</param>
    [Traced]
    Task Take(string device, string token);

    /// <summary>Whether the device has it still: whoever asks has set it meanwhile, and may have lost it in between.</summary>
    [AlwaysInterleave]
    [Traced]
    Task<bool> Has(string device);

    /// <summary>The device has it no more.</summary>
    [Traced]
    Task Release(string device);
}

/// <summary>The keys of push tokens.</summary>
internal static class PushTokens
{
    public static string Key(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
