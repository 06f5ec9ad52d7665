using Messenger.Client.Connections;
using Messenger.Protocol;

namespace Messenger.Client.Tests;

/// <summary>One connection: answers find their requests, notifications keep their order, an end is told.</summary>
public sealed class ConnectionTests : IAsyncLifetime
{
    private const int NotificationBound = 1024;
    private Connection _connection = null!;
    private StubConnection _stub = null!;

    private StubServer Server { get; } = new();

    public async Task InitializeAsync()
    {
        _connection = await Connection.Open(Server.Url);
        _stub = await Server.Accept();
    }

    public async Task DisposeAsync()
    {
        _stub.Cut();
        await _connection.DisposeAsync();
        await Server.DisposeAsync();
    }

    [Fact]
    public async Task An_answer_finds_its_request_in_whatever_order_it_comes()
    {
        var asks = Enumerable.Range(0, 3).Select(n => _connection.Ask<ResponsePong>(new RequestPing(null, n))).ToList();
        List<Asked> asked = [await _stub.Next(), await _stub.Next(), await _stub.Next()];
        foreach (var one in asked.AsEnumerable().Reverse())
        {
            await _stub.Answer(one, new ResponsePong($"{((RequestPing)one.Request).When}", null));
        }

        Assert.Equal(["0", "1", "2"], (await Task.WhenAll(asks).WaitAsync(Deadline.Frame)).Select(pong => pong.ServerVersion));
    }

    [Fact]
    public async Task Requests_started_in_a_row_arrive_in_that_order()
    {
        const int Many = 200;
        var asks = Enumerable.Range(0, Many).Select(n => _connection.Send(new RequestPing(null, n))).ToList();
        for (var n = 0; n < Many; n++)
        {
            var (asked, ping) = await _stub.Next<RequestPing>();
            Assert.Equal(n, ping.When);
            await _stub.Answer(asked, new ResponsePong("1", null));
        }

        await Task.WhenAll(asks).WaitAsync(Deadline.Frame);
    }

    [Fact]
    public async Task Notifications_come_in_order_with_their_cursors()
    {
        await _stub.Notify(Sample.Added(1), "c-1");
        await _stub.Notify(new NotificationTyping(Sample.ConversationUuid, Sample.Other), null);
        await _stub.Notify(Sample.Added(2), "c-2");
        var (one, typing, two) = (await Notified(), await Notified(), await Notified());
        Assert.Equal((1L, "c-1"), (((NotificationAddedMessageToConversation)one.Read()!).Message.Created, one.Cursor));
        Assert.IsType<NotificationTyping>(typing.Read());
        Assert.Null(typing.Cursor);
        Assert.Equal((2L, "c-2"), (((NotificationAddedMessageToConversation)two.Read()!).Message.Created, two.Cursor));
    }

    [Fact]
    public async Task A_refusal_is_an_answer_for_who_tries_and_an_exception_for_who_asks()
    {
        var trying = _connection.Try<ResponsePong>(new RequestPing(null, 1));
        await _stub.Answer(await _stub.Next(), Statuses.Forbidden, "not you");
        Assert.Equal(Error.Forbidden("not you"), (await trying.WaitAsync(Deadline.Frame)).Error);

        var asking = _connection.Ask<ResponsePong>(new RequestPing(null, 1));
        await _stub.Answer(await _stub.Next(), Statuses.NotFound, "not there");
        Assert.Equal(Error.NotFound("not there"), (await Assert.ThrowsAsync<RefusedException>(() => asking.WaitAsync(Deadline.Frame))).Error);
    }

    [Fact]
    public async Task An_answer_of_another_type_is_not_taken_for_one()
    {
        var asking = _connection.Ask<ResponsePong>(new RequestPing(null, 1));
        await _stub.Answer(await _stub.Next(), new NicksList([]));
        await Assert.ThrowsAsync<ProtocolException>(() => asking.WaitAsync(Deadline.Frame));
    }

    [Fact]
    public async Task A_close_is_told_with_code_and_reason_and_fails_what_waits()
    {
        var asking = _connection.Ask<ResponsePong>(new RequestPing(null, 1));
        await _stub.Next();
        await _stub.Close(CloseCode.Replaced, "another connection");
        await Assert.ThrowsAsync<ConnectionLostException>(() => asking.WaitAsync(Deadline.Frame));
        var ending = await _connection.Ended.WaitAsync(Deadline.Frame);
        Assert.Equal(((int?)CloseCode.Replaced, "another connection"), (ending.Code, ending.Reason));
        await Assert.ThrowsAsync<ConnectionLostException>(() => _connection.Ask<ResponsePong>(new RequestPing(null, 2)));
        await Assert.ThrowsAsync<System.Threading.Channels.ChannelClosedException>(() => Notified());
    }

    [Fact]
    public async Task A_cut_ends_without_a_code()
    {
        _stub.Cut();
        var ending = await _connection.Ended.WaitAsync(Deadline.Frame);
        Assert.Null(ending.Code);
        Assert.NotNull(ending.Fault);
    }

    [Fact]
    public async Task What_is_no_frame_ends_the_connection()
    {
        await _stub.SendText("this is no JSON");
        Assert.IsType<ProtocolException>((await _connection.Ended.WaitAsync(Deadline.Frame)).Fault);
    }

    [Fact]
    public async Task Answers_do_not_wait_for_who_does_not_read_notifications()
    {
        var asking = _connection.Ask<ResponsePong>(new RequestPing(null, 1));
        var asked = await _stub.Next();
        for (var n = 1; n <= NotificationBound + 1; n++)
        {
            await _stub.Notify(Sample.Added(n), $"c-{n}");
        }

        await _stub.Answer(asked, new ResponsePong("1", null));
        await asking.WaitAsync(Deadline.Frame);
        for (var n = 1; n <= NotificationBound; n++)
        {
            Assert.Equal($"c-{n}", (await Notified()).Cursor);
        }

        var end = await Assert.ThrowsAsync<System.Threading.Channels.ChannelClosedException>(() => Notified());
        Assert.IsType<NotificationsDroppedException>(end.InnerException);
    }

    private Task<Received> Notified() => _connection.Notifications.ReadAsync().AsTask().WaitAsync(Deadline.Frame);
}
