using Messenger.Client.Connections;
using Messenger.Client.Crypto;
using Messenger.Client.Profiles;
using Messenger.Protocol;

namespace Messenger.Client;

/// <summary>Registering a phone, and giving it keys.</summary>
public static class Account
{
    /// <summary>Registers this installation and leaves it in the profile.</summary>
    /// <param name="code">Gives the code that came by SMS.</param>
    /// <exception cref="RefusedException">The server refused.</exception>
    public static async Task Register(Uri url, IProfileStore store, string phone, Func<Task<string>> code, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(code);
        var (user, application) = (UserIds.FromPhone(phone), Guid.NewGuid().ToString());
        var connection = await Connection.Open(url, cancellation).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            await connection.Ask<ResponseStatusMessage>(
                new RequestRegisterApplication(null, "cli", Environment.MachineName, phone, Environment.OSVersion.Platform.ToString(), user, application, null),
                cancellation).ConfigureAwait(false);
            var sms = await code().ConfigureAwait(false);
            await connection.Ask<ResponseStatusMessage>(new RequestConfirmRegistration(sms, user, application), cancellation).ConfigureAwait(false);
        }

        store.Save(store.Load() with { Phone = phone, ApplicationUuid = application, Cursor = null });
    }

    /// <summary>Makes the user's key pair known: the public half for others, the private half wrapped under the passphrase for other devices.</summary>
    public static async Task PublishKeys(MessengerClient client, IProfileStore store, KeyPair keys, string passphrase, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(keys);
        var wrapped = keys.Export(passphrase);

        // What only this user reads (contacts, params) is sealed under a key of its own, wrapped for the user.
        var metaDataKey = PublicKeys.Wrap(keys.PublicKey, System.Security.Cryptography.RandomNumberGenerator.GetBytes(32));
        await client.Ask<ResponseStatusMessage>(new RequestAddUserKeys(metaDataKey, null, wrapped, keys.PublicKey), cancellation).ConfigureAwait(false);
        var info = await client.Ask<ResponseUserInfo>(new RequestGetUserInfo(client.UserId), cancellation).ConfigureAwait(false);
        store.Save(store.Load() with { PrivateKeyEncrypted = wrapped, KeyPairUuid = info.User.KeyPairUuid });
    }
}
