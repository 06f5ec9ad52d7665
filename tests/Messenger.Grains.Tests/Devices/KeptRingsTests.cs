using Messenger.Contracts;
using Messenger.Grains.Devices;
using Messenger.Ports;
using Messenger.Protocol;
using Xunit;

namespace Messenger.Grains.Tests.Devices;

/// <summary>The calls that ring at one device.</summary>
public sealed class KeptRingsTests
{
    private const int Second = 1000;

    private static readonly string Me = UserIds.FromPhone("+35799000001");
    private static readonly string Caller = UserIds.FromPhone("+35799000002");
    private static readonly string Other = UserIds.FromPhone("+35799000003");
    private static readonly Guid Call = Guid.NewGuid();

    private readonly MemoryBudget _budget = new("signals", 1024 * 1024);
    private readonly KeptRings _rings;

    public KeptRingsTests() => _rings = new KeptRings(DeviceKeys.Named(Me, "phone"), _budget);

    [Fact]
    public void It_rings_for_45_seconds_and_leaves_nothing()
    {
        Assert.Null(Take(SignalAct.Start, at: 0, online: true));
        Take(SignalAct.None, at: 1);
        Take(SignalAct.None, at: 2, author: Other);
        Take(SignalAct.None, at: 3, call: Guid.NewGuid());
        Assert.Equal(2, _rings.Ringing(44 * Second).Length);
        Assert.True(_budget.Used > 0);
        Assert.Empty(_rings.Ringing(45 * Second));
        Assert.Equal(0, _budget.Used);
    }

    [Fact]
    public void Twenty_later_ones_and_64_KiB_are_kept_and_what_is_kept_has_no_hole()
    {
        Take(SignalAct.Start);
        for (var i = 0; i < 30; i++)
        {
            Take(SignalAct.None);
        }

        Assert.Equal(21, _rings.Ringing(0).Length);
        Take(SignalAct.Stop);
        Assert.Empty(_rings.Ringing(0));
        Take(SignalAct.Start, bytes: 16 * 1024);
        Take(SignalAct.None, bytes: 16 * 1024);
        Take(SignalAct.None, bytes: 16 * 1024);
        Take(SignalAct.None, bytes: (16 * 1024) + 1);
        Take(SignalAct.None, bytes: 1);
        Assert.Equal(3, _rings.Ringing(0).Length);
    }

    [Fact]
    public void It_is_ended_by_its_caller_and_by_its_user_and_by_nobody_else()
    {
        Take(SignalAct.Start);
        Take(SignalAct.Stop, author: Other);
        Assert.Single(_rings.Ringing(0));
        Take(SignalAct.Stop, author: Me);
        Assert.Empty(_rings.Ringing(0));

        // Another's call of the same uuid is another call.
        Take(SignalAct.Start);
        Take(SignalAct.Start, author: Other);
        Take(SignalAct.Stop, author: Other);
        Assert.Equal(Caller, Assert.Single(_rings.Ringing(0)).Signal!.AuthorId);
        Take(SignalAct.Start, author: Me, call: Guid.NewGuid());
        Assert.Single(_rings.Ringing(0));
    }

    [Fact]
    public void Who_is_away_is_woken_once_and_hears_of_the_end()
    {
        var push = Take(SignalAct.Start, online: false)!;
        Assert.Equal((Call, false), (push.Call, push.IsEnd));
        Assert.Null(Take(SignalAct.None, online: false));
        push.IsQueued = true;
        Assert.Empty(_rings.Unpushed(0));
        Assert.False(push.IsOver);
        Assert.True(Take(SignalAct.Stop, online: true) is { IsEnd: true });
        Assert.True(push.IsOver);
        Assert.Null(Take(SignalAct.Stop));

        // Who was connected is woken when the connection turns out to be gone, and not told of an end of which it was told.
        // A push that found no room is tried again, and has no end.
        Assert.Null(Take(SignalAct.Start));
        Assert.Single(_rings.Unpushed(0));
        Assert.Single(_rings.Unpushed(0)).IsQueued = true;
        Assert.Empty(_rings.Unpushed(0));
        Assert.NotNull(Take(SignalAct.Stop));
        Assert.NotNull(Take(SignalAct.Start, online: false));
        Assert.Null(Take(SignalAct.Start));
        Assert.Null(Take(SignalAct.Stop));
    }

    [Fact]
    public void What_is_muted_or_finds_no_room_is_neither_kept_nor_pushed()
    {
        Assert.Null(_rings.Take(Notification(1), Hint(SignalAct.Start, Caller, Call, 1) with { IsMuted = true }, 0, online: false));
        Assert.Empty(_rings.Ringing(0));
        _budget.Reserve(_budget.Limit);
        Assert.Null(Take(SignalAct.Start, online: false));
        Assert.Equal((0, 1L), (_rings.Ringing(0).Length, _budget.Sheds));
        _budget.Release(_budget.Limit);
        for (var i = 0; i < KeptRings.MostCalls; i++)
        {
            Assert.NotNull(Take(SignalAct.Start, online: false, call: Guid.NewGuid()));
        }

        Assert.Null(Take(SignalAct.Start, online: false, call: Guid.NewGuid()));
        _rings.Clear();
        Assert.Equal(0, _budget.Used);
    }

    private CallPush? Take(SignalAct act, int at = 0, bool online = true, string? author = null, Guid? call = null, int bytes = 4) =>
        _rings.Take(Notification(bytes) with { Signal = Hint(act, author ?? Caller, call ?? Call, bytes) }, Hint(act, author ?? Caller, call ?? Call, bytes), at * Second, online);

    private static SignalHint Hint(SignalAct act, string author, Guid call, int bytes) => new(author, "theirs", Guid.NewGuid(), call, bytes) { Act = act };

    private static SerializedNotification Notification(int bytes) => new(nameof(NotificationSignal), new byte[bytes], Replayed: false, Push: null, 0);
}
