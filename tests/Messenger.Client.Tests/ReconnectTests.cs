using Messenger.Client;
using Messenger.Client.Connections;
using Messenger.Client.Profiles;
using Messenger.Protocol;

namespace Messenger.Client.Tests;

/// <summary>Coming back after a cut: when, with what, and when not.</summary>
public sealed class ReconnectTests : ClientFixture
{
    [Fact]
    public async Task It_comes_back_when_the_draining_server_said_and_resumes_after_the_last_cursor()
    {
        var first = await Arrive("c-7");
        await first.Notify(Sample.Added(1), "c-8");
        Assert.Equal(1, await NextMessage());
        await first.Close(CloseCode.Draining, "reconnect-after-ms=1234");

        var pause = TimeSpan.FromMilliseconds(1234);
        await Clock.Armed(pause);
        Clock.Advance(pause - TimeSpan.FromMilliseconds(1));
        Assert.False(Server.IsKnockedAt);
        Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal("c-8", await (await Server.Accept()).LetIn());
    }

    [Fact]
    public async Task Pauses_grow_while_nobody_answers_and_begin_anew_after_a_connection_that_lasted()
    {
        var first = await Arrive();
        Assert.IsType<Online>(await Next());
        Server.Refusing = true;
        first.Cut();
        foreach (var seconds in new[] { 0.5, 1, 2 })
        {
            var pause = TimeSpan.FromSeconds(seconds);
            await Clock.Armed(pause);
            Assert.Equal(pause, Assert.IsType<Offline>(await Next()).ComesBack);
            Clock.Advance(pause);
        }

        await Clock.Armed(TimeSpan.FromSeconds(4));
        Server.Refusing = false;
        Assert.IsType<Offline>(await Next());
        Clock.Advance(TimeSpan.FromSeconds(4));
        var second = await Server.Accept();
        await second.LetIn();
        Assert.IsType<Online>(await Next());
        Clock.Advance(TimeSpan.FromSeconds(10));
        second.Cut();
        Assert.Equal(TimeSpan.FromSeconds(0.5), Assert.IsType<Offline>(await Next()).ComesBack);
    }

    [Theory]
    [InlineData(CloseCode.Replaced)]
    [InlineData(CloseCode.Deleted)]
    public async Task Sent_away_it_stays_away_and_says_so_to_all(CloseCode code)
    {
        var connection = await Arrive();
        Assert.IsType<Online>(await Next());
        var asking = Device.Ask<ResponsePong>(new RequestPing(null, 1));
        await connection.Next();
        await connection.Close(code, "gone");

        var offline = Assert.IsType<Offline>(await Next());
        Assert.Equal(((int)code, null), (offline.Ending.Code, offline.ComesBack));
        Assert.Null(await Next());
        await Assert.ThrowsAsync<ConnectionLostException>(() => asking.WaitAsync(Deadline.Frame));
        await Assert.ThrowsAsync<ConnectionLostException>(() => Device.Ask<ResponsePong>(new RequestPing(null, 2)));
    }

    [Fact]
    public async Task A_void_credential_is_not_tried_again()
    {
        Start(Sample.Profile());
        var connecting = Device.Connect();
        var connection = await Server.Accept();
        await connection.Answer(await connection.Next(), Statuses.Unauthenticated, "register again");
        var refused = await Assert.ThrowsAsync<RefusedException>(() => connecting.WaitAsync(Deadline.Frame));
        Assert.Equal(Statuses.Unauthenticated, refused.Error.Status);
        Assert.Null(Assert.IsType<Offline>(await Next()).ComesBack);
        Assert.Null(await Next());
    }

    [Fact]
    public async Task A_login_that_is_not_answered_is_given_up_and_tried_again()
    {
        Start(Sample.Profile("c-1"));
        var silent = await Server.Accept();
        await silent.Next();
        await Clock.Armed(new ClientOptions().ConnectTimeout);
        Clock.Advance(new ClientOptions().ConnectTimeout);
        Assert.IsType<TimeoutException>(Assert.IsType<Offline>(await Next()).Ending.Fault);
        Assert.Equal("c-1", await (await After(TimeSpan.FromSeconds(0.5))).LetIn());
    }

    [Fact]
    public async Task What_was_not_handled_comes_again_to_the_next_process_and_what_was_does_not()
    {
        var profile = Sample.Profile("c-0");
        Start(profile);
        var first = await Server.Accept();
        await first.LetIn();
        await first.Notify(Sample.Added(1), "c-1");
        await first.Notify(Sample.Added(2), "c-2");
        Assert.Equal([1, 2], await NextMessages(2));
        await Device.DisposeAsync();

        // The second one was handed over and not yet handled: nobody asked for what comes after it.
        Start(profile);
        var second = await Server.Accept();
        Assert.Equal("c-1", await second.LetIn());
        await second.Notify(Sample.Added(2), "c-2");
        Assert.Equal(2, await NextMessage());
        await NothingElse(second);
    }

    [Fact]
    public async Task A_message_that_comes_twice_is_handed_over_once()
    {
        var first = await Arrive();
        await first.Notify(Sample.Added(1), "c-1");
        Assert.Equal(1, await NextMessage());
        first.Cut();
        var second = await After(TimeSpan.FromSeconds(0.5));
        Assert.Equal("c-1", await second.LetIn());
        await second.Notify(Sample.Added(1), "c-1");
        await second.Notify(Sample.Added(2), "c-2");
        Assert.Equal(2, await NextMessage());
        await NothingElse(second);
    }
}
