using Messenger.Contracts;
using Messenger.Grains.Devices;
using Messenger.Grains.Fanout;
using Messenger.Grains.State;
using Messenger.Grains.Users;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Messenger.Grains.Tests.Conversations;

/// <summary>A fan-out alone. How it brings things to people is seen in <see cref="SendingTests"/>.</summary>
public sealed class FanoutTests
{
    private const string UserId = "the user";
    private const string Phone = "phone";

    [Fact]
    public void What_was_stopped_hands_nothing_over_on_its_own_silo_either_and_owes_it()
    {
        var (handed, settled) = (0, 0);
        var locals = new UserEndpoints();
        locals.Put(UserId, new UserEndpoint(UserId, account: () => Handed(ref handed), blackList: () => new HashSet<string>(), new DeviceEndpoints(), TimeProvider.System));
        var fanout = new FanoutQueue(
            Guid.NewGuid(), grains: null!, locals, relays: null!, new FakeTimeProvider(), NullLogger.Instance, settled: () => settled++, stayAlive: () => { });

        Send();
        Assert.Equal((1, 1), (handed, settled));

        fanout.Stop();
        Send();
        Assert.Equal((1, 1), (handed, settled));

        void Send() => fanout.Send([UserId], [], new Caller(UserId, Phone));
    }

    /// <summary>It has one device, which caused what is sent and has its answer.</summary>
    private static Account Handed(ref int times)
    {
        times++;
        return new Account { Applications = [new(null, "android", 0, 0, null, null, null, null) { Credential = new Credential(Phone, null!) }] };
    }
}
