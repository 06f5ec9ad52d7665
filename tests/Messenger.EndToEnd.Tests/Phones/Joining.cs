using Messenger.EndToEnd.Tests.Harness;

namespace Messenger.EndToEnd.Tests.Phones;

/// <summary>Phones that join the servers of these tests.</summary>
public static class Joining
{
    extension(Phone phone)
    {
        /// <summary>A new person, registered, logged in, with keys.</summary>
        public static Task<Phone> Join(ServerSettings server) => Phone.Join(server.WebSocket, Account.New());

        /// <summary>Another application of this person's, logged in.</summary>
        public Task<Phone> Second(ServerSettings server) => Phone.Join(server.WebSocket, phone.Account.Another(), withKeys: false);
    }
}
