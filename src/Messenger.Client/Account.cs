using Messenger.Client.Connections;
using Messenger.Client.Crypto;
using Messenger.Client.Profiles;
using Messenger.Protocol;

namespace Messenger.Client;

/// <summary>Registering a phone, and giving it keys.</summary>
public static class Account
{
    /// <summary>The <c>applicationType</c> of clients on this library.</summary>
    internal const string Type = "cli";

    /// <summary>Registers this installation and leaves it in the profile.</summary>
    /// <param name="phone">In E.164.</param>
    /// <param name="code">Gives the code that came by SMS.</param>
    /// <param name="pin">Gives the PIN of the registration lock, where the account has one (LOCK-2); null: none is known.</param>
    /// <exception cref="RefusedException">The server refused; with <see cref="Error.RegistrationLock"/> where the lock was missing or wrong.</exception>
    /// <exception cref="ConnectionLostException">Try again: nothing is left in the profile.</exception>
    public static async Task Register(Uri url, IProfileStore store, string phone, Func<Task<string>> code, Func<Task<string>>? pin = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(code);
        var (user, application) = (UserIds.FromPhone(phone), Guid.NewGuid().ToString());
        await using (var connection = await Connection.Open(url, cancellation))
        {
            await connection.Ask<ResponseStatusMessage>(
                new RequestRegisterApplication(
                    null, Type, Short(Environment.MachineName), phone, Short(Environment.OSVersion.VersionString), user, application, null),
                cancellation);
            var sms = await code();
            var confirmation = new RequestConfirmRegistration(sms, user, application, FeatureNames.Of(Features.Errors | Features.Lock));
            var answer = await connection.Try<ResponseStatusMessage>(confirmation, cancellation);
            if (answer.Error is { RegistrationLock: true } && pin is not null)
            {
                // The code stays good (LOCK-2).
                var verifier = RegistrationLock.Verifier(user, await pin());
                answer = await connection.Try<ResponseStatusMessage>(confirmation with { RegistrationLock = verifier }, cancellation);
            }

            if (answer.Error is { } error)
            {
                throw new RefusedException(error);
            }
        }

        store.Update(_ => new ProfileData { Phone = phone, ApplicationUuid = application });
        store.SaveProgress(new Progress());
    }

    /// <summary>Makes the user's key pair known: the public half for others, the private half wrapped under the passphrase for other devices.</summary>
    public static async Task PublishKeys(
        MessengerClient client, IProfileStore store, KeyPair keys, string passphrase, string? nick = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(keys);
        var wrapped = keys.Export(passphrase);
        var metaData = MetaDataKey.Create();
        await client.Ask<ResponseStatusMessage>(
            new RequestAddUserKeys(metaData.Wrap(keys), nick is null ? null : metaData.Seal(nick), wrapped, keys.PublicKey), cancellation);
        var info = await client.Ask<ResponseUserInfo>(new RequestGetUserInfo(client.UserId), cancellation);
        store.Update(profile => profile with { PrivateKeyEncrypted = wrapped, KeyPairUuid = info.User.KeyPairUuid });
    }

    /// <summary>The key pair that this user published from another device; null if there is none. It is kept in the profile.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The passphrase is another one.</exception>
    public static async Task<KeyPair?> FetchKeys(MessengerClient client, IProfileStore store, string passphrase, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(store);
        var info = await client.Ask<ResponseUserInfo>(new RequestGetUserInfo(client.UserId), cancellation);
        if (info.User.PrivateKeyEncryptedBase64 is not { } wrapped)
        {
            return null;
        }

        var keys = KeyPair.Import(wrapped, passphrase);
        store.Update(profile => profile with { PrivateKeyEncrypted = wrapped, KeyPairUuid = info.User.KeyPairUuid });
        return keys;
    }

    /// <summary>A label on a list of devices: what does not fit is not missed.</summary>
    internal static string Short(string label) => label.Length <= Limits.Label ? label : label[..Limits.Label];
}
