using Messenger.Protocol;

namespace Messenger.Client.Tests;

/// <summary>Requests whose outcome is unknown go again as they were.</summary>
public sealed class RetryTests : ClientFixture
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(300);

    [Fact]
    public async Task After_a_lost_answer_the_same_request_goes_again_with_the_same_uuid()
    {
        var first = await Arrive();
        var sending = Device.Ask<ResponseAddedMessage>(Sample.Add(1));
        var (_, lost) = await first.Next<RequestAddMessage>();
        first.Cut();

        var second = await After(TimeSpan.FromSeconds(0.5));
        await second.LetIn();
        var (asked, again) = await second.Next<RequestAddMessage>();
        Assert.Equal(lost, again);
        await second.Answer(asked, new ResponseAddedMessage(Sample.Message(1, author: Sample.Me)));
        Assert.Equal(Sample.MessageUuid(1), (await sending.WaitAsync(Deadline.Frame)).Message.Uuid);
    }

    [Fact]
    public async Task What_is_unanswered_goes_again_in_the_order_it_was_asked_and_only_that()
    {
        var first = await Arrive();
        var sendings = Enumerable.Range(1, 5).Select(n => Device.Ask<ResponseAddedMessage>(Sample.Add(n))).ToList();
        for (var n = 1; n <= 5; n++)
        {
            var (asked, _) = await first.Next<RequestAddMessage>();
            if (n == 2)
            {
                await first.Answer(asked, new ResponseAddedMessage(Sample.Message(n)));
            }
        }

        await sendings[1].WaitAsync(Deadline.Frame);
        first.Cut();
        await Clock.Armed(TimeSpan.FromSeconds(0.5));
        sendings.Add(Device.Ask<ResponseAddedMessage>(Sample.Add(6)));
        var second = await After(TimeSpan.FromSeconds(0.5));
        await second.LetIn();
        foreach (var n in new[] { 1, 3, 4, 5, 6 })
        {
            var (asked, again) = await second.Next<RequestAddMessage>();
            Assert.Equal(Sample.MessageUuid(n), again.MessageUuid);
            await second.Answer(asked, new ResponseAddedMessage(Sample.Message(n)));
        }

        await Task.WhenAll(sendings).WaitAsync(Deadline.Frame);
    }

    [Fact]
    public async Task What_the_server_could_not_serve_is_asked_again_after_a_pause()
    {
        var connection = await Arrive();
        var sending = Device.Ask<ResponseAddedMessage>(Sample.Add(1));
        await connection.Answer(await connection.Next(), Statuses.Unavailable, "a store is away");
        await Clock.Armed(RetryPause);
        Clock.Advance(RetryPause);
        var (asked, again) = await connection.Next<RequestAddMessage>();
        Assert.Equal(Sample.Add(1), again);
        await connection.Answer(asked, new ResponseAddedMessage(Sample.Message(1)));
        await sending.WaitAsync(Deadline.Frame);
    }

    [Fact]
    public async Task A_refusal_is_not_asked_again()
    {
        var connection = await Arrive();
        var sending = Device.Try<ResponseAddedMessage>(Sample.Add(1));
        await connection.Answer(await connection.Next(), Statuses.Forbidden, "blacklisted");
        Assert.Equal(Error.Forbidden("blacklisted"), (await sending.WaitAsync(Deadline.Frame)).Error);
    }

    [Fact]
    public async Task Patience_ends_and_says_what_stood_in_the_way()
    {
        var connection = await Arrive();
        var timeout = TimeSpan.FromSeconds(60);
        var unavailable = Device.Ask<ResponsePong>(new RequestPing(null, 1));
        await connection.Answer(await connection.Next(), Statuses.Unavailable, "a store is away");
        await Clock.Armed(RetryPause);
        Server.Refusing = true;
        connection.Cut();
        Assert.IsType<Messenger.Client.Online>(await Next());
        Assert.IsType<Messenger.Client.Offline>(await Next());
        Clock.Advance(timeout);
        Assert.Contains("was not answered in 60 s", (await Assert.ThrowsAsync<TimeoutException>(() => unavailable)).Message, StringComparison.Ordinal);

        var offline = Device.Ask<ResponsePong>(new RequestPing(null, 1));
        await Clock.Armed(timeout);
        Clock.Advance(timeout);
        Assert.Contains("there is no connection", (await Assert.ThrowsAsync<TimeoutException>(() => offline)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_application_that_does_not_read_can_still_ask()
    {
        const int Many = 2000;
        var connection = await Arrive(eventBound: 4);
        for (var n = 1; n <= Many; n++)
        {
            await connection.Notify(Sample.Added(n), $"c-{n}");
        }

        var asking = Device.Ask<ResponsePong>(new RequestPing(null, 1));
        await connection.Answer(await connection.Next(), new ResponsePong("1", null));
        await asking.WaitAsync(Deadline.Frame);

        // Once it reads, it gets what the first connection held, and resumes on another after that.
        var read = await NextMessages(1024);
        Assert.Equal(Enumerable.Range(1, 1024).Select(n => (long)n), read);
        var rest = Task.Run(() => NextMessages(Many - 1024));
        var second = await After(TimeSpan.FromSeconds(0.5));
        var cursor = await second.LetIn();
        var from = int.Parse(cursor!["c-".Length..], System.Globalization.CultureInfo.InvariantCulture);
        for (var n = from + 1; n <= Many; n++)
        {
            await second.Notify(Sample.Added(n), $"c-{n}");
        }

        Assert.Equal(Enumerable.Range(1025, Many - 1024).Select(n => (long)n), await rest.WaitAsync(Deadline.Frame));
        await NothingElse(second);
    }
}
